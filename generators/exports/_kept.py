"""Files that many scenes have alike, encoded once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable

ROOM = 64_000_000
"""Bytes of encoded files that are kept."""


class KeptFiles:
    """What encoders gave, by what they were given; the longest unused goes first.

    Args:
        room: bytes that are kept at most.
    """

    def __init__(self, room: int = ROOM) -> None:
        """Nothing is kept yet."""
        self._room = room
        self._held = 0
        self._found: OrderedDict[bytes, bytes] = OrderedDict()

    def of(self, told: tuple[bytes, ...], encode: Callable[[], bytes]) -> bytes:
        """The encoded file.

        Args:
            told: everything that shapes its bytes.
            encode: makes it.
        """
        key = _digest(told)
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        made = self._found[key] = encode()
        self._held += len(made)
        while self._held > self._room:
            self._held -= len(self._found.popitem(last=False)[1])
        return made


def _digest(told: tuple[bytes, ...]) -> bytes:
    found = hashlib.blake2b(digest_size=32)
    for part in told:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.digest()
