"""The files that a mesh file names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from ...schemas import AssetError
from .glb import gltf_json
from .mtl import named_picture
from .opened import absolute, is_there, opening

_WORDS = {
    ".obj": r"^[ \t]*mtllib[ \t]+(.+?)[ \t]*$",
    ".mtl": r"^[ \t]*map_kd[ \t]+(.+?)[ \t]*$",
    ".dae": r"<init_from>\s*([^<]+?)\s*</init_from>",
    ".ply": r"^comment TextureFile[ \t]+(.+?)[ \t]*$",
}
_HEAD = 65_536
"""Bytes of a PLY file in which its header ends."""


def located(name: str, folders: list[Path]) -> Path:
    """Where a named file lies: as written, or with its `%20` and the like decoded."""
    written = name.strip().replace("\\", "/")
    for form in (written, unquote(written)):
        for folder in folders:
            if is_there(folder / form):
                return folder / form
    return folders[0] / written


def files_named_by(mesh: Path) -> list[Path]:
    """The files that a mesh file names, itself or through its material libraries.

    Missing ones are among them. What cannot be read names nothing.
    """
    folders = [mesh.parent]
    found: dict[Path, None] = {}
    for name in _names(mesh):
        path = located(name, folders)
        found[absolute(path)] = None
        if path.suffix.lower() == ".mtl":
            inner = [*folders, path.parent]
            found |= {absolute(located(image, inner)): None for image in _names(path)}
    return list(found)


def names_pictures(mesh: Path) -> bool:
    """Whether a mesh file says that there are pictures, in it or beside it."""
    if mesh.suffix.lower() in (".gltf", ".glb"):
        return bool(gltf_json(mesh).get("images"))
    return any(path.suffix.lower() != ".mtl" for path in files_named_by(mesh))


def _names(path: Path) -> Iterator[str]:
    suffix = path.suffix.lower()
    try:
        if suffix in (".gltf", ".glb"):
            yield from _uris(gltf_json(path))
        elif suffix in _WORDS:
            with opening(path).open("rb") as file:
                raw = file.read(_HEAD if suffix == ".ply" else -1)
            text = raw.decode("utf-8", errors="replace").replace("\r", "\n")
            for match in re.finditer(_WORDS[suffix], text, re.MULTILINE | re.IGNORECASE):
                yield named_picture(match[1]).name if suffix == ".mtl" else match[1]
    except (OSError, AssetError, ValueError):
        return


def _uris(described: Mapping[str, Any]) -> Iterator[str]:
    for key in ("buffers", "images"):
        found: Any = described.get(key)
        items: Any = cast("Any", found) if isinstance(found, list) else []
        for item in items:
            uri = cast("dict[str, Any]", item).get("uri") if isinstance(item, dict) else None
            if isinstance(uri, str) and not uri.startswith("data:"):
                yield uri
