"""The pictures of glTF materials: their files, and what is read of the maps beside them."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np

from ...schemas import AssetError
from .glb import gltf_json
from .named_files import NamedFiles
from .opened import note, opening
from .pictures import read_picture
from .placings import PLAIN, PicturePlacing, placing_of

_PASSED_OVER = {
    "normalTexture": "normal",
    "occlusionTexture": "occlusion",
    "emissiveTexture": "emission",
}
"""Maps that are not read, by their key."""
_ROUGH, _METAL = 1, 2
"""Channels of a map of both."""
Table = Mapping[str, Any]


@dataclass(frozen=True)
class GltfPicture:
    """The picture of a material's base colour.

    Attributes:
        raw: the bytes of its file; None where they cannot be had, which was noted.
        placing: how it lies.
        roughness: what to multiply the material's by, from the map of it.
        metallic: likewise.
    """

    raw: bytes | None
    placing: PicturePlacing = PLAIN
    roughness: float = 1.0
    metallic: float = 1.0


@dataclass(frozen=True)
class NamedMaterials:
    """A glTF file whose materials have names of our own, and the pictures of these."""

    raw: bytes
    pictures: dict[str, GltfPicture]


def named_materials(path: Path) -> NamedMaterials | None:
    """The file with its materials named; None where none has a picture of its base colour.

    Raises:
        AssetError, OSError: where it cannot be read.
    """
    described = gltf_json(path)
    materials: list[dict[str, Any]] = described.get("materials", [])
    _note_maps(materials)
    if not any(map(_base, materials)):
        return None
    files = _Files(path, described)
    pictures: dict[str, GltfPicture] = {}
    for number, material in enumerate(materials):
        material["name"] = f"material {number}"
        if (found := _base(material)) is not None:
            rough, metal = files.means(material)
            placing = placing_of(found, described)
            pictures[material["name"]] = GltfPicture(files.raw(found), placing, rough, metal)
    return NamedMaterials(files.named(), pictures)


def _base(material: Table) -> Table | None:
    found: Table | None = material.get("pbrMetallicRoughness", {}).get("baseColorTexture")
    return found


def _note_maps(materials: list[dict[str, Any]]) -> None:
    there = [name for key, name in _PASSED_OVER.items() if any(key in each for each in materials)]
    if there:
        maps = " and ".join(f"{name} map" for name in there)
        note(f"its {maps} are passed over: pictures show base colours alone")


class _Files:
    """The bytes that textures of one file mean."""

    def __init__(self, path: Path, described: dict[str, Any]) -> None:
        self._path, self._described = path, described
        self._named = NamedFiles(path)
        self._rest = b""
        if path.suffix.lower() == ".glb":
            whole = opening(path).read_bytes()
            self._rest = whole[20 + struct.unpack("<I", whole[12:16])[0] :]
        self._buffers: dict[int, bytes] = {}

    def named(self) -> bytes:
        """The file anew, as its description is now."""
        text = json.dumps(self._described).encode()
        if self._path.suffix.lower() != ".glb":
            return text
        text += b" " * (-len(text) % 4)
        size = 20 + len(text) + len(self._rest)
        return struct.pack("<4sIII4s", b"glTF", 2, size, len(text), b"JSON") + text + self._rest

    def raw(self, reference: Table) -> bytes | None:
        """The file of a texture; None, with a note, where it cannot be had."""
        texture = self._described["textures"][reference["index"]]
        webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
        source = webp.get("source", texture.get("source"))
        if source is None:
            note("a picture of its own format is not read; the asset is shown without it")
            return None
        image = self._described["images"][source]
        if "uri" in image:
            return self._at(image["uri"])
        view = self._described["bufferViews"][image["bufferView"]]
        start = int(view.get("byteOffset", 0))
        return self._buffer(int(view["buffer"]))[start : start + int(view["byteLength"])]

    def means(self, material: Table) -> tuple[float, float]:
        """Mean roughness and metallic of a material's map of both; 1 without one."""
        found = material.get("pbrMetallicRoughness", {}).get("metallicRoughnessTexture")
        raw = None if found is None else self.raw(found)
        if raw is None:
            return 1.0, 1.0
        note("its map of roughness and metal counts by its mean")
        try:
            pixels = read_picture(raw).pixels
        except AssetError as error:
            note(f"its map of roughness and metal {error}")
            return 1.0, 1.0
        mean = pixels.sum(axis=(0, 1), dtype=np.int64) / (pixels.size // 4 * 255)
        return round(float(mean[_ROUGH]), 3), round(float(mean[_METAL]), 3)

    def _at(self, uri: str) -> bytes | None:
        if uri.startswith("data:"):
            return _of_data(uri)
        try:
            return self._named.get(uri)
        except (OSError, AssetError):  # noted where it was asked for
            return None

    def _buffer(self, number: int) -> bytes:
        if number not in self._buffers:
            uri = self._described["buffers"][number].get("uri")
            found = self._rest[8:] if uri is None else self._at(uri)
            if found is None:
                raise AssetError(f"its buffer {uri} is missing")
            self._buffers[number] = found
        return self._buffers[number]


def _of_data(uri: str) -> bytes:
    head, _, body = uri.partition(",")
    if head.endswith(";base64"):
        return base64.b64decode(body + "=" * (-len(body) % 4))
    return unquote_to_bytes(body)
