"""WebDataset: tar shards that are read from first to last, one sample after the other.

```
train-000000.tar        and val-000000.tar
  <frame>.json          labels of the frame: objects, camera, predicates, and ids
  <frame>.jpg           the picture, under the ending that it has
  <frame>.<label>.png   each other label that has a file, such as depth_linear and seg_instance
meta.json               samples of each split, categories, and assets with their licences
```

Members have no dates and no owners, so equal datasets give equal bytes. Scenes held back for
validation are in shards of their own.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from ...schemas import DatasetError, FrameRecord, canonical_json
from ...schemas.plugins import Needs
from ..dataset import Dataset
from ._folders import refuse_files
from ._frames import FrameSurvey, survey

NEEDED = ("rgb",)
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
        told = found.instructions()
        tasks = {scene.id: str(scene.task) for scene in found.own_scenes()}
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            train = stack.enter_context(_Shards(out, "train", self._shard_bytes))
            held = stack.enter_context(_Shards(out, "val", self._shard_bytes))
            for frame in dataset.frames():
                task = tasks.get(frame.scene, "")
                labels = _labels(frame, task, told.get(task, ""))
                shards = held if frame.scene in found.validation else train
                shards.add(list(_members(dataset, frame, labels)))
        (out / "meta.json").write_text(_meta(found) + "\n", encoding="utf-8")

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

    def __enter__(self) -> _Shards:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, members: list[tuple[str, bytes]]) -> None:
        """Write one sample."""
        size = sum(BLOCK + -(-len(raw) // BLOCK) * BLOCK for _, raw in members)
        if self._file is not None and self._filled + size > self._limit:
            self._file.close()
            self._file, self._number, self._filled = None, self._number + 1, 0
        if self._file is None:
            path = self._folder / f"{self._split}-{self._number:06d}.tar"
            self._file = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._filled += size
        for name, raw in members:
            told = tarfile.TarInfo(name)
            told.size = len(raw)
            self._file.addfile(told, io.BytesIO(raw))


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


def _meta(found: FrameSurvey) -> str:
    return canonical_json(
        {
            "assets": [use.model_dump(mode="json") for use in found.uses()],
            "categories": found.categories,
            "name": found.dataset.spec.name,
            "samples": {"train": found.train, "val": found.held},
        }
    )


PLUGIN = WebDatasetExporter()
