"""The writer of a dataset folder: shards appear whole or not at all.

A worker prepares a shard in a folder of its own under `tmp/`; only the process that holds the
dataset's lock commits it: one rename into place, then its ShardRecord. A crash anywhere leaves
either nothing or a complete shard, and what it leaves under `tmp/` is removed at the next start.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from ...schemas import DatasetError, DatasetSpec
from ..dataset import (
    FORMAT_VERSION,
)
from ..shards import STAGES, ShardRecord
from .changes import refuse_changes
from .hashing import file_hash, foreign_versions, render_versions, versions

EXPORTS = "exports"


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

    @classmethod
    def create(cls, root: Path, stage: str, shard: str) -> Self:
        """An empty folder under `root/tmp`."""
        folder = root / "tmp" / f"{stage}-{shard}-{os.getpid()}"
        if folder.exists():
            shutil.rmtree(folder)
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

    def adopt(self) -> None:
        """Take in what others have written into the folder."""
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and name not in self.files:
                self.files[name] = file_hash(path)
                self.sizes[name] = path.stat().st_size

    def finish(self, counts: dict[str, int], items: int) -> StagedShard:
        """Sync the files, then their folders: the shard is complete."""
        # All at the end: the kernel has then had time to write most of it.
        for name in self.files:
            _sync(self.folder / name)
        for folder in sorted({path.parent for path in self.folder.rglob("*")} | {self.folder}):
            _sync(folder)
        return StagedShard(self.folder, self.files, self.sizes, counts, items)


class Store:
    """A dataset folder, locked for writing. Use as a context manager.

    Attributes:
        root: the folder.
        spec: what it is being made from.
    """

    def __init__(self, root: Path, spec: DatasetSpec, library_version: str = "") -> None:
        """Lock the folder, refuse an unfitting spec, and remove what a crash has left.

        Raises:
            DatasetError: the folder cannot be written, is in use, or holds another dataset.
        """
        self.root = root
        self.spec = spec
        self._lock = _lock(root)
        self._commit = threading.Lock()
        self._records: dict[tuple[str, str], ShardRecord] = {}
        try:
            self._enter_spec({**versions(spec.episodes.solvers), "assets": library_version})
            self._clean()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the lock."""
        with contextlib.suppress(OSError):  # it is not empty where a worker was just killed
            (self.root / "tmp").rmdir()
        os.close(self._lock)

    def find(self, stage: str, shard: str, key: str) -> ShardRecord | None:
        """The record of a finished shard, if it has this key and its files are there."""
        record = self._records.get((stage, shard))
        if record is None or record.key != key or not self._present(record):
            return None
        return record

    def records(self) -> tuple[ShardRecord, ...]:
        """All records, by stage and name."""
        order = (*STAGES, EXPORTS)
        return tuple(
            self._records[place]
            for place in sorted(self._records, key=lambda place: (order.index(place[0]), place[1]))
        )

    def commit(self, stage: str, shard: str, key: str, prepared: StagedShard) -> ShardRecord:
        """Move a prepared shard into place and record it; replaces an older one."""
        target = self.root / shard_folder(stage, shard)
        prefix = shard_folder(stage, shard)
        record = ShardRecord(
            stage=stage,
            shard=shard,
            key=key,
            files={f"{prefix}/{name}": digest for name, digest in sorted(prepared.files.items())},
            sizes={f"{prefix}/{name}": size for name, size in sorted(prepared.sizes.items())},
            counts=prepared.counts,
            items=prepared.items,
        )
        with self._commit:
            self._remove(stage, shard)
            target.parent.mkdir(parents=True, exist_ok=True)
            prepared.folder.rename(target)
            _sync(target.parent)
            path = self.root / "manifest" / stage / f"{shard}.json"
            _write_atomic(path, record.canonical_json().encode() + b"\n")
            self._records[stage, shard] = record
        return record

    def keep_only(self, stages: Iterable[str], wanted: set[tuple[str, str]]) -> None:
        """Remove the shards of these stages that are not wanted."""
        for stage, shard in sorted(self._records):
            if stage in stages and (stage, shard) not in wanted:
                self._remove(stage, shard)

    def dataset_hash(self) -> str:
        """As `dataset_hash`, from the records instead of the files."""
        files = {path: digest for record in self.records() for path, digest in record.files.items()}
        return _combine(self.root, files)

    def _present(self, record: ShardRecord) -> bool:
        for name, size in record.sizes.items():
            path = self.root / name
            if not path.is_file() or path.stat().st_size != size:
                return False
        return True

    def _remove(self, stage: str, shard: str) -> None:
        # The record goes first: data without a record is never trusted.
        path = self.root / "manifest" / stage / f"{shard}.json"
        if path.exists():
            path.unlink()
            _sync(path.parent)
        self._records.pop((stage, shard), None)
        target = self.root / shard_folder(stage, shard)
        if target.exists():
            shutil.rmtree(target)

    def _enter_spec(self, current: dict[str, str]) -> None:
        path = self.root / "spec.json"
        # Where the libraries lie is not part of the dataset; their version is.
        spec = self.spec.model_copy(update={"assets": self.spec.assets.portable()})
        saved = {"format": FORMAT_VERSION, "spec": spec.model_dump(mode="json")}
        saved["versions"] = current
        if extra := render_versions(self.spec.render.backend):
            # Frames of another version are made anew; all else may be continued.
            saved["render_versions"] = extra
        if foreign := foreign_versions(self.spec):
            # Likewise of the shards that plug-ins of other distributions shape.
            saved["plugin_versions"] = foreign
        text = json.dumps(saved, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
        finished = {p.parent.name for p in (self.root / "manifest").glob("*/*.json")}
        if path.is_file() and finished:
            refuse_changes(path, self.spec, current, finished)
        elif not path.is_file():
            _refuse_foreign(self.root)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            _write_atomic(path, text.encode())

    def _clean(self) -> None:
        if (self.root / "tmp").exists():
            _remove_tree(self.root / "tmp")
        for stage in (*STAGES, EXPORTS):
            for path in sorted((self.root / "manifest" / stage).glob("*.json")):
                record = ShardRecord.from_json(path.read_bytes(), str(path))
                self._records[stage, record.shard] = record
            folder = self.root / Path(shard_folder(stage, "x")).parent
            for data in sorted(folder.iterdir()) if folder.is_dir() else []:
                if (stage, data.name) not in self._records:
                    shutil.rmtree(data)


def shard_folder(stage: str, shard: str) -> str:
    """Where a shard's files lie, relative to the dataset folder."""
    return f"exports/{shard}" if stage == EXPORTS else f"data/{stage}/{shard}"


def dataset_hash(root: Path) -> str:
    """SHA-256 over the sorted paths and hashes of the spec, the data, and the exports."""
    files = {
        path.relative_to(root).as_posix(): file_hash(path)
        for folder in ("data", "exports")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    return _combine(root, files)


def _combine(root: Path, files: dict[str, str]) -> str:
    total = {**files, "spec.json": file_hash(root / "spec.json")}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(total.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _lock(root: Path) -> int:
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DatasetError(
            f"{root} cannot be written: {error.strerror}; choose another folder with --out"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 100).decode(errors="replace").strip()
        os.close(descriptor)
        raise DatasetError(
            f"{root} is in use by another run (process {holder}); wait for it or end it"
        ) from error
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _refuse_foreign(root: Path) -> None:
    known = {".lock", "tmp", "logs"}
    others = sorted(path.name for path in root.iterdir() if path.name not in known)
    if others:
        raise DatasetError(
            f"{root} is not empty and no dataset (it holds {', '.join(others[:5])}); "
            "choose an empty folder with --out"
        )


def _remove_tree(folder: Path) -> None:
    # Workers of a killed run may still be writing while they die: try again a few times.
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        threading.Event().wait(0.1)
    shutil.rmtree(folder)


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_atomic(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    _write_synced(temporary, content)
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
