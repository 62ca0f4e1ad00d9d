"""The writer of a dataset folder: shards appear whole or not at all.

A worker prepares a shard in a folder of its own under `tmp/`; only the process that holds the
dataset's lock commits it: one rename into place, then its ShardRecord. A crash anywhere leaves
either nothing or a complete shard, and what it leaves under `tmp/` is removed at the next start.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from types import TracebackType
from typing import Self

from ...schemas import DatasetError, DatasetSpec
from ...schemas.plugins import names
from ..dataset import FORMAT_VERSION, read_saved
from ..durable import sync, write_atomic
from ..packs import Brief
from ..shards import EXPORTS, STAGES, ShardRecord, is_own, shard_folder
from .changes import refuse_changes
from .checked import is_sound
from .claims import FOLDER as CLAIMS
from .earlier import RETIRED, EarlierExports
from .files import is_file, lock, refuse_links, remove_tree
from .hashing import foreign_versions, render_versions, versions
from .identity import SEAL, combined_hash, seal_broken, spec_text
from .index import RecordIndex
from .staging import StagedShard, record_of


class Store:
    """A dataset folder, locked for writing. Use as a context manager.

    Attributes:
        root: the folder.
        spec: what it is being made from.
        notes: what was found damaged or foreign when it was opened, a sentence each.
    """

    def __init__(self, root: Path, spec: DatasetSpec, library_version: str = "") -> None:
        """Lock the folder, refuse an unfitting spec, and remove what a crash has left.

        Raises:
            DatasetError: the folder cannot be written, is in use, or holds another dataset.
        """
        self.root = root
        self.spec = spec
        self.notes: list[str] = []
        self._formats = names("exporters")
        refuse_links(root)
        self._lock = self._take_lock()
        self._commit = threading.Lock()
        self._records = RecordIndex(root)
        self._earlier = EarlierExports(root, self._records, self._formats)
        try:
            self._load()
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
        self._records.close()
        os.close(self._lock)

    def look(self, stage: str, shard: str, key: str) -> Brief | None:
        """The short form of a finished shard's record, if it has this key and its files are there.

        Batches of tasks are read at once, in this process; their files are compared by hash.
        """
        found = self._records.brief((stage, shard))
        if found is None or found.key != key or not self._present(found):
            return None
        return None if stage == "tasks" and not self._sound_batch(shard) else found

    def find(self, stage: str, shard: str, key: str) -> ShardRecord | None:
        """As `look`, the whole record."""
        return None if self.look(stage, shard, key) is None else self.record(stage, shard)

    def records(self) -> Iterator[ShardRecord]:
        """All records, by stage and name."""
        for place in self._records.places():
            record = self._records.record(place)
            if record is not None:
                yield record

    def briefs(self) -> Iterator[Brief]:
        """The short forms of all records, by stage and name."""
        for place in self._records.places():
            found = self._records.brief(place)
            if found is not None:
                yield found

    def commit(
        self,
        stage: str,
        shard: str,
        key: str,
        prepared: StagedShard,
        inputs: Mapping[str, str] | None = None,
    ) -> ShardRecord:
        """Move a prepared shard into place and record it; replaces an older one.

        Args:
            stage: of the shard.
            shard: its name.
            key: hash of all that decided its bytes.
            prepared: its files, in a temporary folder.
            inputs: as `ShardRecord.inputs`.
        """
        target = self.root / shard_folder(stage, shard)
        record = record_of(stage, shard, key, prepared, inputs)
        with self._commit:
            aside = self._earlier.set_aside(record) if stage == EXPORTS else None
            if aside is None:
                self._remove(stage, shard)
            target.parent.mkdir(parents=True, exist_ok=True)
            prepared.folder.rename(target)
            sync(target.parent)
            self._records.put(record)
            if aside is not None:
                remove_tree(aside)
            if stage == EXPORTS:
                self._earlier.forget(shard)
            self._tidy()
        return record

    def record(self, stage: str, shard: str) -> ShardRecord | None:
        """The record of a shard, whatever its key."""
        return self._records.record((stage, shard))

    def sound(self, record: ShardRecord) -> bool:
        """Whether every file of a shard is what was written, by its hash; reads all of them."""
        return is_sound(self.root, record)

    def discard(self, record: ShardRecord) -> None:
        """Remove a shard, so that it is made anew."""
        with self._commit:
            self._remove(*record.place)

    def set_aside(self, name: str) -> Path:
        """Move what does not belong into a shard's folder out of the way; nothing is deleted.

        Args:
            name: a file or folder, relative to the dataset's folder.

        Returns:
            Where it lies now, below `set_aside/`.
        """
        target = self.root / "set_aside" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).rename(target)
        return target

    def keep_only(self, stages: Iterable[str], wanted: Mapping[str, Set[str]]) -> None:
        """Remove the shards of these stages that are not wanted.

        Args:
            stages: that are looked at.
            wanted: the names of shards to keep, by stage.
        """
        for stage, shard in tuple(self._records.places()):
            if stage in stages and shard not in wanted.get(stage, ()):
                self._remove(stage, shard)

    def retire(self, wanted: Set[str]) -> None:
        """Take exports out of the dataset that are not wanted; the next one may grow from them."""
        for stage, shard in tuple(self._records.places()):
            if stage == EXPORTS and shard not in wanted and not self._earlier.retire(shard):
                self._remove(stage, shard)

    def earlier(self, shard: str) -> tuple[ShardRecord, str] | None:
        """The record of an export, or of one that was retired, and its folder in the dataset."""
        return self._earlier.find(shard)

    def dataset_hash(self) -> str:
        """As `dataset_hash`, from the records instead of the files."""
        folders = sorted((f"{shard_folder(*place)}/", place) for place in self._records.places())
        return combined_hash(
            self.root,
            (pair for _, place in folders for pair in sorted(self._records.files(place).items())),
        )

    def tidy(self) -> None:
        """Put records into a pack, where many of them are files of their own."""
        with self._commit:
            self._tidy()

    def _tidy(self) -> None:
        if self._records.due:
            self._records.put_into_pack()

    def _present(self, found: Brief) -> bool:
        folder = f"{self.root}/{shard_folder(found.stage, found.shard)}/"
        return all(is_file(folder + name, size) for name, size in found.sizes.items())

    def _sound_batch(self, shard: str) -> bool:
        record = self.record("tasks", shard)
        return record is not None and self.sound(record)

    def _remove(self, stage: str, shard: str) -> None:
        # The record goes first: data without a record is never trusted.
        self._records.remove((stage, shard))
        target = self.root / shard_folder(stage, shard)
        if target.is_symlink() or target.is_file():
            target.unlink()
        elif target.exists():
            shutil.rmtree(target)

    def _take_lock(self) -> int:
        return lock(self.root)

    def _saved(self, current: dict[str, str]) -> str:
        """The text of spec.json."""
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
        return spec_text(saved)

    def _enter_spec(self, current: dict[str, str]) -> None:
        path, text = self.root / "spec.json", self._saved(current)
        finished = self._records.begun
        if path.is_file() and finished and self._trusted(path):
            refuse_changes(path, self.spec, current, finished)
        elif not path.is_file():
            _refuse_foreign(self.root)
        if not path.is_file() or path.read_bytes() != text.encode():
            write_atomic(path, text.encode())
        seal = f"{hashlib.sha256(text.encode()).hexdigest()}\n".encode()
        place = self.root / SEAL
        if not place.is_file() or place.read_bytes() != seal:
            write_atomic(place, seal)

    def _trusted(self, path: Path) -> bool:
        """Whether spec.json is as it was written; a damaged one is written anew, by the keys."""
        try:
            read_saved(path)
        except DatasetError:
            self.notes.append(f"{path} was damaged and is written anew")
            return False
        if seal_broken(self.root):
            self.notes.append(f"{path} was changed since it was written, and is written anew")
            return False
        return True

    def _clean(self) -> None:
        self._earlier.bring_back()
        for name in ("tmp", CLAIMS):
            if (self.root / name).exists():
                remove_tree(self.root / name)
        for stage in (*STAGES, EXPORTS):
            folder = self.root / Path(shard_folder(stage, "x")).parent
            for name in sorted(os.listdir(folder)) if folder.is_dir() else []:
                if stage == EXPORTS and name.startswith(RETIRED):
                    continue
                if (stage, name) not in self._records:
                    self._remove_unrecorded(stage, folder / name)
        self._tidy()

    def _load(self) -> None:
        """Read all records; what is damaged is noted, and removed by whoever is alone."""
        self._records.load(self._broken)

    def _broken(self, path: Path, error: DatasetError) -> None:
        """A broken record is no record: its shard is made again."""
        if not path.is_file():  # a pack, which is replaced
            self.notes.append(f"{error}; their shards are made again")
        elif is_own(path.parent.name, path.stem, self._formats):
            self.notes.append(f"{path} was damaged; its shard is made again")
            path.unlink()
        else:
            self.notes.append(f"{path} is none of this dataset's records")

    def _remove_unrecorded(self, stage: str, path: Path) -> None:
        """Remove what a crash has left of a shard; all else belongs to someone else."""
        if is_own(stage, path.name, self._formats) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            self.notes.append(f"{path} is none of this dataset's shards; it is left alone")


def _refuse_foreign(root: Path) -> None:
    known = {".lock", "tmp", "logs", "set_aside", CLAIMS}
    others = sorted(path.name for path in root.iterdir() if path.name not in known)
    if others:
        raise DatasetError(
            f"{root} is not empty and no dataset (it holds {', '.join(others[:5])}); "
            "choose an empty folder with --out"
        )
