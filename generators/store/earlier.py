"""Exports in whose place newer ones come: set aside meanwhile, and kept to grow from."""

from __future__ import annotations

from pathlib import Path

from ...schemas import DatasetError
from ..durable import write_atomic
from ..shards import EXPORTS, ShardRecord, shard_folder
from .files import remove_tree
from .index import RecordIndex

EARLIER = ".earlier-"
"""What the folder of an export begins with while a new one takes its place; its format and the
key of the new one follow."""
RETIRED = ".retired-"
"""What the folder of an export begins with of which the dataset has more by now, and the name of
its record beside it: it counts no more, and is there for the next export to grow from."""


class EarlierExports:
    """The exports of a dataset that is open for writing, but for the newest of each format."""

    def __init__(self, root: Path, records: RecordIndex, formats: tuple[str, ...]) -> None:
        """Nothing is read yet.

        Args:
            root: the dataset's folder.
            records: of the dataset.
            formats: the names of all exporters.
        """
        self._root = root
        self._records = records
        self._formats = formats

    def set_aside(self, record: ShardRecord) -> Path | None:
        """Move the export that a new one replaces; it comes back where that goes no further."""
        target = self._root / shard_folder(*record.place)
        if self._records.brief(record.place) is None or not _is_folder(target):
            return None
        aside = target.with_name(f"{EARLIER}{record.shard}.{record.key}")
        if aside.exists():
            remove_tree(aside)
        target.rename(aside)
        return aside

    def bring_back(self) -> None:
        """Undo what a crash has left of replacing an export, or finish it."""
        for aside in sorted((self._root / EXPORTS).glob(f"{EARLIER}*")):
            shard, _, key = aside.name.removeprefix(EARLIER).partition(".")
            found = self._records.brief((EXPORTS, shard)) if shard in self._formats else None
            if found is None or found.key == key or aside.is_symlink():
                _remove(aside)
                continue
            target = self._root / shard_folder(EXPORTS, shard)
            if _is_folder(target):
                remove_tree(target)
            aside.rename(target)

    def retire(self, shard: str) -> bool:
        """Take an export out of the dataset, and keep it; whether there was a whole one."""
        record = self._records.record((EXPORTS, shard))
        target = self._root / shard_folder(EXPORTS, shard)
        if record is None or not _is_folder(target):
            return False
        self.forget(shard)
        write_atomic(self._retired(shard, ".json"), record.canonical_json().encode())
        self._records.remove(record.place)
        target.rename(self._retired(shard))
        return True

    def find(self, shard: str) -> tuple[ShardRecord, str] | None:
        """The record of an export, or of one that was retired, and its folder in the dataset."""
        record = self._records.record((EXPORTS, shard))
        if record is not None:
            return record, shard_folder(EXPORTS, shard)
        path = self._retired(shard, ".json")
        if path.is_symlink() or not path.is_file() or self._retired(shard).is_symlink():
            return None
        try:
            found = ShardRecord.parse(path.read_bytes(), (EXPORTS, shard), str(path))
        except DatasetError:
            return None  # what is damaged is of no use, and its export is written anew
        return found, f"{EXPORTS}/{RETIRED}{shard}"

    def forget(self, shard: str) -> None:
        """Remove what was retired of a format."""
        for path in (self._retired(shard), self._retired(shard, ".json")):
            _remove(path)

    def _retired(self, shard: str, suffix: str = "") -> Path:
        return self._root / EXPORTS / f"{RETIRED}{shard}{suffix}"


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    """Remove a folder, a file or a link, if it is there."""
    if _is_folder(path):
        remove_tree(path)
    else:
        path.unlink(missing_ok=True)
