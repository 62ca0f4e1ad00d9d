"""Claims of shards by processes that share a bucket alone.

As those of a shared folder (`store/claims.py`), with objects that are created where none is in
place of links. Each process writes an object of its own again and again; a claim names it, and
lapses once that object has looked the same for a whole lease to a process that kept looking. So no
clock of one machine is compared with that of another, and an outage of the service, in which nobody
could look, ends no claim.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..claims import FOLDER, LEASE, Claims, Place
from ..claims import MEMBERS as SIGNS
from .objects import ObjectStore

MEMBERS = f"{FOLDER}/{SIGNS}"
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


class ObjectClaims(Claims):
    """Claims as objects, each of which names its process."""

    def __init__(self, objects: ObjectStore, lease: float = LEASE) -> None:
        """Join those who exchange shards there.

        Raises:
            DatasetError: the service cannot be used.
        """
        super().__init__(lease)
        self._objects = objects
        self._signs: dict[str, _Sign] = {}
        self._beats = 0
        self._sign()
        self._beating.start()

    def _sign(self) -> None:
        self._objects.put(f"{MEMBERS}/{self._token}", f"{self._beats}\n".encode())
        self._beats += 1

    def _leave(self) -> None:
        self._objects.remove(f"{MEMBERS}/{self._token}")

    def _newest(self, place: Place) -> tuple[int, str] | None:
        names = self._objects.names(f"{FOLDER}/{place[0]}/{place[1]}")
        lasts = (name.rpartition("/")[2] for name in names)
        found = [int(last) for last in lasts if last.isdigit()]
        if not found:
            return None
        holder = self._objects.read(_name(place, max(found)))
        return None if holder is None else (max(found), holder.decode("ascii", "replace"))

    def _alive(self, place: Place, generation: int, holder: str) -> bool:
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

    def _create(self, place: Place, generation: int) -> bool:
        return self._objects.create(_name(place, generation), self._token.encode())

    def _remove(self, place: Place, generation: int) -> None:
        self._objects.remove(_name(place, generation))


def _name(place: Place, generation: int) -> str:
    return f"{FOLDER}/{place[0]}/{place[1]}/{generation}"
