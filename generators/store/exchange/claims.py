"""Claims of shards by processes that share a bucket alone.

As those of a shared folder (`store/claims.py`), with objects that are created where none is in
place of links. Each process writes an object of its own again and again; a claim names it, and
lapses once that object has looked the same for a whole lease to a process that kept looking. So no
clock of one machine is compared with that of another, and an outage of the service, in which nobody
could look, ends no claim.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import threading
import time
from dataclasses import dataclass

from ....schemas import DatasetError
from ..claims import BEATS, LEASE, Place
from .objects import ObjectStore, OutageError

FOLDER = "claims"
MEMBERS = f"{FOLDER}/members"
"""An object for each process."""


@dataclass
class _Sign:
    """What another process's object looked like.

    Attributes:
        content: of the object.
        since: when it was first seen to be so, on this machine's monotonic clock.
        looked: when it was last looked at.
    """

    content: bytes
    since: float
    looked: float


class ObjectClaims:
    """The claims of one process; close it to give all of them up.

    Attributes:
        lease: seconds without a sign after which others take over.
    """

    def __init__(self, objects: ObjectStore, lease: float = LEASE) -> None:
        """Join those who exchange shards there.

        Raises:
            DatasetError: the service cannot be used.
        """
        self.lease = lease
        self._objects = objects
        self._mine: dict[Place, int] = {}
        self._signs: dict[str, _Sign] = {}
        host = re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname())[:40]
        self._token = f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
        self._beats = 0
        self._sign()
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, daemon=True, name="cousins-claims")
        self._beating.start()

    def close(self) -> None:
        """Give up all claims, and leave."""
        self._ended.set()
        self._beating.join()
        for place in list(self._mine):
            self.release(place)
        self._objects.remove(f"{MEMBERS}/{self._token}")

    def take(self, place: Place) -> bool:
        """Claim a shard, if nobody who is alive has it."""
        held = self._newest(place)
        if held is not None and held[1] == self._token:
            self._mine[place] = held[0]  # it came about, and the answer did not
            return True
        if held is not None and self._alive(held[1]):
            return False
        generation = 0 if held is None else held[0] + 1
        if not self._objects.create(_name(place, generation), self._token.encode()):
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
            self._objects.remove(_name(place, number))

    def _newest(self, place: Place) -> tuple[int, str] | None:
        """The last generation of a claim, and who holds it."""
        names = self._objects.names(f"{FOLDER}/{place[0]}/{place[1]}")
        found = [
            int(last) for last in (name.rpartition("/")[2] for name in names) if last.isdigit()
        ]
        if not found:
            return None
        holder = self._objects.read(_name(place, max(found)))
        return None if holder is None else (max(found), holder.decode("ascii", "replace"))

    def _alive(self, holder: str) -> bool:
        """Whether a process has given a sign within the last lease, as seen from here."""
        content = self._objects.read(f"{MEMBERS}/{holder}")
        if content is None:
            return False  # it has left
        now = time.monotonic()
        seen = self._signs.get(holder)
        # Who did not look for long does not know when the sign stopped.
        if seen is None or seen.content != content or now - seen.looked > self.lease / 2:
            self._signs[holder] = _Sign(content, now, now)
            return True
        seen.looked = now
        return now - seen.since < self.lease

    def _sign(self) -> None:
        self._objects.put(f"{MEMBERS}/{self._token}", f"{self._beats}\n".encode())

    def _beat(self) -> None:
        while not self._ended.wait(self.lease / BEATS):
            self._beats += 1
            try:
                self._sign()
            except OutageError:
                # Who cannot give a sign loses its claims to others, which is what a lease is for.
                continue
            except DatasetError:
                return  # the run's own next request is refused likewise, and says so


def _name(place: Place, generation: int) -> str:
    return f"{FOLDER}/{place[0]}/{place[1]}/{generation}"
