"""When the files of a dataset were last compared with their hashes, so that few are read again.

`logs/checked.json` says since when a shard's files have been known to be what was written. A file
whose inode has not changed since then is still that; the clock is that of the file system, which
sets the time of change of an inode with every write, rename and change of a name, and lets nobody
set it back. The note holds for its own folder and inode alone: of a copied dataset all is read.
What a disk loses without a write is not noticed in this way: for that all files are read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ...schemas import DatasetError, Model, SpecError
from ..shards import ShardRecord
from .files import is_file
from .hashing import file_hash

NOTE = "logs/checked.json"
CLOCK = 2_000_000_000
"""Nanoseconds that two times of a file system must lie apart, so that one is surely earlier."""


def _never(_: str) -> bool:
    return False


def is_sound(root: Path, record: ShardRecord, *, rests: Callable[[str], bool] = _never) -> bool:
    """Whether every file of a shard is what was written.

    Args:
        root: the dataset's folder.
        record: of the shard.
        rests: whether the file at a path is known to be sound, and need not be read.
    """
    for name, digest in record.files.items():
        path = f"{root}/{name}"
        if not is_file(path, record.sizes.get(name)):
            return False
        if not rests(path) and file_hash(path) != digest:
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
    """

    def __init__(self, root: Path) -> None:
        """Note when it begins, and read what an earlier one found."""
        self._root = root
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
            quick: read only those that may have changed since they were last compared.
        """
        place, content = "/".join(record.place), record.content
        known = quick and self._earlier is not None and self._earlier.shards.get(place) == content
        found = is_sound(self._root, record, rests=self._rests if known else _never)
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

    def _rests(self, path: str) -> bool:
        """Whether a file has not changed since the earlier comparison began."""
        earlier = self._earlier
        return earlier is not None and os.lstat(path).st_ctime_ns + CLOCK < earlier.since

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
