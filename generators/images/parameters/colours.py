"""Colours and surfaces by name."""

from __future__ import annotations

from typing import get_args

from ....scenes.core.colours import linear
from ....schemas import Material, Texture
from ....schemas.base import Rgba
from ....schemas.colours import HELP, is_colour, rgba
from ....schemas.material import TextureKind

__all__ = [
    "HELP", "KINDS", "SURFACES", "SURFACE_HELP", "is_colour", "is_surface", "linear", "rgba",
    "shade", "surface",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(TextureKind)
SURFACES: dict[str, Material] = {
    name: Material(
        texture=Texture.model_validate({"kind": kind, "colours": colours}), roughness=roughness
    )
    for name, kind, colours, roughness in (
        ("oak", "wood", ((0.66, 0.55, 0.42, 1), (0.56, 0.45, 0.33, 1)), 0.7),
        ("walnut", "wood", ((0.42, 0.30, 0.21, 1), (0.33, 0.23, 0.16, 1)), 0.6),
        ("tiles", "tiles", ((0.58, 0.58, 0.56, 1), (0.50, 0.50, 0.49, 1)), 0.5),
        ("terracotta", "tiles", ((0.64, 0.38, 0.28, 1), (0.54, 0.31, 0.23, 1)), 0.7),
        ("marble", "marble", ((0.90, 0.89, 0.87, 1), (0.62, 0.61, 0.60, 1)), 0.3),
        ("concrete", "plaster", ((0.55, 0.55, 0.54, 1), (0.49, 0.49, 0.48, 1)), 0.9),
        ("plaster", "plaster", ((0.87, 0.85, 0.80, 1), (0.83, 0.81, 0.76, 1)), 0.95),
        ("carpet", "fabric", ((0.45, 0.47, 0.52, 1), (0.38, 0.40, 0.45, 1)), 1.0),
    )
}
"""Floors and walls."""
SURFACE_HELP = f"one of {', '.join(SURFACES)}; or a texture and a colour, as `wood #8a6a4a`"


def shade(colour: Rgba, share: float) -> Rgba:
    """The colour, darker or lighter, its alpha kept."""
    red, green, blue, alpha = colour
    return min(red * share, 1.0), min(green * share, 1.0), min(blue * share, 1.0), alpha


def is_surface(text: str) -> bool:
    """Whether `surface` can read it."""
    kind, _, colour = text.partition(" ")
    return text in SURFACES or (kind in KINDS and is_colour(colour))


def surface(text: str) -> Material:
    """A floor or wall by its name, or a texture and a colour."""
    if text in SURFACES:
        return SURFACES[text]
    kind, _, colour = text.partition(" ")
    main = rgba(colour)
    texture = Texture.model_validate({"kind": kind, "colours": (main, shade(main, 0.85))})
    return Material(texture=texture, roughness=0.8)
