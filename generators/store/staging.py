"""Shards before they are committed: complete in a temporary folder, with hashes and sizes."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from ...schemas import DatasetError
from ..durable import sync
from ..shards import ShardRecord, shard_folder
from .hashing import file_hash


@dataclass(frozen=True)
class StagedShard:
    """A shard that lies complete in a temporary folder."""

    folder: Path
    files: dict[str, str]
    """Path relative to the shard's folder, to SHA-256."""
    sizes: dict[str, int]
    counts: dict[str, int]
    items: int


@dataclass
class ShardWriter:
    """Writes a shard's files into a temporary folder of this process."""

    folder: Path
    files: dict[str, str] = field(default_factory=dict[str, str])
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    durable: set[str] = field(default_factory=set[str])
    """Files that need no syncing."""
    note: str = ""
    """What the run is told about it."""

    @classmethod
    def create(cls, root: Path, stage: str, shard: str) -> Self:
        """An empty folder under `root/tmp`."""
        # Processes of several machines may have the same number.
        folder = root / "tmp" / f"{stage}-{shard}-{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return cls(folder)

    def add(self, name: str, content: bytes) -> None:
        """Write one file; `name` is relative to the shard's folder."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or name in self.files:
            raise DatasetError(f"{name!r}: a shard's files need distinct paths inside its folder")
        path = self.folder / pure
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files[name] = hashlib.sha256(content).hexdigest()
        self.sizes[name] = len(content)

    def adopt(self, known: Mapping[tuple[int, int], str] | None = None) -> None:
        """Take in what others have written into the folder.

        Args:
            known: hashes of files that are finished already, by device and number on it; where a
                file is one of them under another name, it is neither read nor synced again.
        """
        known = known or {}
        for name in sorted(set(self._written()) - self.files.keys()):
            path = f"{self.folder}/{name}"
            told = os.stat(path)
            digest = known.get((told.st_dev, told.st_ino))
            self.files[name] = file_hash(path) if digest is None else digest
            self.sizes[name] = told.st_size
            if digest is not None:
                self.durable.add(name)

    def _written(self) -> Iterator[str]:
        """The files in the folder, relative to it; many are looked at, so that this is text."""
        for place, _, names in os.walk(self.folder):
            within = os.path.relpath(place, self.folder)
            yield from names if within == "." else (f"{within}/{name}" for name in names)

    def finish(self, counts: dict[str, int], items: int) -> StagedShard:
        """Sync the files, then their folders: the shard is complete."""
        # All at the end: the kernel has then had time to write most of it.
        for name in self.files.keys() - self.durable:
            sync(self.folder / name)
        for folder in sorted(place for place, _, _ in os.walk(self.folder)):
            sync(Path(folder))
        return StagedShard(self.folder, self.files, self.sizes, counts, items)


def record_of(
    stage: str, shard: str, key: str, prepared: StagedShard, inputs: Mapping[str, str] | None
) -> ShardRecord:
    """The sealed record of a shard that is to be committed; arguments as of `Store.commit`."""
    prefix = shard_folder(stage, shard)
    return ShardRecord.model_validate(
        {
            "stage": stage,
            "shard": shard,
            "key": key,
            "files": {f"{prefix}/{name}": x for name, x in sorted(prepared.files.items())},
            "sizes": {f"{prefix}/{name}": x for name, x in sorted(prepared.sizes.items())},
            "counts": prepared.counts,
            "items": prepared.items,
            "inputs": dict(inputs or {}),
        }
    ).sealed()
