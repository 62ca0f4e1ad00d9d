"""Finds the level areas of an asset that can carry things."""

from __future__ import annotations

import numpy as np

from ...schemas import Surface
from ..core.geometry import vec3
from .areas import largest
from .columns import Hits, grid_over, look
from .images import regions, without_holes
from .parts import AssetMeshes
from .solids import Array, Index

LEVEL = 0.9965
"""Least z part of a normal: 4.8 degrees."""
MIN_HALF = 0.062
"""Least half extent of a surface, metres."""
MARGIN = 0.002
"""Kept off the edges of an area, metres."""
CLEARANCE = 0.05
"""Least free height above, metres; more than the greatest is reported as that."""
MOST_CLEARANCE = 1.0
STEP = 0.002
"""Levels closer than this are one, metres."""
FINEST, CELLS = 0.0025, 160


def surfaces_of(parts: AssetMeshes) -> tuple[Surface, ...]:
    """Level areas of links that never tilt, lowest first on each link, in the link's frame.

    An area counts where a disc or rectangle of at least 12 cm across lies level and free to
    5 cm above. What lies above at rest counts, whatever link it belongs to.
    """
    found: list[Surface] = []
    for number, link in enumerate(parts.asset.links):
        own = parts.owner == number
        if own.any() and parts.upright(number):
            found += _of_link(parts, number, link.name, own)
    return tuple(found)


def _of_link(
    parts: AssetMeshes, number: int, name: str, own: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[Surface]:
    triangles = parts.within(number)
    grid = grid_over(triangles[own].reshape(-1, 3), FINEST, CELLS)
    hits = look(triangles, parts.owner, grid)
    clear = _clearances(hits)
    level = (hits.owner == number) & (hits.level > LEVEL) & (clear >= CLEARANCE)
    hits, clear = hits.kept(level), clear[level]
    surfaces: list[Surface] = []
    for group in _levels(hits.z):
        mask = np.zeros(grid.shape[0] * grid.shape[1], dtype=bool)
        mask[hits.cell[group]] = True
        flat = mask.reshape(grid.shape)
        for region in regions(without_holes(flat)):
            area = largest(region, grid)
            if area is None or float(area.half.min()) < MIN_HALF:
                continue
            half = np.round(area.half - MARGIN, 4)
            inside = group[region.ravel()[hits.cell[group]]]
            height = float(np.median(hits.z[inside]))
            free = min(float(np.percentile(clear[inside], 10)), MOST_CLEARANCE)
            surfaces.append(
                Surface(
                    name=f"{name}_level_{len(surfaces)}",
                    link=name,
                    pos=vec3(np.round([*area.centre, height], 4)),
                    half_size=(float(half[0]), float(half[1])),
                    disc=area.disc,
                    clearance=round(free, 4),
                )
            )
    return surfaces


def _clearances(hits: Hits) -> Array:
    """Free height above each upward crossing; 0 where it lies within other matter.

    Above free ground, the next crossing is of something seen from below.
    """
    if not len(hits.z):
        return np.zeros(0)
    last = np.append(hits.cell[1:] != hits.cell[:-1], True)
    above = np.append(hits.z[1:], 0.0) - hits.z
    ceiling = np.append(hits.level[1:], 0.0) < 0
    return np.where(last, MOST_CLEARANCE, np.where(ceiling, above, 0.0))


def _levels(heights: Array) -> list[Index]:
    """Indices of crossings of about the same height, lowest first."""
    if not len(heights):
        return []
    order = np.argsort(heights, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(heights[order]) > STEP) + 1)
