"""Makes an OBJ file fit for its reader: encodings, indices, material files, polygons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...schemas import AssetError
from .opened import is_there, opening
from .polygons import is_convex, triangulated
from .references import located
from .solids import Array

JOINED = "every-material.mtl"
"""The name of all material files as one, which exists in memory alone."""
_UNPLAIN = re.compile(r"^[ \t]*f[ \t]+(?:\S*-|(?:\S+[ \t]+){3}\S|.*[ \t/]-)", re.MULTILINE)
"""A face with a negative index or more than three corners."""
_KINDS = {"v": 0, "vt": 1, "vn": 2}


@dataclass(frozen=True)
class PlainObj:
    """An OBJ file as its reader takes it.

    Attributes:
        text: without byte-order mark, negative indices and concave polygons.
        made: material files that exist in memory alone, by name.
    """

    text: str
    made: dict[str, bytes]


def plain_obj(path: Path) -> PlainObj | None:
    """An OBJ file in plain form; None where it is plain already.

    Raises:
        AssetError: where a face names a vertex that does not precede it.
        OSError: where the file cannot be opened.
    """
    raw = opening(path).read_bytes()
    text = raw.decode("utf-8-sig", errors="replace")
    marked = raw.startswith(b"\xef\xbb\xbf")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text, marked = raw.decode("utf-16", errors="replace"), True
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\\n", " ")
    libraries = re.findall(r"^[ \t]*mtllib[ \t]+(.+?)[ \t]*$", text, re.MULTILINE)
    names = _libraries(libraries, path)
    faces = _Faces()
    lines = text.split("\n")
    if _UNPLAIN.search(text):
        lines = [faces.plain(line) for line in lines]
    if not (marked or faces.changed or len(names) > 1):
        return None
    made: dict[str, bytes] = {}
    if len(names) > 1:
        made[JOINED] = b"\n".join(_library(name, path) for name in names)
        lines = [line for line in lines if not line.lstrip().startswith("mtllib")]
        lines.insert(0, f"mtllib {JOINED}")
    return PlainObj("\n".join(lines), made)


def _libraries(lines: list[str], path: Path) -> list[str]:
    """The material files of all lines, each once; a line may name several."""
    found: dict[str, None] = {}
    for line in lines:
        whole = is_there(located(line, [path.parent])) or len(line.split()) == 1
        found |= dict.fromkeys([line] if whole else line.split())
    return list(found)


def _library(name: str, path: Path) -> bytes:
    file = located(name, [path.parent])
    try:
        return opening(file).read_bytes()
    except FileNotFoundError:
        return b""


class _Faces:
    """Rewrites face lines; knows what precedes each."""

    def __init__(self) -> None:
        self.points: list[tuple[float, ...]] = []
        self.counts = [0, 0, 0]
        self.changed = False

    def plain(self, line: str) -> str:
        """The line, or lines, in its place."""
        words = line.split()
        if not words:
            return line
        if words[0] in _KINDS:
            self.counts[_KINDS[words[0]]] += 1
            if words[0] == "v":
                self.points.append(_point(words[1:4]))
            return line
        if words[0] != "f":
            return line
        corners = words[1:]
        if "-" in line:
            corners = [self._absolute(corner) for corner in corners]
            self.changed = True
        if len(corners) > 3:
            shape = self._shape(corners)
            if not is_convex(shape):
                self.changed = True
                faces = triangulated(shape)
                return "\n".join("f " + " ".join(corners[k] for k in face) for face in faces)
        return "f " + " ".join(corners) if "-" in line else line

    def _absolute(self, corner: str) -> str:
        parts = corner.split("/")
        for kind, part in enumerate(parts):
            if part.startswith("-"):
                index = self.counts[kind] + int(part) + 1
                if index < 1:
                    raise AssetError(f"a face names vertex {part} of {self.counts[kind]}")
                parts[kind] = str(index)
        return "/".join(parts)

    def _shape(self, corners: list[str]) -> Array:
        """Its corners (N, 3)."""
        places = [int(corner.partition("/")[0]) for corner in corners]
        if min(places) < 1 or max(places) > len(self.points):
            raise AssetError(f"a face names vertex {max(places)} of {len(self.points)}")
        return np.array([self.points[place - 1] for place in places])


def _point(words: list[str]) -> tuple[float, ...]:
    if len(words) < 3:
        raise AssetError(f"a vertex has {len(words)} coordinates; it needs 3")
    return tuple(float(word) for word in words)
