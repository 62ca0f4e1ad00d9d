"""A dataset's folder that exchanges its finished shards with those of other processes."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ....schemas import DatasetError, DatasetSpec
from ...packs import Brief
from ...shards import EXPORTS, STAGES, ShardRecord, shard_folder
from ..claims import LEASE, Place
from ..joint import ClaimLostError
from ..staging import StagedShard, record_of
from ..writer import Store
from .bundle import read_bundle, write_bundle
from .claims import ObjectClaims
from .objects import ObjectStore, OutageError

_ALL = (*STAGES, EXPORTS)
SHARDS = "shards"
"""The folder of the bundles, below the address."""


class ExchangeStore(Store):
    """A Store whose shards are also those of others, and others' are its own.

    Each process has a folder to itself. A finished shard is one object, named by its stage, its
    name and its key, and created before it is committed: who comes second throws its own away and
    takes the one that is there. So all folders end with the same bytes, and datasets of several
    specs may lie at one address. What is damaged there is made again, and replaced.

    Attributes:
        objects: where shards are exchanged.
        claims: of this process.
    """

    def __init__(
        self,
        root: Path,
        spec: DatasetSpec,
        library_version: str,
        url: str,
        lease: float = LEASE,
    ) -> None:
        """Open the folder, and join those who exchange shards.

        Raises:
            DatasetError: the folder or the address cannot be used.
            BackendMissingError: the package that reaches it is not installed.
        """
        self.objects = ObjectStore(url)
        super().__init__(root, spec, library_version)
        self._damaged: set[str] = set()
        self._fetching = threading.Lock()
        try:
            # First of all something is put: only that tells that a bucket is not there.
            self.claims = ObjectClaims(self.objects, lease)
            self._there = {name for stage in _ALL for name in self._listed(stage)}
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give up all claims, and release the folder."""
        claims = getattr(self, "claims", None)
        try:
            if claims is not None:
                with suppress(OutageError):  # they lapse then
                    claims.close()
        finally:
            super().close()

    def stop(self) -> None:
        """Wait for the service no longer: the run ends."""
        self.objects.stop()

    def look(self, stage: str, shard: str, key: str) -> Brief | None:
        """As `Store.look`; what others have made is fetched, and what they lack is given."""
        found = super().look(stage, shard, key)
        name = _name((stage, shard), key)
        if found is None:
            return super().look(stage, shard, key) if self._fetch((stage, shard), key) else None
        if name not in self._there:
            self._give(found.place, name)
        return found

    def commit(
        self,
        stage: str,
        shard: str,
        key: str,
        prepared: StagedShard,
        inputs: Mapping[str, str] | None = None,
    ) -> ShardRecord:
        """As `Store.commit`, by the process that holds the shard's claim.

        Raises:
            ClaimLostError: another process has made it; what was prepared is removed.
        """
        record = record_of(stage, shard, key, prepared, inputs)
        name = _name(record.place, key)
        if not self.claims.owns(record.place) or not self._publish(name, record, prepared.folder):
            shutil.rmtree(prepared.folder, ignore_errors=True)
            raise ClaimLostError(f"{stage}/{shard} was made by another process")
        return super().commit(stage, shard, key, prepared, inputs)

    def _publish(self, name: str, record: ShardRecord, folder: Path) -> bool:
        """Create a shard's object, or replace a damaged one; whether it is this one now."""
        with tempfile.TemporaryDirectory(dir=self._temporary()) as temporary:
            path = Path(temporary) / "bundle.zip"
            write_bundle(path, record, folder)
            if name in self._damaged:
                self.objects.put(name, path)
                self._damaged.discard(name)
            elif not self.objects.create(name, path):
                self._there.add(name)
                return False
        self._there.add(name)
        return True

    def _give(self, place: Place, name: str) -> None:
        """Give a shard that was here before; what somebody else has given is left as it is."""
        record = self.record(*place)
        if record is not None and self.sound(record):
            self._publish(name, record, self.root / shard_folder(*record.place))

    def _fetch(self, place: Place, key: str) -> bool:
        """Take a shard over that another process has made; whether there is one."""
        name = _name(place, key)
        # One thread of a run looks for shards; a second one would fetch the same.
        with self._fetching, tempfile.TemporaryDirectory(dir=self._temporary()) as temporary:
            path = Path(temporary) / "bundle.zip"
            if name in self._damaged or not self.objects.save(name, path):
                return False
            try:
                record, staged = read_bundle(path, self.root, place, key)
            except DatasetError as error:
                self._damaged.add(name)
                self.objects.told(f"{self.objects.url}/{name}: {error}; it is made again")
                return False
            super().commit(*place, key, staged, record.inputs)
        self._there.add(name)
        return True

    def _temporary(self) -> Path:
        folder = self.root / "tmp"
        folder.mkdir(exist_ok=True)
        return folder

    def _listed(self, stage: str) -> list[str]:
        return list(self.objects.names(f"{SHARDS}/{stage}"))


def _name(place: Place, key: str) -> str:
    return f"{SHARDS}/{place[0]}/{place[1]}/{key}.zip"
