"""What is sent to a hub: the files of one export, a card, and the licences of its assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...schemas import DatasetError
from ..cards import Card, card
from ..dataset import Dataset, dump_models
from ..exports import EXPORTERS, Exporter, Picturing
from ..licences import AssetUse, asset_uses, refuse_mix, refuse_unspecified
from ..records import readings
from ..shards import EXPORTS, ShardRecord, shard_folder
from ..store.files import is_file
from ..store.hashing import file_hash

CARD, ASSETS = "README.md", "assets.json"
OWN_ASSETS = (ASSETS, f"meta/{ASSETS}")
"""Where exports have their list of assets."""


@dataclass(frozen=True)
class Parcel:
    """What is sent.

    Attributes:
        files: on disk, by the path that each has in the repository.
        made: the content of those that the export lacks: a card, and the list of assets.
        licences: SPDX identifiers of the assets that are shown, and how many assets have each.
    """

    files: Mapping[str, Path]
    made: Mapping[str, bytes]
    licences: Mapping[str, int]

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return sum(self.sizes.values())

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file, by its path in the repository."""
        found = {name: path.stat().st_size for name, path in self.files.items()}
        return found | {name: len(raw) for name, raw in self.made.items()}


def parcel_of(dataset: Dataset, name: str, *, public: bool) -> Parcel:
    """The parcel of one export, which must be as it was written.

    Args:
        dataset: finished, with the export in its own folder.
        name: of the format.
        public: everybody will see it.

    Raises:
        SpecError: there is no such format.
        DatasetError: the dataset has no such export, or a file of it is not what was written.
        LicenceError: its assets may not be shown together, or, where all will see them, the
            licence of some is not stated.
    """
    exporter = EXPORTERS.load(name)
    uses = asset_uses(dataset, dataset.scenes())
    refuse_mix(uses)
    if public:
        refuse_unspecified(uses)
    prefix = f"{shard_folder(EXPORTS, name)}/"
    files: dict[str, Path] = {}
    for stored, digest in _record(dataset, name).files.items():
        path = dataset.file(stored)
        if not is_file(path) or file_hash(path) != digest:
            raise DatasetError(
                f"{path} is not what was written; remove the export's folder and write it again "
                f"with `cousins export {dataset.root} --format {name}`"
            )
        files[stored.removeprefix(prefix)] = path
    made: dict[str, bytes] = {}
    if CARD not in files:
        made[CARD] = _card(dataset, exporter, name, uses).encode()
    if not any(place in files for place in OWN_ASSETS):
        made[ASSETS] = dump_models(uses)
    licences: dict[str, int] = {}
    for use in uses:
        licences[use.licence] = licences.get(use.licence, 0) + 1
    return Parcel(files, made, dict(sorted(licences.items())))


def _record(dataset: Dataset, name: str) -> ShardRecord:
    for found in readings(dataset.root, (EXPORTS,)):
        if isinstance(found, DatasetError):
            raise found
        if found.shard == name:
            return found
    raise DatasetError(
        f"{dataset.root} has no export {name} of all that it holds; write it first with "
        f"`cousins export {dataset.root} --format {name}`"
    )


def _card(dataset: Dataset, exporter: Exporter, name: str, uses: Sequence[AssetUse]) -> str:
    """The card of an export that has none of its own."""
    categories: tuple[str, ...] = ("robotics",)
    if isinstance(exporter, Picturing):
        categories = ("object-detection", "image-segmentation")
        rows = sum(1 for _ in dataset.frames())
    else:
        rows = sum(episode.steps for episode in dataset.episodes())
    told = Card(
        categories=categories,
        tags=("robotics", name),
        rows=rows,
        splits={},
        what=f"An export of the format `{name}`. {exporter.summary}.",
        load="",
        sources=tuple(dataset.sources()),
    )
    return card(dataset.spec, uses, told)
