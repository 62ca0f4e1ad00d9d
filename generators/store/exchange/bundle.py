"""A shard as one object: a zip of its record and files, the same bytes wherever it was made.

What comes out of an exchange is input from a stranger: the record is checked as one of a dataset
is, and each file by its name, size and hash before any is kept.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO

from ....schemas import DatasetError
from ...shards import ShardRecord, shard_folder
from ..staging import ShardWriter, StagedShard

RECORD = "record.json"
FILES = "files/"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of all files: when a shard was made is none of its bytes."""
PLAIN = frozenset({".png", ".jpg", ".mp4", ".npz", ".parquet", ".zip", ".glb"})
"""Files that are compressed already, or hardly become smaller."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 1
"""Flag of a zip's entry."""
LARGEST_RECORD = 64 << 20
"""Bytes of a record that is read."""
EXPANSION = 1100
"""A file that would become more times larger is refused; deflate cannot do more than 1032."""
PIECE = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, ValueError, NotImplementedError)
"""What reading a zip raises that is none."""
_ODD_PATHS = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL)
"""Of a name that is also a folder's, or too long; a full disk is none of them."""


def write_bundle(path: Path, record: ShardRecord, folder: Path) -> None:
    """Write a shard that lies complete in a folder as one file."""
    prefix = f"{shard_folder(*record.place)}/"
    with zipfile.ZipFile(path, "w") as bundle:
        with bundle.open(_entry(RECORD), "w") as target:
            target.write(record.canonical_json().encode())
        for stored in sorted(record.files):
            name = stored.removeprefix(prefix)
            entry = _entry(FILES + name)
            entry.file_size = record.sizes[stored]
            with (folder / name).open("rb") as source, bundle.open(entry, "w") as target:
                shutil.copyfileobj(source, target, PIECE)


def read_bundle(
    path: Path, root: Path, place: tuple[str, str], key: str
) -> tuple[ShardRecord, StagedShard]:
    """Unpack a shard into a temporary folder of a dataset, and check each file.

    Args:
        path: of the bundle.
        root: the dataset's folder.
        place: stage and shard that it must be of.
        key: that it must have.

    Raises:
        DatasetError: it is damaged, or another shard.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            record = _record(bundle, place, key)
            staged = ShardWriter.create(root, *place)
            try:
                return record, _unpacked(bundle, path.stat().st_size, record, staged)
            except BaseException:
                shutil.rmtree(staged.folder, ignore_errors=True)
                raise
    except _DAMAGE as error:
        raise DatasetError(f"its bundle is damaged: {error}") from error
    except OSError as error:
        if error.errno not in _ODD_PATHS:
            raise
        raise DatasetError(f"its files have paths that cannot be: {error.strerror}") from error


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = 0o644 << 16
    plain = Path(name).suffix in PLAIN
    entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
    return entry


def _record(bundle: zipfile.ZipFile, place: tuple[str, str], key: str) -> ShardRecord:
    if any(x.flag_bits & ENCRYPTED or x.compress_type not in METHODS for x in bundle.infolist()):
        raise DatasetError("its bundle is encrypted, or packed by another method than deflate")
    if bundle.getinfo(RECORD).file_size > LARGEST_RECORD:
        raise DatasetError(f"its record is larger than {LARGEST_RECORD >> 20} MB")
    record = ShardRecord.parse(bundle.read(RECORD), place, "its record")
    if record.key != key:
        raise DatasetError("its record has another key")
    if record.files.keys() != record.sizes.keys():
        raise DatasetError("its record does not give the size of each file")
    return record


def _unpacked(
    bundle: zipfile.ZipFile, size: int, record: ShardRecord, staged: ShardWriter
) -> StagedShard:
    prefix = f"{shard_folder(*record.place)}/"
    names = {FILES + stored.removeprefix(prefix): stored for stored in record.files}
    if sorted(bundle.namelist()) != sorted({RECORD, *names}):
        raise DatasetError("its bundle does not hold the files that its record names")
    if sum(record.sizes.values()) > EXPANSION * size:
        raise DatasetError(f"its files would take more than {EXPANSION} times its own size")
    for packed, stored in sorted(names.items()):
        name = stored.removeprefix(prefix)
        path = staged.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with bundle.open(packed) as source, path.open("xb") as target:
            digest, length = _copied(source, target, record.sizes[stored])
        if (digest, length) != (record.files[stored], record.sizes[stored]):
            raise DatasetError(f"{name} is not what its record says")
        staged.files[name], staged.sizes[name] = digest, length
    return staged.finish(dict(record.counts), record.items)


def _copied(source: IO[bytes], target: IO[bytes], limit: int) -> tuple[str, int]:
    """Copy a file; its SHA-256 and bytes. Stops behind the limit."""
    hasher, length = hashlib.sha256(), 0
    while length <= limit and (piece := source.read(PIECE)):
        hasher.update(piece)
        length += len(piece)
        target.write(piece)
    return hasher.hexdigest(), length
