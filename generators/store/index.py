"""The records of a dataset that is open for writing: where each is, and when they are packed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from ...schemas import DatasetError
from ..durable import sync, write_atomic
from ..packs import MANIFEST, Brief, Pack, Place, brief_of, line_of, packs, record_of, write_pack
from ..records import GONE, marks, record_files
from ..shards import EXPORTS, STAGES, ShardRecord

FILES = 2000
"""Records that may be files of their own before they are put into a pack."""
SHARE = 8
"""Or one in so many of those that are in the pack already, so that a pack is seldom rewritten."""
_ORDER = (*STAGES, EXPORTS)


class RecordIndex:
    """All records of a dataset, a line or an offset each in memory.

    What other processes write is seen where it is asked for with `reread`. Only a process that has
    the folder for itself may call `put_into_pack`.

    Attributes:
        root: the dataset's folder.
        begun: the stages that have records, damaged ones included.
    """

    def __init__(self, root: Path) -> None:
        """Nothing is read yet."""
        self.root = root
        self.begun: set[str] = set()
        self._fresh: dict[Place, bytes] = {}
        self._gone: set[Place] = set()
        self._pack = Pack(None)
        # One thread looks for shards while others commit theirs, and may replace the pack.
        self._guard = threading.Lock()

    def load(self, broken: Callable[[Path, DatasetError], None]) -> None:
        """Read everything anew.

        Args:
            broken: is told of each record that is damaged, and of a pack that is.
        """
        self.close()
        self._fresh.clear()
        self._pack = Pack.newest(self.root)
        if self._pack.damage:
            broken(self.root / MANIFEST, DatasetError(self._pack.damage))
        for stage in _ORDER:
            self._gone |= {(stage, shard) for shard in marks(self.root, stage)}
            if self._pack.shards(stage):
                self.begun.add(stage)
            for path in sorted(record_files(self.root, stage)):
                self.begun.add(stage)
                try:
                    self._fresh[stage, path.stem] = _read(path, stage)
                except DatasetError as error:
                    broken(path, error)

    def close(self) -> None:
        """Close the pack."""
        self._pack.close()
        self._gone = set()

    def __contains__(self, place: Place) -> bool:
        return place in self._fresh or (place in self._pack and place not in self._gone)

    def brief(self, place: Place) -> Brief | None:
        """The short form of a record, if there is one."""
        line = self._line(place)
        return None if line is None else brief_of(line)

    def record(self, place: Place) -> ShardRecord | None:
        """A whole record, if there is one.

        Raises:
            DatasetError: it is damaged.
        """
        line = self._line(place)
        return None if line is None else record_of(line, self._source(place))

    def files(self, place: Place) -> dict[str, str]:
        """As `ShardRecord.files`, of a record that is there; it is not checked again."""
        line = self._line(place) or b""
        return cast("dict[str, str]", json.loads(line.split(b"\t", 7)[7])["files"])

    def places(self) -> Iterator[Place]:
        """Of all records, by stage and name."""
        for stage in _ORDER:
            names = {shard for of, shard in self._fresh if of == stage}
            names |= self._pack.shards(stage) - {shard for of, shard in self._gone if of == stage}
            for shard in sorted(names):
                yield stage, shard

    def put(self, record: ShardRecord) -> None:
        """Write the record of a shard, whole or not at all; it counts from now on."""
        raw = record.canonical_json().encode()
        path = self._path(record.place)
        write_atomic(path, raw + b"\n")
        self._fresh[record.place] = line_of(raw, record.place, str(path))

    def remove(self, place: Place) -> None:
        """Forget a record for good, if there is one."""
        path = self._path(place)
        if place in self._pack and place not in self._gone:
            write_atomic(path.with_suffix(GONE), b"")
            self._gone.add(place)
        if path.exists():
            path.unlink()
            sync(path.parent)
        self._fresh.pop(place, None)

    def reread(self, place: Place) -> None:
        """Look again for a record that another process may have written or removed."""
        path = self._path(place)
        if path.with_suffix(GONE).exists():
            self._gone.add(place)
        try:
            self._fresh[place] = _read(path, place[0])
        except (DatasetError, FileNotFoundError):  # a broken record is no record
            self._fresh.pop(place, None)

    @property
    def due(self) -> bool:
        """Whether there are so many files, or such damage, that a new pack should be written."""
        return bool(self._pack.damage) or len(self._fresh) >= max(FILES, len(self._pack) // SHARE)

    def put_into_pack(self) -> None:
        """Write all records into a new pack, and remove what it replaces.

        A crash between any two steps loses no record: see `records`.
        """
        old, fresh, gone = self._pack, self._fresh, self._gone
        places = list(self.places())
        lines = (fresh.get(place) or old.line(place) for place in places)
        write_pack(self.root, old.number + 1, (x for x in lines if x), len(places))
        # Marks go first: one that outlived a newer file would hide the new line of its shard.
        for stage in _ORDER:
            for shard in marks(self.root, stage):
                self._path((stage, shard)).with_suffix(GONE).unlink()
            if gone and (self.root / MANIFEST / stage).is_dir():
                sync(self.root / MANIFEST / stage)
        for place in fresh:
            self._path(place).unlink(missing_ok=True)
        for number, path in packs(self.root):
            if number <= old.number:
                path.unlink()
        newest = Pack.newest(self.root)
        with self._guard:
            old.close()
            self._pack, self._fresh, self._gone = newest, {}, set()

    def _line(self, place: Place) -> bytes | None:
        with self._guard:
            found = self._fresh.get(place)
            if found is None and place not in self._gone:
                return self._pack.line(place)
            return found

    def _path(self, place: Place) -> Path:
        return self.root / MANIFEST / place[0] / f"{place[1]}.json"

    def _source(self, place: Place) -> str:
        return str(self._path(place) if place in self._fresh else self.root / MANIFEST)


def _read(path: Path, stage: str) -> bytes:
    """The line of a record that is a file."""
    if path.is_symlink():
        raise DatasetError(f"{path} is a link; links inside a dataset are not followed")
    return line_of(path.read_bytes(), (stage, path.stem), str(path))
