"""WebDataset: tar shards that are read from first to last, one sample after the other.

```
train-000000.tar        and val-000000.tar
  <frame>.json          labels of the frame: objects, camera, predicates, and ids
  <frame>.jpg           the picture, under the ending that it has
  <frame>.<label>.png   each other label that has a file, such as depth_linear and seg_instance
meta.json               samples and scenes of each split, categories, assets with licences
```

Members have no dates and no owners, so equal datasets give equal bytes. Scenes held back for
validation are in shards of their own.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ...schemas import DatasetError, FrameRecord, Model, SpecError, canonical_json
from ...schemas.plugins import Needs
from ..dataset import Dataset
from ..licences import AssetUse, joined_uses
from ..splits import held_out
from ._folders import refuse_files
from ._frames import FrameSurvey, survey
from ._growing import CannotGrowError, EarlierExport, refuse_other_split

NEEDED = ("rgb",)
META = "meta.json"
SHARD_BYTES = 256 * 2**20
"""A shard is closed before it passes this size, unless one sample alone is larger."""
BLOCK = 512
"""Members of a tar begin at multiples of it."""


class WebDatasetExporter:
    """Writes tar shards of labelled frames.

    Args:
        shard_bytes: upper size of a shard.
    """

    summary = "WebDataset: tar shards of pictures with all of their labels, read as a stream"
    labels = NEEDED
    needs = Needs(packages=("numpy",))

    def __init__(self, shard_bytes: int = SHARD_BYTES) -> None:
        """Write shards of at most this size."""
        self._shard_bytes = shard_bytes

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or one has no picture.
        """
        refuse_files(out)
        found = survey(dataset, "webdataset", NEEDED)
        out.mkdir(parents=True, exist_ok=True)
        self._write(dataset, found, out, found.validation)
        meta = _meta(found.dataset.spec.name, found.scenes, found.categories, found.uses())
        (out / META).write_text(meta, encoding="utf-8")

    def grow(self, dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
        """See `Growing`: full shards are linked, the last one of each split is continued.

        Raises:
            CannotGrowError: the earlier export is damaged, or a scene goes to the other split.
            DatasetError: as `export`.
        """
        refuse_files(out)
        before = _told(earlier)
        new = survey(earlier.added(dataset), "webdataset", NEEDED, some=False)
        scenes = dict(sorted((before.scenes | new.scenes).items()))
        refuse_other_split(before.scenes, scenes)
        out.mkdir(parents=True, exist_ok=True)
        for split in ("train", "val"):
            *full, last = [x.name for x in sorted(earlier.folder.glob(f"{split}-*.tar"))] or [""]
            for name in full:
                earlier.link(name, out)
            if last:
                shutil.copyfile(earlier.folder / last, out / last)
        self._write(earlier.added(dataset), new, out, held_out(scenes))
        categories = tuple(sorted({*before.categories, *new.categories}))
        uses = joined_uses(before.assets, new.uses())
        meta = _meta(dataset.spec.name, scenes, categories, uses)
        (out / META).write_text(meta, encoding="utf-8")

    def _write(
        self, dataset: Dataset, found: FrameSurvey, out: Path, validation: frozenset[str]
    ) -> None:
        """Write the frames of a dataset, or of a part of it, after those that are there."""
        told = found.instructions()
        tasks = {scene.id: str(scene.task) for scene in found.own_scenes()}
        with ExitStack() as stack:
            train = stack.enter_context(_Shards(out, "train", self._shard_bytes))
            held = stack.enter_context(_Shards(out, "val", self._shard_bytes))
            for frame in dataset.frames():
                task = tasks.get(frame.scene, "")
                labels = _labels(frame, task, told.get(task, ""))
                shards = held if frame.scene in validation else train
                shards.add(list(_members(dataset, frame, labels)))

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one has no picture.
        """
        survey(dataset, "webdataset", NEEDED)


class _Shards:
    """Numbered tar files; one sample is never divided between two."""

    def __init__(self, folder: Path, split: str, limit: int) -> None:
        self._folder, self._split, self._limit = folder, split, limit
        self._number = self._filled = 0
        self._file: tarfile.TarFile | None = None
        self._raw: IO[bytes] | None = None
        there = sorted(folder.glob(f"{split}-*.tar"))
        if there:
            self._number = len(there) - 1
            self._filled = _end(there[-1])
            self._continue(there[-1])

    def __enter__(self) -> _Shards:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _continue(self, path: Path) -> None:
        """Open a file whose end mark is to be written over."""
        self._raw = path.open("r+b")
        self._raw.truncate(self._filled)
        self._raw.seek(self._filled)
        self._file = tarfile.TarFile(fileobj=self._raw, mode="w", format=tarfile.PAX_FORMAT)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def add(self, members: list[tuple[str, bytes]]) -> None:
        """Write one sample."""
        size = sum(BLOCK + -(-len(raw) // BLOCK) * BLOCK for _, raw in members)
        if self._file is not None and self._filled + size > self._limit:
            self._close()
            self._number, self._filled = self._number + 1, 0
        if self._file is None:
            path = self._folder / f"{self._split}-{self._number:06d}.tar"
            self._file = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._filled += size
        for name, raw in members:
            told = tarfile.TarInfo(name)
            told.size = len(raw)
            self._file.addfile(told, io.BytesIO(raw))


def _end(path: Path) -> int:
    """Where the members of a tar end.

    Raises:
        CannotGrowError: it is damaged.
    """
    place = 0
    with path.open("rb", buffering=0) as file:
        try:
            while (head := file.read(BLOCK))[0] != 0:
                size = int(head[124:135], 8)
                place += BLOCK + -(-size // BLOCK) * BLOCK
                file.seek(place)
        except (ValueError, IndexError) as error:
            raise CannotGrowError(f"{path.name} is damaged at byte {place}: {error}") from error
        return place


def _labels(frame: FrameRecord, task: str, instruction: str) -> str:
    """What is known of a frame, with the task that its scene was made for."""
    record = frame.model_dump(mode="json", exclude={"files"})
    return canonical_json({**record, "task": task, "instruction": instruction})


def _members(dataset: Dataset, frame: FrameRecord, labels: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member of a sample.

    Raises:
        DatasetError: a file of the frame is missing.
    """
    if "." in frame.id:
        raise DatasetError(
            f"webdataset: frame {frame.id} has a dot in its name, where a sample's name would end"
        )
    yield f"{frame.id}.json", labels.encode()
    for label, name in sorted(frame.files.items()):
        path = dataset.file(name)
        if not path.is_file():
            raise DatasetError(f"{path} is missing")
        kind = "" if label == "rgb" else f".{label}"
        yield f"{frame.id}{kind}{path.suffix}", path.read_bytes()


class _Told(Model):
    """What meta.json says."""

    assets: tuple[AssetUse, ...]
    categories: tuple[str, ...]
    name: str
    samples: dict[str, int]
    scenes: dict[str, int]
    """Samples of each scene."""
    splits: dict[str, tuple[str, ...]]
    """Ids of the scenes of each split."""


def _told(earlier: EarlierExport) -> _Told:
    path = earlier.folder / META
    try:
        return _Told.from_json(path.read_bytes(), str(path))
    except (OSError, SpecError) as error:
        raise CannotGrowError(f"{path} is damaged: {error}") from error


def _meta(
    name: str,
    scenes: Mapping[str, int],
    categories: tuple[str, ...],
    uses: tuple[AssetUse, ...],
) -> str:
    """The text of meta.json."""
    held = held_out(scenes)
    splits = {"train": tuple(x for x in scenes if x not in held), "val": tuple(sorted(held))}
    told = _Told(
        assets=uses,
        categories=categories,
        name=name,
        samples={split: sum(scenes[x] for x in names) for split, names in splits.items()},
        scenes=dict(scenes),
        splits=splits,
    )
    return told.canonical_json() + "\n"


PLUGIN = WebDatasetExporter()
