"""The JSON part of a GLB or glTF file, without its buffers."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, cast

from ...schemas import AssetError
from .opened import opening

MOST_JSON = 100_000_000
"""Bytes of the JSON part."""


def gltf_json(path: Path) -> dict[str, Any]:
    """The JSON of a file.

    Raises:
        AssetError: where the file is neither GLB nor glTF 2.0, is cut short, or says too much.
        OSError: where it cannot be opened.
    """
    with opening(path).open("rb") as file:
        raw = _chunk(file.read(20), path) if path.suffix.lower() == ".glb" else None
        size = path.stat().st_size if raw is None else raw
        if size > MOST_JSON:
            raise AssetError(f"its JSON has {size:,} bytes; at most {MOST_JSON:,} are read")
        text = file.read(size)
    if len(text) < size:
        raise AssetError("the file is cut short: its JSON is not all there")
    try:
        described: Any = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise AssetError(f"its JSON cannot be read: {type(error).__name__}") from error
    if not isinstance(described, dict):
        raise AssetError("its JSON is no mapping")
    return cast("dict[str, Any]", described)


def binary_bytes(path: Path) -> int:
    """Bytes of the binary chunk of a GLB file that are really there."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = 20 + _chunk(file.read(20), path)
        file.seek(start)
        head = file.read(8)
    if len(head) < 8:
        return 0
    return min(int(struct.unpack("<I", head[:4])[0]), size - start - 8)


def _chunk(head: bytes, path: Path) -> int:
    """Bytes of the JSON chunk that follows."""
    if len(head) < 20 or head[:4] != b"glTF":
        raise AssetError("the file cannot be read as GLB: it does not begin as one")
    version, _, size = struct.unpack("<III", head[4:16])
    if version != 2 or head[16:20] != b"JSON":
        raise AssetError(f"{path.name} is glTF {version}; only 2.0 is read: export it anew")
    return int(size)
