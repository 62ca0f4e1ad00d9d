"""How glTF materials lay their pictures: transforms of coordinates, and what lies beyond 1."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.geometry import Array
from .glb import gltf_json
from .opened import opening

EDGE = 1e-9
REPEAT, CLAMP, MIRROR = 10497, 33071, 33648
"""OpenGL's numbers of wrap modes."""


@dataclass(frozen=True)
class PicturePlacing:
    """Of a picture, as `KHR_texture_transform` and samplers say; v points down.

    Attributes:
        offset: in pictures.
        scale: of the coordinates.
        rotation: radians.
        wrap: modes along u and v.
    """

    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation: float = 0.0
    wrap: tuple[int, int] = (REPEAT, REPEAT)

    def placed(self, uv: Array) -> Array:
        """Where in the picture, [0, 1], coordinates (M, 2) lie; v points up in both."""
        u, v = uv[:, 0] * self.scale[0], (1.0 - uv[:, 1]) * self.scale[1]
        cos, sin = np.cos(self.rotation), np.sin(self.rotation)
        across = cos * u + sin * v + self.offset[0]
        down = -sin * u + cos * v + self.offset[1]
        across, down = _wrapped(across, self.wrap[0]), _wrapped(down, self.wrap[1])
        # An edge belongs to the pixel inside it.
        placed: Array = np.clip(np.column_stack([across, 1.0 - down]), EDGE, 1.0 - EDGE)
        return placed


PLAIN = PicturePlacing()


@dataclass(frozen=True)
class NamedMaterials:
    """A glTF file whose materials have names of our own, and how these lay their pictures."""

    raw: bytes
    placings: dict[str, PicturePlacing]


def named_materials(path: Path) -> NamedMaterials | None:
    """The file with its materials named; None where each lays its picture plainly.

    Raises:
        AssetError, OSError: where it cannot be read.
    """
    described = gltf_json(path)
    materials: list[dict[str, Any]] = described.get("materials", [])
    placings = {f"material {k}": _placing(m, described) for k, m in enumerate(materials)}
    if all(placing == PLAIN for placing in placings.values()):
        return None
    for name, material in zip(placings, materials, strict=True):
        material["name"] = name
    text = json.dumps(described).encode()
    if path.suffix.lower() != ".glb":
        return NamedMaterials(text, placings)
    raw = opening(path).read_bytes()
    rest = raw[20 + struct.unpack("<I", raw[12:16])[0] :]
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
    return NamedMaterials(head + text + rest, placings)


def _placing(material: Mapping[str, Any], described: Mapping[str, Any]) -> PicturePlacing:
    picture = material.get("pbrMetallicRoughness", {}).get("baseColorTexture")
    if picture is None:
        return PLAIN
    told = picture.get("extensions", {}).get("KHR_texture_transform", {})
    texture = described["textures"][picture["index"]]
    sampler: Mapping[str, Any] = {}
    if "sampler" in texture:
        sampler = described["samplers"][texture["sampler"]]
    offset, scale = told.get("offset", (0, 0)), told.get("scale", (1, 1))
    return PicturePlacing(
        (float(offset[0]), float(offset[1])),
        (float(scale[0]), float(scale[1])),
        float(told.get("rotation", 0.0)),
        (int(sampler.get("wrapS", REPEAT)), int(sampler.get("wrapT", REPEAT))),
    )


def _wrapped(places: Array, mode: int) -> Array:
    if mode == CLAMP:
        return np.clip(places, 0.0, 1.0)
    if mode == MIRROR:
        turn = places % 2.0
        return np.where(turn > 1.0, 2.0 - turn, turn)
    return places - np.floor(places)


def planar(uv: Array) -> Array:
    """Texture coordinates (N, 2): OBJ may leave out the second, which is then 0, or add a third."""
    if uv.shape[1] < 2:
        return np.column_stack([uv, np.zeros(len(uv))])
    return uv[:, :2]
