"""Derives what can be done with an asset from its geometry."""

from __future__ import annotations

import numpy as np

from ...schemas import Asset, Cavity, Surface
from .grips import handles_of
from .hollows import cavities_of
from .parts import parts_of
from .pinch import can_pinch
from .supports import surfaces_of

SHELF = 0.6
"""A surface in a hollow is a shelf if it covers this share of its floor."""
SLACK, LEAST = 0.02, 0.05
"""How far a shelf may lie below the hollow it belongs to, and must below its ceiling, metres."""
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
    surfaces = surfaces_of(parts)
    return asset.model_copy(
        update={
            "surfaces": _named(surfaces),
            "cavities": tuple(
                part for cavity in cavities_of(parts) for part in _by_shelves(cavity, surfaces)
            ),
            "handles": handles_of(parts),
            "graspable": not asset.fixed and asset.mass <= HEAVIEST and can_pinch(parts),
        }
    )


def _by_shelves(cavity: Cavity, surfaces: tuple[Surface, ...]) -> tuple[Cavity, ...]:
    """A hollow with shelves, such as a fridge's, as one hollow above each of them."""
    centre, half = np.array(cavity.centre), np.array(cavity.half_size)
    shelves = [
        surface
        for surface in surfaces
        if surface.link == cavity.link
        and (np.abs(np.array(surface.pos) - centre)[:2] < half[:2]).all()
        and -half[2] - SLACK < surface.pos[2] - centre[2] < half[2] - LEAST
        and np.prod(surface.half_size) > SHELF * np.prod(half[:2])
    ]
    if cavity.opening != "front" or len(shelves) < 2:
        return (cavity,)
    found: list[Cavity] = []
    for number, shelf in enumerate(shelves):
        ceiling = min(shelf.pos[2] + shelf.clearance, float(centre[2] + half[2]))
        tall = (ceiling - shelf.pos[2]) / 2
        x, y = shelf.half_size
        update = {
            "name": f"{cavity.name}_level_{number}",
            "centre": (*shelf.pos[:2], round(shelf.pos[2] + tall, 4)),
            "half_size": (x, y, round(tall, 4)),
        }
        found.append(cavity.model_copy(update=update))
    return tuple(found)


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
