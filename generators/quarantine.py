"""The quarantine of a dataset: shards that failed again and again, and that a run left out.

A record lies at `quarantine/STAGE/SHARD.json`. It is no part of the dataset's hash: the hash says
which data are there, and how a process died differs from machine to machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from ..schemas import DatasetError, Model, SpecError
from .durable import write_atomic
from .shards import ShardName, StageName

FOLDER = "quarantine"
"""Relative to the dataset's folder."""


class QuarantineRecord(Model):
    """A shard that was left out on purpose; the shards that would follow from it are not there."""

    stage: StageName
    shard: ShardName
    key: str
    """As `ShardRecord.key`: under another one, the shard is tried as if it were new."""
    kind: Literal["failed", "hung", "died"]
    """It ended in an error, took too long, or its process died."""
    message: str
    tries: int
    """How often it was tried by the run that left it out."""
    log: str = ""
    """The traceback, where there was one."""

    @property
    def place(self) -> tuple[str, str]:
        """Stage and shard."""
        return self.stage, self.shard

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record in a file.

        Raises:
            DatasetError: it is damaged, or lies where another record belongs.
        """
        how = "remove it, and the shard is tried again"
        try:
            record = cls.from_json(path.read_bytes(), str(path))
        except SpecError as error:
            raise DatasetError(f"{path} is damaged; {how}") from error
        if record.place != (path.parent.name, path.stem):
            raise DatasetError(f"{path} is the record of {'/'.join(record.place)}; {how}")
        return record


def quarantined(root: Path) -> Iterator[QuarantineRecord]:
    """The records of a dataset's folder, by stage and name.

    Raises:
        DatasetError: a record is damaged.
    """
    for path in sorted((root / FOLDER).glob("*/[!.]*.json")):
        yield QuarantineRecord.read(path)


def find(root: Path, stage: str, shard: str) -> QuarantineRecord | None:
    """The record of a shard; a damaged one is none, so that the shard is tried again."""
    with suppress(DatasetError, FileNotFoundError):
        return QuarantineRecord.read(_path(root, stage, shard))
    return None


def put(root: Path, record: QuarantineRecord) -> None:
    """Write a record; replaces an older one."""
    write_atomic(_path(root, *record.place), record.canonical_json().encode() + b"\n")


def lift(root: Path, stage: str, shard: str) -> None:
    """Remove the record of a shard, if there is one: the shard is made."""
    _path(root, stage, shard).unlink(missing_ok=True)


def _path(root: Path, stage: str, shard: str) -> Path:
    return root / FOLDER / stage / f"{shard}.json"
