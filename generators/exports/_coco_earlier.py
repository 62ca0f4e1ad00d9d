"""A file of COCO annotations that was written here, read to be continued."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ..licences import AssetUse
from ._growing import CannotGrowError

COPIED = 2**22
"""Bytes that are copied at a time."""
OPENING, CATEGORIES = b'{"annotations":[', b'],\n"categories":[\n'
IMAGES, INFO = b'],\n"images":[\n', b'],\n"info":'
"""What stands around the lists of a file: text in JSON has no line's end."""


class EarlierFile(AbstractContextManager["EarlierFile"]):
    """An earlier file, of which little is in memory at a time.

    Args:
        path: of the file.

    Attributes:
        last: number of its last annotation, 0 where it has none.
        categories: as they stand in the file.
        uses: the assets with their licences.

    Raises:
        CannotGrowError: it is damaged.
    """

    def __init__(self, path: Path) -> None:
        """Open it, and find its lists."""
        self._path = path
        try:
            with path.open("rb") as file:
                self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._find_lists()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CannotGrowError(f"{path} is damaged: {error}") from error

    def _find_lists(self) -> None:
        text = self._text
        self._after = text.find(CATEGORIES)
        self._first, self._ending = text.rfind(IMAGES), text.rfind(INFO)
        ordered = len(OPENING) <= self._after < self._first < self._ending
        if not ordered or text[: len(OPENING)] != OPENING:
            raise ValueError("its lists are not where they belong")
        told = text[self._after + len(CATEGORIES) : self._first]
        self.categories: list[dict[str, Any]] = json.loads(b"[" + told + b"]")
        info = json.loads(b'{"info":' + text[self._ending + len(INFO) :])["info"]
        self.uses = tuple(AssetUse.model_validate(use) for use in info["assets"])
        end = text.rfind(b"\n", 0, self._after)
        some = end >= len(OPENING)
        self.last = int(json.loads(text[end : self._after])["id"]) if some else 0

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._text.close()

    def annotations(self) -> Iterator[bytes]:
        """The list of annotations as it stands in the file, in pieces."""
        for start in range(len(OPENING), self._after, COPIED):
            yield self._text[start : min(start + COPIED, self._after)]

    def images(self) -> Iterator[bytes]:
        """The rows of the list of images, without what separates them."""
        start = self._first + len(IMAGES)
        while start < self._ending:
            end = self._text.find(b",\n", start, self._ending)
            end = self._ending if end < 0 else end
            yield self._text[start:end]
            start = end + 2

    def scenes(self) -> dict[str, int]:
        """How many images each scene has.

        Raises:
            CannotGrowError: it is damaged.
        """
        found: dict[str, int] = {}
        try:
            for row in self.images():
                scene = json.loads(row)["scene"]
                found[scene] = found.get(scene, 0) + 1
        except (ValueError, KeyError, TypeError) as error:
            raise CannotGrowError(f"{self._path} is damaged: {error}") from error
        return found
