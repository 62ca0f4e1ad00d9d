"""Which objects fit on or in which, and what must be opened first, from their assets alone.

Sizes are compared, nothing is placed: a pair that fits here may still find no free place.
"""

from __future__ import annotations

import numpy as np

from ...scenes.layout.clearance import ROUND_SLACK, fits_on, footprint_radius
from ...schemas import Asset, Cavity, Surface
from .domain import Relation

ROOM = 0.004
"""Least free space beside an object in a cavity, metres."""
STANDS_OUT = 2.0
"""Height of an object in an open vessel, as a multiple of the vessel's depth: its centre is in."""


def requires_opening(asset: Asset) -> bool:
    """Whether nothing can go inside while it is closed."""
    return bool(asset.cavities) and all(cavity.joint for cavity in asset.cavities)


def lidded(asset: Asset) -> bool:
    """Whether it opens at the top by a hinge, so that what stands on it keeps it shut."""
    hinges = {j.name for j in asset.joints if j.kind == "hinge" and j.controls == "opening"}
    return any(cavity.opening == "top" and cavity.joint in hinges for cavity in asset.cavities)


def fits(thing: Asset, target: Asset, relation: Relation) -> bool:
    """Whether the object's bounding box, upright, fits on or in the target."""
    if relation == "ontop":
        return any(_fits_surface(thing, surface) for surface in target.open_surfaces)
    return any(_fits_cavity(thing, cavity) for cavity in target.cavities if not cavity.snug)


def _fits_surface(thing: Asset, surface: Surface) -> bool:
    """Foot within the surface, and height below what is above."""
    half = np.array(surface.half_size)
    return thing.extents[2] <= surface.clearance and fits_on(thing, half, surface.disc)


def _fits_cavity(thing: Asset, cavity: Cavity) -> bool:
    """Footprint and height within the cavity; what is in an open vessel may stand out of it."""
    depth, width, height = thing.extents
    low, high = sorted((depth, width))
    free = cavity.opening == "top" and cavity.joint is None
    if height > 2 * cavity.half_size[2] * (STANDS_OUT if free else 1.0) - ROOM:
        return False
    if cavity.round:
        # The middle of what is inside must lie below the brim.
        deep = height / 2 <= 2 * cavity.half_size[2]
        return deep and ROUND_SLACK * footprint_radius(thing) <= cavity.half_size[0]
    near, far = sorted(2 * half for half in cavity.half_size[:2])
    return low + ROOM <= near and high + ROOM <= far
