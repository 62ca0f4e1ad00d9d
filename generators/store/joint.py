"""A dataset's folder that several processes write at the same time, each its own shards."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ...schemas import DatasetError, DatasetSpec
from ..packs import Brief
from ..shards import ShardRecord
from .claims import FOLDER, LEASE, LinkClaims
from .files import join
from .staging import StagedShard
from .writer import Store


class ClaimLostError(DatasetError):
    """Another process has taken over a shard, since this one gave no sign for too long."""


class JointStore(Store):
    """A Store that others may have open too.

    The first to come finds the folder alone: it writes spec.json, and removes what a crash has
    left. A shard is committed by the process that holds its claim and finds it missing, with one
    rename; a process that lost its claim in the meantime throws its work away. One that stands
    still for a whole lease between that look and the rename may replace a shard by the same bytes.

    Attributes:
        alone: whether nobody else was there when it was opened.
        claims: of this process.
    """

    def __init__(
        self, root: Path, spec: DatasetSpec, library_version: str = "", lease: float = LEASE
    ) -> None:
        """Join the others, or be the first.

        Raises:
            DatasetError: the folder cannot be written, is in use by a run that shares it with
                nobody, or others make another dataset in it.
        """
        self.alone = False
        self._unshared = True
        super().__init__(root, spec, library_version)
        self._unshared = False
        try:
            if self.alone:
                fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self.claims = LinkClaims(root, lease)
        except BlockingIOError as error:
            super().close()
            raise DatasetError(f"{root} was taken by another run just now; try it again") from error
        except BaseException:
            super().close()
            raise

    def close(self) -> None:
        """Give up all claims; the last one tidies up."""
        claims = getattr(self, "claims", None)
        if claims is not None:
            claims.close()
            with suppress(BlockingIOError):
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(self.root / FOLDER, ignore_errors=True)
        super().close()

    def look(self, stage: str, shard: str, key: str) -> Brief | None:
        """As `Store.look`; what others have made is found too."""
        found = super().look(stage, shard, key)
        if found is None:
            self._records.reread((stage, shard))
            found = super().look(stage, shard, key)
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
            ClaimLostError: another process has taken it over; what was prepared is removed.
        """
        lost = f"{stage}/{shard} was taken over by another process"
        # The record is looked for after the claim: a claim that was lost is given up by whoever
        # has taken it over and committed.
        if not self.claims.owns((stage, shard)) or self.look(stage, shard, key) is not None:
            shutil.rmtree(prepared.folder, ignore_errors=True)
            raise ClaimLostError(lost)
        try:
            return super().commit(stage, shard, key, prepared, inputs)
        except OSError as error:
            # Another process has put it there since this one looked.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(prepared.folder, ignore_errors=True)
            raise ClaimLostError(lost) from error

    def reload(self) -> None:
        """Read all records anew, those of other processes too."""
        self._records.load(_ignore)

    def _tidy(self) -> None:
        """Only who is alone packs, before any other process can come."""
        if self._unshared:
            super()._tidy()

    def _take_lock(self) -> int:
        descriptor, self.alone = join(self.root)
        return descriptor

    def _enter_spec(self, current: dict[str, str]) -> None:
        if self.alone:
            super()._enter_spec(current)
            return
        path = self.root / "spec.json"
        if not path.is_file() or path.read_bytes() != self._saved(current).encode():
            raise DatasetError(
                f"other processes make {self.root} from another spec, or with other versions; "
                "wait for them, or choose another folder with --out"
            )

    def _clean(self) -> None:
        if self.alone:
            super()._clean()

    def _load(self) -> None:
        if self.alone:
            super()._load()
        else:
            self.reload()


def _ignore(path: Path, error: DatasetError) -> None:
    """A broken record is no record; whoever comes next and is alone removes it."""
    del path, error
