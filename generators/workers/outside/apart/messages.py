"""Messages over a pipe: a JSON header, then the bytes of its arrays.

A message is the header's length (8 bytes, little-endian), the header in UTF-8, and the arrays one
after the other, C-ordered. The header lists each array's name, type and shape under `arrays`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
LENGTH = 8


class ByteSource(Protocol):
    """Where bytes come from."""

    def read(self, count: int, /) -> bytes:
        """Exactly that many bytes.

        Raises:
            EOFError: the other end is gone.
        """
        ...


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        head: plain JSON values.
        arrays: by name.
    """

    head: dict[str, Any]
    arrays: Mapping[str, Array]


def pack(message: Message) -> list[bytes]:
    """The bytes of a message, in pieces."""
    whole = {name: np.asarray(array, order="C") for name, array in message.arrays.items()}
    listed = [[name, array.dtype.str, list(array.shape)] for name, array in whole.items()]
    head = json.dumps({**message.head, "arrays": listed}).encode()
    parts: list[bytes] = [len(head).to_bytes(LENGTH, "little"), head]
    parts += [array.tobytes() for array in whole.values()]
    return parts


def unpack(source: ByteSource) -> Message:
    """Read one message.

    Raises:
        EOFError: the other end is gone.
    """
    size = int.from_bytes(source.read(LENGTH), "little")
    head: dict[str, Any] = json.loads(source.read(size))
    arrays: dict[str, Array] = {}
    for name, kind, shape in head.pop("arrays"):
        dtype = np.dtype(kind)
        count = int(np.prod(shape, dtype=np.int64))
        raw = source.read(count * dtype.itemsize)
        arrays[name] = np.frombuffer(raw, dtype).reshape(shape)
    return Message(head, arrays)
