"""The kinds of places at which objects are held."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...schemas import Asset
from .antipodal import Pinches

RIM_WIDTH = 0.018
"""A wall thinner than this is held by its rim, metres."""
FLAT = 0.6
"""What is thinner than this share of its breadth is held by its edge."""
HANDLE_REACH, BOW_REACH = 0.03, 0.075
"""Around the middle of a handle, metres; along the thin handle of something closed."""
Kind = Literal["body", "rim", "handle", "edge", "tip"]
"""Where an object is held: around its body, by the wall at its rim, by its handle, by its edge,
with one finger under it, or, where it is flat, with the ends of the fingers."""


def kinds_of(asset: Asset, pinches: Pinches) -> list[Kind]:
    """The kind of place each pair holds."""
    middles = pinches.middles
    held = np.zeros(len(middles), dtype=bool)
    thin = pinches.widths < RIM_WIDTH
    walls = [c for c in asset.cavities if c.opening == "top" and c.joint is None]
    for handle in asset.handles:
        if handle.joint is None:
            away = np.linalg.norm(middles - np.array(handle.pos), axis=1)
            held |= away < np.where(thin & (not walls), BOW_REACH, HANDLE_REACH)
    rim = np.zeros(len(middles), dtype=bool)
    for wall in walls:
        away = np.abs(middles - np.array(wall.centre))[:, :2]
        half = np.array(wall.half_size[:2])
        beyond = np.linalg.norm(away, axis=1) - half[0] if wall.round else (away - half).max(axis=1)
        # Round cavities taper: their radius is that of the floor.
        outer = np.array(asset.extents[:2]).min() / 2
        limit = outer - half.min() + 0.004 if wall.round else RIM_WIDTH
        held |= thin & (beyond > limit)
        rim |= thin & (beyond <= limit)
    if not walls:
        reach = np.abs(middles[:, :2]) / (np.array(asset.extents[:2]) / 2)
        rim = thin & (np.linalg.norm(reach, axis=1) > 0.7) & any(s.disc for s in asset.surfaces)
    flat = pinches.widths < FLAT * min(asset.extents[:2])
    edge = flat & (np.abs(pinches.poses[:, 2, 1]) > np.cos(0.5))
    return [
        "handle" if held[i] else "edge" if edge[i] else "rim" if rim[i] else "body"
        for i in range(len(middles))
    ]
