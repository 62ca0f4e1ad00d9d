"""How glTF materials lay their pictures: transforms of coordinates, and what lies beyond 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...schemas.material import Wrap
from ..core.geometry import Array

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

    def laid(self, uv: Array) -> Array:
        """Coordinates (..., 2) after the transform; v points up in both."""
        u, v = uv[..., 0] * self.scale[0], (1.0 - uv[..., 1]) * self.scale[1]
        cos, sin = np.cos(self.rotation), np.sin(self.rotation)
        across = cos * u + sin * v + self.offset[0]
        down = -sin * u + cos * v + self.offset[1]
        laid: Array = np.stack([across, 1.0 - down], axis=-1)
        return laid

    def placed(self, laid: Array) -> Array:
        """Where in the picture, [0, 1], transformed coordinates (..., 2) lie; v points up."""
        across = _wrapped(laid[..., 0], self.wrap[0])
        up = 1.0 - _wrapped(1.0 - laid[..., 1], self.wrap[1])
        # An edge belongs to the pixel inside it.
        placed: Array = np.clip(np.stack([across, up], axis=-1), EDGE, 1.0 - EDGE)
        return placed

    @property
    def modes(self) -> tuple[Wrap, Wrap]:
        """The same of assets; what is unknown repeats."""
        across, along = self.wrap
        return _MODES.get(across, "repeat"), _MODES.get(along, "repeat")


PLAIN = PicturePlacing()
_MODES: dict[int, Wrap] = {REPEAT: "repeat", CLAMP: "clamp", MIRROR: "mirror"}


def placing_of(picture: Mapping[str, Any], described: Mapping[str, Any]) -> PicturePlacing:
    """How a material's reference to a texture lays it."""
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
