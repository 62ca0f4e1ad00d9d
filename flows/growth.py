"""Whether an export can grow: what an earlier one was made from, against what is there now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ..generators.records import FinishedShard
from ..generators.shards import STAGES, ShardRecord, shard_folder
from ..schemas import DatasetSpec, TaskSpec, hash_of
from .keys import read_by

BASIS, PAST = "basis", "past/"
"""Keys of an export's inputs: what beside the data decides its bytes; and, with a stage, what the
data of that stage were: how many parts, and the hash of all of them in their order."""


@dataclass(frozen=True)
class Growth:
    """How an export comes about.

    Attributes:
        shards: how many shards of each stage an earlier export was made from; empty where none
            can be taken over.
        folder: of that export, relative to the dataset's.
        files: its files, relative to that folder, and the hash of each.
        reason: why none can; empty where there is none, or it can.
    """

    shards: Mapping[str, int] = field(default_factory=dict[str, int])
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    reason: str = ""


def basis_of(spec: DatasetSpec) -> object:
    """What exports read of a spec, without how much is made by it."""
    told = cast("dict[str, Any]", read_by(spec))
    episodes = {name: value for name, value in told["episodes"].items() if name != "per_task"}
    kept = {name: value for name, value in told.items() if name not in ("tasks", "export")}
    return {**kept, "episodes": episodes}


def past(contents: Mapping[str, str], tasks: Sequence[TaskSpec]) -> dict[str, str]:
    """What an export is made from, by stage, as its record keeps it.

    Args:
        contents: the hash of each shard's content, by stage and name.
        tasks: of the dataset, one by one: a batch that was not full grows.
    """
    parts = _parts(contents, tasks)
    return {f"{PAST}{stage}": f"{len(x)}:{hash_of(x)}" for stage, x in parts.items()}


def growth(
    earlier: tuple[ShardRecord, str] | None,
    basis: str,
    contents: Mapping[str, str],
    tasks: Sequence[TaskSpec],
) -> Growth:
    """Whether an earlier export can be taken over.

    Args:
        earlier: its record and its folder, if there is one.
        basis: what beside the data decides the bytes of the export now.
        contents: as in `past`.
        tasks: likewise.
    """
    if earlier is None or f"{PAST}{STAGES[0]}" not in earlier[0].inputs:
        return Growth()
    record, folder = earlier
    if record.inputs.get(BASIS) != basis:
        return Growth(reason="the spec, a version or an option is another")
    known: dict[str, int] = {}
    for stage, parts in _parts(contents, tasks).items():
        count, _, digest = record.inputs.get(f"{PAST}{stage}", "").partition(":")
        number = int(count) if count.isdecimal() else len(parts) + 1
        if number > len(parts):
            return Growth(reason=f"some {stage} are no longer there")
        if hash_of(parts[:number]) != digest:
            return Growth(reason=f"some {stage} are others, or new ones lie between them")
        known[stage] = number
    # Tasks are counted one by one, and their shards are small: they are all read.
    prefix = f"{shard_folder(*record.place)}/"
    files = {name.removeprefix(prefix): digest for name, digest in record.files.items()}
    return Growth({**known, STAGES[0]: 0}, folder, files)


def _parts(contents: Mapping[str, str], tasks: Sequence[TaskSpec]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {stage: [] for stage in STAGES}
    found[STAGES[0]] = [[task.id, task.content_hash()] for task in tasks]
    for place in sorted(contents):
        stage = place.partition("/")[0]
        if stage != STAGES[0]:
            found[stage].append([place, contents[place]])
    return found


def taken_over(
    growths: Sequence[Growth], records: Iterable[FinishedShard]
) -> frozenset[tuple[str, str]]:
    """Stage and name of the shards that each of some exports takes over from an earlier one.

    Args:
        growths: of the exports that are to be made.
        records: of all finished shards, by stage and name.
    """
    left = {
        stage: min((growth.shards.get(stage, 0) for growth in growths), default=0)
        for stage in STAGES
    }
    found: set[tuple[str, str]] = set()
    for record in records:
        stage = record.place[0]
        if left.get(stage, 0):
            left[stage] -= 1
            found.add(record.place)
    return frozenset(found)


def known_files(folder: Path, files: Mapping[str, str]) -> dict[tuple[int, int], str]:
    """The hash of each file of an earlier export, by device and inode.

    Args:
        folder: of the export.
        files: their hashes, by the names relative to it.
    """
    found: dict[tuple[int, int], str] = {}
    for name, digest in files.items():
        with suppress(OSError):  # a file that is gone was not taken over
            told = os.lstat(f"{folder}/{name}")
            found[told.st_dev, told.st_ino] = digest
    return found
