"""Packs: files that hold many records, a line each, so that a large dataset is opened at once.

The first line says how many others there are. Each of those holds a checksum, and then stage,
shard, key, content hash, sizes and counts of a record, and the record itself as JSON; a tab stands
between two of them. So damage costs the shards of the lines that it hit, and a shard of which
nothing has to be made is looked at without its whole record being read.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self, cast

from ..schemas import DatasetError
from ..schemas.base import canonical_json, hash_of
from .durable import write_parts
from .shards import EXPORTS, STAGES, ShardRecord, shard_folder

MANIFEST = "manifest"
"""Relative to the dataset's folder."""
_NAME = re.compile(r"records-(\d{6,})\.tsv")
_HEAD = b"cousins records 1\t%d\n"
_READ = 2048
"""Bytes of a line that are read at once; most lines have no more."""
_ORDER = (*STAGES, EXPORTS)
_KNOWN = {stage.encode(): stage for stage in _ORDER}
_SHARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,79}")
_FIELDS = frozenset(ShardRecord.model_fields)
_ODD = ("..", "\\", "\0", "//")
"""What a plain path has not, or rarely; such a record is looked at more closely."""

Place = tuple[str, str]
"""Stage and shard."""


class Brief(NamedTuple):
    """The part of a record that is needed where nothing has to be done for its shard."""

    stage: str
    shard: str
    key: str
    content: str
    """As `ShardRecord.content`."""
    sizes_json: bytes
    counts_json: bytes

    @property
    def place(self) -> Place:
        """Stage and shard."""
        return self.stage, self.shard

    @property
    def sizes(self) -> dict[str, int]:
        """Path relative to the shard's folder, to bytes."""
        return cast("dict[str, int]", json.loads(self.sizes_json.decode()))

    @property
    def counts(self) -> dict[str, int]:
        """As `ShardRecord.counts`."""
        return cast("dict[str, int]", json.loads(self.counts_json.decode()))


class Pack:
    """A pack that is open for reading; an empty one where a dataset has none.

    Attributes:
        number: of the pack; 0 where there is none.
        damage: a sentence about lines that were lost, or nothing.
    """

    def __init__(self, path: Path | None, number: int = 0) -> None:
        """Open a pack, and find its lines."""
        self.number = number
        self.damage = ""
        self._path = path
        self._file: BinaryIO | None = None
        self._starts: dict[str, dict[str, int]] = {stage: {} for stage in _ORDER}
        if path is not None:
            self._file = _open(path)
            self._find(self._file)

    @classmethod
    def newest(cls, root: Path) -> Self:
        """The pack of a dataset that holds.

        Raises:
            DatasetError: it is a link.
        """
        while True:
            found = packs(root)
            if not found:
                return cls(None)
            number, path = found[-1]
            try:
                return cls(path, number)
            except FileNotFoundError:  # a newer one has just taken its place
                continue

    def __len__(self) -> int:
        return sum(len(starts) for starts in self._starts.values())

    def __contains__(self, place: Place) -> bool:
        return place[1] in self._starts.get(place[0], ())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def shards(self, stage: str) -> set[str]:
        """The names of the shards of a stage."""
        return set(self._starts[stage])

    def line(self, place: Place) -> bytes | None:
        """The line of a shard, if it is in the pack.

        Raises:
            DatasetError: the file has become shorter.
        """
        start = self._starts.get(place[0], {}).get(place[1])
        if start is None or self._file is None:
            return None
        size, file = _READ, self._file.fileno()
        while True:
            found = os.pread(file, size, start)
            end = found.find(b"\n")
            if end >= 0:
                return found[: end + 1]
            if len(found) < size:
                raise DatasetError(f"{self._path} was cut off while it was read")
            size *= 8

    def record(self, place: Place) -> ShardRecord:
        """The whole record of a shard that is in the pack.

        Raises:
            DatasetError: it is not, or its record is damaged.
        """
        line = self.line(place)
        if line is None:
            raise DatasetError(f"{'/'.join(place)} has no record")
        return record_of(line, str(self._path))

    def _find(self, file: BinaryIO) -> None:
        names: dict[str, str] = {}
        head = file.readline()
        at, lost = len(head), 0
        for line in file:
            place = _place(line)
            if place is None:
                lost += 1
            else:
                # The shards of one task share its name, and here they share one string.
                name = names.setdefault(place[1], place[1])
                self._starts[place[0]][name] = at
            at += len(line)
        said = re.fullmatch(rb"cousins records 1\t(\d+)\n", head)
        missing = int(said[1]) - len(self) if said else max(1, lost)
        if lost or missing:
            self.damage = f"{self._path} is damaged: {max(lost, missing)} records are lost"


def packs(root: Path) -> list[tuple[int, Path]]:
    """The packs of a dataset by their numbers, the one that holds last."""
    named = ((_NAME.fullmatch(path.name), path) for path in (root / MANIFEST).glob("records-*.tsv"))
    return sorted((int(found[1]), path) for found, path in named if found)


def write_pack(root: Path, number: int, lines: Iterable[bytes], count: int) -> Path:
    """Write a pack: whole or not at all.

    Args:
        root: the dataset's folder.
        number: of the new one, higher than that of the old one.
        lines: as `line_of` gives them.
        count: how many.
    """
    path = root / MANIFEST / f"records-{number:06d}.tsv"
    write_parts(path, chain((_HEAD % count,), lines))
    return path


def line_of(raw: bytes, place: Place, source: str) -> bytes:
    """The line of a record.

    Args:
        raw: the record's file.
        place: stage and shard.
        source: names the file in the error.

    Raises:
        DatasetError: it is damaged, or the record of another shard.
    """
    found = _plain(raw, place)
    if found is None:
        record = ShardRecord.parse(raw, place, source)
        if not record.key.isprintable():
            raise DatasetError(f"{source} is damaged: its key is {record.key!r}")
        found, raw = record.model_dump(mode="json"), record.canonical_json().encode()
    prefix = len(shard_folder(*place)) + 1
    sizes = canonical_json({name[prefix:]: size for name, size in found["sizes"].items()})
    told = (*place, found["key"], hash_of(found["files"]), sizes, canonical_json(found["counts"]))
    rest = "\t".join(told).encode() + b"\t" + raw.rstrip(b"\n") + b"\n"
    return b"%08x\t%s" % (zlib.crc32(rest), rest)


def brief_of(line: bytes) -> Brief:
    """The short form of a line."""
    _, stage, shard, key, content, sizes, counts, _ = line.split(b"\t", 7)
    return Brief(_KNOWN[stage], shard.decode(), key.decode(), content.decode(), sizes, counts)


def record_of(line: bytes, source: str) -> ShardRecord:
    """The whole record of a line.

    Raises:
        DatasetError: it does not agree with the rest of the line; `source` names the file.
    """
    brief = brief_of(line)
    record = ShardRecord.parse(line.split(b"\t", 7)[7], brief.place, source)
    if (record.key, record.content) != (brief.key, brief.content):
        raise DatasetError(
            f"{source} is damaged: the line of {'/'.join(brief.place)} contradicts "
            "itself; finish the dataset again with `cousins generate`"
        )
    return record


def _place(line: bytes) -> Place | None:
    """The place of a line's record; None where the line is damaged."""
    try:
        if int(line[:8], 16) != zlib.crc32(line[9:]):
            return None
        _, stage, shard, _ = line.split(b"\t", 3)
        name = shard.decode("ascii")
        return (_KNOWN[stage], name) if _SHARD.fullmatch(name) else None
    except (ValueError, KeyError):
        return None


def _plain(raw: bytes, place: Place) -> dict[str, Any] | None:
    """A record's fields, if it is beyond doubt as this package writes it: most are."""
    try:
        found: dict[str, Any] = json.loads(raw)
        seal, files, sizes, counts = (found[x] for x in ("seal", "files", "sizes", "counts"))
        body = raw.rstrip(b"\n").replace(b'"seal":"%s",' % seal.encode(), b"", 1)
        prefix = shard_folder(*place) + "/"
        whole = (
            found.keys() == _FIELDS
            and (found["stage"], found["shard"]) == place
            and _SHARD.fullmatch(place[1]) is not None
            and sha256(body).hexdigest() == seal
            and re.fullmatch("[0-9a-z]+", found["key"]) is not None
            and files.keys() == sizes.keys()
            and all(x.startswith(prefix) and not any(odd in x for odd in _ODD) for x in files)
            and all(type(x) is int for x in (*sizes.values(), *counts.values()))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if whole else None


def _open(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise DatasetError(f"{path} is a link; links inside a dataset are not followed")
    return path.open("rb")
