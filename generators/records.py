"""The records of a dataset's shards, wherever they lie: a file each, or a line each of a pack.

```
manifest/<stage>/<shard>.json   the record of one shard, as it was written
manifest/records-000003.tsv     the pack: records that were files before, a line each
manifest/<stage>/<shard>.gone   the pack's record of this shard no longer holds
```

A file counts more than a mark, and a mark more than the pack, of which the one with the highest
number holds. So a pack is written, and what went into it removed, in steps, and between any two of
them every record is found once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from ..schemas import DatasetError
from .packs import MANIFEST, Pack, Place
from .shards import ShardRecord

GONE = ".gone"
"""The suffix of a mark."""


class FinishedShard(Protocol):
    """A shard that is there: what those that follow from it have to know."""

    @property
    def place(self) -> Place:
        """Stage and shard."""
        ...

    @property
    def content(self) -> str:
        """Hash of what its files hold."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """As `ShardRecord.counts`."""
        ...


def record_files(root: Path, stage: str) -> Iterator[Path]:
    """The records of a stage that are files, in no order."""
    for path in (root / MANIFEST / stage).glob("*.json"):
        if not path.name.startswith("."):  # such as ._t0001.json, which macOS leaves
            yield path


def marks(root: Path, stage: str) -> set[str]:
    """The shards whose records in the pack no longer hold."""
    return {path.stem for path in (root / MANIFEST / stage).glob(f"[!.]*{GONE}")}


def readings(
    root: Path, stages: Sequence[str], start: int = 0, stop: int | None = None
) -> Iterator[ShardRecord | DatasetError]:
    """All records of these stages, in order of the names of each; an error for each damaged one.

    No lock is taken: records that are put into a pack at the same time are found too.

    Args:
        root: the dataset's folder.
        stages: by name.
        start: the first record of each stage to read; those before it are passed over.
        stop: one past the last; None is all.
    """
    # In this order: what is no file any more when it is looked for is in the pack by then.
    files = {stage: {path.stem: path for path in record_files(root, stage)} for stage in stages}
    gone = {stage: marks(root, stage) for stage in stages}
    with closing(Pack.newest(root)) as pack:
        if pack.damage:
            how = "finish the dataset again with `cousins generate`, which makes their shards anew"
            yield DatasetError(f"{pack.damage}; {how}")
        for stage in stages:
            names = files[stage].keys() | (pack.shards(stage) - gone[stage])
            for shard in sorted(names)[start:stop]:
                try:
                    yield _reading(files[stage].get(shard), pack, (stage, shard))
                except DatasetError as error:
                    yield error


def _reading(path: Path | None, pack: Pack, place: Place) -> ShardRecord:
    if path is not None:
        try:
            return ShardRecord.read(path)
        except FileNotFoundError:
            # It was put into a pack that this one may be older than.
            with closing(Pack.newest(path.parents[2])) as newer:
                return newer.record(place)
    return pack.record(place)


def stored_shards(root: Path, stage: str) -> set[str]:
    """The names of all shards of a stage that have a record, damaged or not."""
    files = {path.stem for path in record_files(root, stage)}
    gone = marks(root, stage)
    with closing(Pack.newest(root)) as pack:
        return files | (pack.shards(stage) - gone)
