"""Derives what can be done with an asset from its geometry."""

from __future__ import annotations

from ...schemas import Asset, Surface
from .grips import handles_of
from .hollows import cavities_of
from .parts import parts_of
from .pinch import can_pinch
from .supports import surfaces_of

HEAVIEST = 2.0
"""A gripper lifts no more than this, kg."""


def with_affordances(asset: Asset) -> Asset:
    """The asset with surfaces, cavities, handles and `graspable` derived from its links.

    What it had of these is replaced. Surfaces and cavities are looked for on links that never
    tilt, handles on links with joints; see `supports`, `hollows`, `grips` and `pinch`.

    Raises:
        AssetError: where it has no geometry.
    """
    parts = parts_of(asset)
    return asset.model_copy(
        update={
            "surfaces": _named(surfaces_of(parts)),
            "cavities": cavities_of(parts),
            "handles": handles_of(parts),
            "graspable": not asset.fixed and asset.mass <= HEAVIEST and can_pinch(parts),
        }
    )


def _named(surfaces: tuple[Surface, ...]) -> tuple[Surface, ...]:
    """The highest of the first link is its top, the others keep their levels."""
    if not surfaces:
        return ()
    root = [surface for surface in surfaces if surface.link == surfaces[0].link]
    top = max(root, key=lambda surface: surface.pos[2])
    return tuple(
        surface.model_copy(update={"name": "top"}) if surface is top else surface
        for surface in surfaces
    )
