"""Claims of shards: processes that share nothing but a folder agree who makes which.

Each process has a file of its own, which it touches again and again. A claim is a hard link to
that file, made where none is: a link either comes about whole or fails. So a claim is as fresh as
the process that holds it, and no clock of one machine is compared with that of another: a claim
lapses once it has looked the same for a whole lease to the process that waits for it. Whoever
takes over a lapsed claim adds one of the next generation, and of several only one can. Processes
that share a bucket alone do so by the same rules, with objects in place of links
(`exchange/claims.py`).
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Self

from ...schemas import DatasetError

FOLDER = "claims"
"""Relative to the dataset's folder."""
MEMBERS = "members"
"""Relative to that: a file for each process."""
LEASE = 60.0
"""Seconds without a sign after which a process counts as dead."""
BEATS = 6
"""Signs in each lease."""

Place = tuple[str, str]
"""Stage and shard."""


class Claims(ABC):
    """The claims of one process. Use as a context manager; leaving it gives all of them up.

    Where they are kept is for those who derive from it: in a folder, or in a bucket.

    Attributes:
        lease: seconds without a sign after which others take over.
    """

    def __init__(self, lease: float) -> None:
        """Choose a name among the processes."""
        self.lease = lease
        host = re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname())[:40]
        self._token = f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
        self._mine: dict[Place, int] = {}
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, daemon=True, name="cousins-claims")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up all claims, and leave."""
        self._ended.set()
        self._beating.join()
        for place in list(self._mine):
            self.release(place)
        self._leave()

    def take(self, place: Place) -> bool:
        """Claim a shard, if nobody who is alive has it.

        Raises:
            DatasetError: claims cannot be kept there.
        """
        held = self._newest(place)
        if held is not None and held[1] == self._token:
            self._mine[place] = held[0]  # an answer may be lost, and the claim have come about
            return True
        if held is not None and self._alive(place, *held):
            return False
        generation = 0 if held is None else held[0] + 1
        if not self._create(place, generation):
            return False
        self._mine[place] = generation
        return True

    def owns(self, place: Place) -> bool:
        """Whether a claim is still this process's: nobody has taken it over."""
        held = self._newest(place)
        return held is not None and held[1] == self._token

    def release(self, place: Place) -> None:
        """Give up a claim, if this process has it."""
        generation = self._mine.pop(place, -1)
        for number in range(generation + 1):
            self._remove(place, number)

    def _beat(self) -> None:
        # Who cannot give a sign loses its claims to others, which is what a lease is for.
        while not self._ended.wait(self.lease / BEATS):
            with suppress(OSError, DatasetError):
                self._sign()

    @abstractmethod
    def _sign(self) -> None:
        """Give a sign."""

    @abstractmethod
    def _leave(self) -> None:
        """Take the sign away."""

    @abstractmethod
    def _newest(self, place: Place) -> tuple[int, str] | None:
        """The last generation of a claim, and who holds it."""

    @abstractmethod
    def _alive(self, place: Place, generation: int, holder: str) -> bool:
        """Whether the holder of a claim has given a sign within the last lease, as seen here."""

    @abstractmethod
    def _create(self, place: Place, generation: int) -> bool:
        """Make a claim where none is; whether none was."""

    @abstractmethod
    def _remove(self, place: Place, generation: int) -> None:
        """Remove a claim, if it is there."""


class LinkClaims(Claims):
    """Claims in the dataset's folder: hard links to the process's file."""

    def __init__(self, root: Path, lease: float = LEASE) -> None:
        """Join those who work on the dataset in this folder."""
        super().__init__(lease)
        self._folder = root / FOLDER
        self._seen: dict[int, tuple[int, float]] = {}
        self._member = self._folder / MEMBERS / self._token
        self._member.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._member, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.write(self._file, self._token.encode())
        self._beating.start()

    def _sign(self) -> None:
        os.utime(self._file)

    def _leave(self) -> None:
        self._member.unlink(missing_ok=True)
        os.close(self._file)

    def _newest(self, place: Place) -> tuple[int, str] | None:
        stage, shard = place
        found = [
            int(path.suffix[1:])
            for path in (self._folder / stage).glob(f"{shard}.*")
            if path.suffix[1:].isdigit()
        ]
        if not found:
            return None
        try:
            return max(found), self._path(place, max(found)).read_text(encoding="ascii")
        except FileNotFoundError:  # it was given up at this moment
            return None

    def _alive(self, place: Place, generation: int, holder: str) -> bool:
        del holder  # all its claims are its file
        try:
            state = self._path(place, generation).stat()
        except FileNotFoundError:
            return True  # it was given up at this moment; the next look finds it free
        now = time.monotonic()
        # All claims of a process are one file, so that one look at any of them counts for all.
        sign, since = self._seen.get(state.st_ino, (-1, now))
        if state.st_mtime_ns != sign:
            self._seen[state.st_ino] = (state.st_mtime_ns, now)
            return True
        return now - since < self.lease

    def _create(self, place: Place, generation: int) -> bool:
        path = self._path(place, generation)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self._member, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise DatasetError(
                f"{path} cannot be linked ({error.strerror}); processes can join on file systems "
                "with hard links alone, such as NFS or a local disk"
            ) from error
        return True

    def _remove(self, place: Place, generation: int) -> None:
        self._path(place, generation).unlink(missing_ok=True)

    def _path(self, place: Place, generation: int) -> Path:
        return self._folder / place[0] / f"{place[1]}.{generation}"


def others_at_work(root: Path) -> bool:
    """Whether processes that have joined are at work on a dataset."""
    for path in (root / FOLDER / MEMBERS).glob("*"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False
