"""The materials of the floors and walls of rooms, by kind."""

from __future__ import annotations

import numpy as np

from ...schemas import Material, Texture
from ...schemas.base import Rgba
from ...schemas.material import TextureKind

Rgb = tuple[float, float, float]
_WOODS: tuple[Rgb, ...] = (
    (0.62, 0.46, 0.30), (0.72, 0.56, 0.38), (0.48, 0.34, 0.23), (0.78, 0.66, 0.50),
)  # fmt: skip
_STONES: tuple[Rgb, ...] = (
    (0.78, 0.76, 0.72), (0.62, 0.62, 0.60), (0.70, 0.62, 0.52), (0.50, 0.52, 0.54),
)  # fmt: skip
_CONCRETES: tuple[Rgb, ...] = ((0.56, 0.56, 0.55), (0.62, 0.60, 0.57), (0.46, 0.49, 0.51))
_CARPETS: tuple[Rgb, ...] = ((0.42, 0.45, 0.50), (0.52, 0.50, 0.46), (0.38, 0.42, 0.38))
_FLOORS: dict[str, tuple[tuple[TextureKind, tuple[Rgb, ...], float], ...]] = {
    "kitchen": (("tiles", _STONES, 0.82), ("tiles", _STONES, 0.9), ("wood", _WOODS, 0.85)),
    "dining": (("wood", _WOODS, 0.85), ("wood", _WOODS, 0.78)),
    "office": (("wood", _WOODS, 0.85), ("fabric", _CARPETS, 0.85)),
    "workshop": (("speckle", _CONCRETES, 0.9), ("tiles", _CONCRETES, 0.92)),
}
"""Textures by kind of room: what it is, its colours, and the shade of its second colour."""
_PAINTS: dict[str, tuple[Rgb, ...]] = {
    "kitchen": ((0.93, 0.90, 0.82), (0.80, 0.88, 0.86), (0.94, 0.93, 0.90), (0.88, 0.86, 0.74)),
    "dining": ((0.90, 0.84, 0.74), (0.74, 0.80, 0.74), (0.90, 0.80, 0.74), (0.72, 0.78, 0.84)),
    "office": ((0.92, 0.92, 0.90), (0.80, 0.85, 0.90), (0.88, 0.87, 0.82), (0.80, 0.86, 0.80)),
    "workshop": ((0.86, 0.86, 0.84), (0.80, 0.82, 0.78), (0.88, 0.84, 0.76)),
}


def surfaces(kind: str, rng: np.random.Generator) -> tuple[Material, Material]:
    """A floor and a wall for a kind of room."""
    choices = _FLOORS[kind]
    texture, colours, shade = choices[int(rng.integers(len(choices)))]
    floor = _material(texture, colours[int(rng.integers(len(colours)))], shade, 0.7, rng)
    paints = _PAINTS[kind]
    return floor, _material("plaster", paints[int(rng.integers(len(paints)))], 0.96, 0.95, rng)


def _material(
    texture: TextureKind, colour: Rgb, shade: float, roughness: float, rng: np.random.Generator
) -> Material:
    light: Rgba = (*colour, 1.0)
    dark: Rgba = (colour[0] * shade, colour[1] * shade, colour[2] * shade, 1.0)
    return Material(
        texture=Texture(kind=texture, colours=(light, dark), seed=int(rng.integers(2**31))),
        roughness=roughness,
    )
