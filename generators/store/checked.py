"""When the files of a dataset were last compared with their hashes, so that few are read again.

`logs/checked.json` says since when a shard's files have been known to be what was written. A file
whose inode has not changed since then is still that; the clock is that of the file system, which
sets the time of change of an inode with every write, rename and change of a name, and lets nobody
set it back. The note holds for its own folder and inode alone: of a copied dataset all is read.
What a disk loses without a write is not noticed in this way: for that all files are read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ...schemas import DatasetError, Model, SpecError
from ..shards import ShardRecord
from .files import is_file, plain_file
from .hashing import file_hash

NOTE = "logs/checked.json"
Rests = Callable[[os.stat_result, str], bool]
CLOCK = 2_000_000_000
"""Nanoseconds that two times of a file system must lie apart, so that one is surely earlier."""


def is_sound(root: Path, record: ShardRecord, rests: Rests | None = None) -> bool:
    """Whether every file of a shard is what was written.

    Args:
        root: the dataset's folder.
        record: of the shard.
        rests: whether a file, of which it is told the state and the hash, need not be read.
    """
    for name, digest in record.files.items():
        path, size = f"{root}/{name}", record.sizes.get(name)
        told = plain_file(path)
        if told is None or (size is not None and told.st_size != size):
            return False
        if not (rests is not None and rests(told, digest)) and file_hash(path) != digest:
            return False
    return True


def damaged_shard(root: Path, place: tuple[str, str]) -> DatasetError:
    """The error about a shard that is not sound."""
    return DatasetError(
        f"{root}: the shard {'/'.join(place)} is not what was written; "
        f"mend it with `cousins verify {root} --repair`"
    )


class _Note(Model):
    """What the file says."""

    folder: tuple[int, int]
    """Device and inode of the dataset's folder."""
    note: tuple[int, int]
    """Likewise of the file itself."""
    since: int
    """Nanoseconds, when the comparison began."""
    shards: dict[str, str]
    """`STAGE/SHARD` to the content of each that was compared."""


class FileCheck:
    """One comparison of a dataset's files with their hashes.

    Args:
        root: the dataset's folder, which nobody else writes to.
        compared: device and inode, and the hash, of files of earlier exports that are compared
            with it before anything is made of them; pictures of a dataset are among them.
    """

    def __init__(self, root: Path, compared: Mapping[tuple[int, int], str] | None = None) -> None:
        """Note when it begins, and read what an earlier one found."""
        self._root = root
        self._compared = compared or {}
        self._path = root / NOTE
        self._earlier = self._read()
        self._found: dict[str, str] = {}
        self._path.parent.mkdir(exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._path.touch()
        self._since = self._path.stat().st_mtime_ns

    def sound(self, record: ShardRecord, *, quick: bool = False) -> bool:
        """Whether every file of a shard is what was written.

        Args:
            record: of the shard.
            quick: read only those that may have changed since they were last compared, and that
                nobody else compares.
        """
        place, content = "/".join(record.place), record.content
        earlier = self._earlier
        noted = earlier is not None and earlier.shards.get(place) == content
        since = earlier.since - CLOCK if earlier is not None and noted else 0

        def rests(told: os.stat_result, digest: str) -> bool:
            inode = told.st_dev, told.st_ino
            return told.st_ctime_ns < since or self._compared.get(inode) == digest

        found = is_sound(self._root, record, rests if quick else None)
        if found:
            self._found[place] = content
        return found

    def keep(self) -> None:
        """Note the shards that were found to be sound: all that later comparisons may pass over."""
        note = _Note(
            folder=_inode(self._root),
            note=_inode(self._path),
            since=self._since,
            shards=self._found,
        )
        # Not written beside and renamed: it holds for this very file. A part of it is no JSON.
        self._path.write_text(note.canonical_json() + "\n", encoding="utf-8")

    def _read(self) -> _Note | None:
        if not is_file(self._path):
            return None
        try:
            note = _Note.from_json(self._path.read_bytes(), str(self._path))
        except SpecError:
            return None  # it was cut short; without it all is read
        ours = (note.folder, note.note) == (_inode(self._root), _inode(self._path))
        return note if ours else None


def _inode(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_dev, told.st_ino
