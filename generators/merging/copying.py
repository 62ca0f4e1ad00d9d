"""Merges datasets: their tasks get new numbers, one dataset after the other, and keep their bytes.

A scene, an attempt or a frame begins with its task's id, and is renamed with it. Arrays, pictures
and videos are copied as they are, so that demonstrations replay as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...schemas import DatasetError, Model, TaskSpec, hash_of
from ..dataset import Dataset, dump_models, read_models
from ..licences import asset_uses, refuse_mix
from ..quarantine import put
from ..shards import STAGES, ShardRecord, shard_folder
from ..sources import SOURCE, MergedSource
from ..store.identity import dataset_hash
from ..store.staging import ShardWriter
from ..store.writer import Store
from .agreement import (
    library_version,
    merged_spec,
    refuse_repeated_scenes,
    refuse_strangers,
)
from .renaming import MODELS, Renaming

Item = TypeVar("Item", bound=Model)
Content = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Merged:
    """What came of a merger.

    Attributes:
        dataset_hash: of the whole.
        tasks: of each dataset in turn.
        episodes: likewise.
        frames: likewise.
    """

    dataset_hash: str
    tasks: tuple[int, ...]
    episodes: tuple[int, ...]
    frames: tuple[int, ...]


def merge(parts: Sequence[Dataset], out: Path, name: str) -> Merged:
    """Write the datasets as one to an empty or absent folder.

    Args:
        parts: finished, in the order in which their tasks are to be numbered.
        out: the folder.
        name: of the whole.

    Raises:
        DatasetError: there is but one, the folder is in use, a file is not as it was written,
            or they cannot be one dataset.
        LicenceError: their assets may not be shown together; both are named.
    """
    if len(parts) < 2:
        raise DatasetError("to merge takes two datasets or more")
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out} is not empty: remove it or choose another folder")
    refuse_strangers(parts)
    refuse_repeated_scenes(parts)
    refuse_mix(use for part in parts for use in asset_uses(part, part.scenes()))
    spec = merged_spec(parts, name)
    renamings = list(_renamings(parts))
    with Store(out, spec, library_version(parts)) as store:
        for part, renaming in zip(parts, renamings, strict=True):
            _Copy(part, renaming, store).run()
    return Merged(
        dataset_hash(out),
        tuple(_items(part, "tasks") for part in parts),
        tuple(_items(part, "episodes") for part in parts),
        tuple(_items(part, "frames") for part in parts),
    )


def _items(part: Dataset, stage: str) -> int:
    return sum(record.items for record in part.records(stage))


def _renamings(parts: Sequence[Dataset]) -> Iterator[Renaming]:
    """New ids of each dataset; those of the first one stay."""
    offset = batches = 0
    for part in parts:
        left_out = {record.shard for record in part.quarantined() if record.stage == "tasks"}
        names = sorted({record.shard for record in part.records("tasks")} | left_out)
        tasks = {task.id: f"t{int(task.id[1:]) + offset:04d}" for task in part.tasks()}
        new = {name: f"b{batches + place:05d}" for place, name in enumerate(names)}
        yield Renaming(tasks, new, offset)
        offset, batches = offset + part.spec.tasks.count, batches + len(names)


class _Copy:
    """Copies one dataset into the whole, shard by shard."""

    def __init__(self, part: Dataset, renaming: Renaming, store: Store) -> None:
        self._part, self._renaming, self._store = part, renaming, store
        self._origin = dataset_hash(part.root)
        self._tasks: dict[str, str] = {}
        self._content: Content = {}

    def run(self) -> None:
        """Copy all stages in their order: each names the content of those before it."""
        for stage in STAGES:
            for place, record in enumerate(self._part.records(stage)):
                self._shard(record, first=stage == "tasks" and not place)
        for left_out in self._part.quarantined():
            shard = self._renaming.shard(left_out.stage, left_out.shard)
            put(self._store.root, left_out.model_copy(update={"shard": shard}))

    def _shard(self, record: ShardRecord, *, first: bool) -> None:
        stage, shard = record.stage, self._renaming.shard(record.stage, record.shard)
        writer = ShardWriter.create(self._store.root, stage, shard)
        folder = shard_folder(*record.place)
        for name, digest in sorted(record.files.items()):
            inside = name.removeprefix(f"{folder}/")
            writer.add(self._renaming.inside(inside), self._file(name, inside, digest))
        if first and SOURCE not in writer.files:
            writer.add(SOURCE, self._source())
        key = hash_of({"merged": self._origin, "stage": stage, "shard": record.shard})
        done = self._store.commit(
            stage, shard, key, writer.finish(record.counts, record.items), self._inputs(record)
        )
        self._content[record.place] = done.content

    def _file(self, name: str, inside: str, digest: str) -> bytes:
        """A file under its new ids, once it is seen to be what was written."""
        path = self._part.file(name)
        raw = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(raw).hexdigest() != digest:
            raise DatasetError(
                f"{path} is not as it was written; mend it with "
                f"`cousins verify {self._part.root} --repair`"
            )
        if inside == SOURCE:
            return self._earlier(MergedSource.from_json(raw, str(path)))
        if inside not in MODELS:
            return raw
        items = [self._renaming.model(item) for item in read_models(path, MODELS[inside])]
        if inside == "tasks.json":
            self._tasks |= {x.id: x.content_hash() for x in items if isinstance(x, TaskSpec)}
        return dump_models(items)

    def _inputs(self, record: ShardRecord) -> dict[str, str]:
        """What the shard is made from, as it is now."""
        found: dict[str, str] = {}
        for name in record.inputs:
            stage, _, shard = name.partition("/")
            if stage == "task":
                task = self._renaming.id(shard)
                found[f"task/{task}"] = self._tasks[task]
            elif (stage, shard) in self._content:
                new = self._renaming.shard(stage, shard)
                found[f"{stage}/{new}"] = self._content[stage, shard]
        return found

    def _source(self) -> bytes:
        part = self._part
        tasks = {new: old for old, new in self._renaming.tasks.items()}
        told = MergedSource(
            dataset_hash=self._origin, spec=part.spec, versions=part.versions, tasks=tasks
        )
        return told.canonical_json().encode() + b"\n"

    def _earlier(self, source: MergedSource) -> bytes:
        """Of a dataset that was itself merged: where its parts are from."""
        tasks = {self._renaming.id(new): old for new, old in source.tasks.items()}
        return source.model_copy(update={"tasks": tasks}).canonical_json().encode() + b"\n"
