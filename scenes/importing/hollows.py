"""Finds hollows that things can be in: by pouring water into what is seen from the opening."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...schemas import Cavity
from ..core.geometry import vec3
from .areas import Area, largest, rectangle
from .columns import Grid, Hits, grid_over, look, top
from .images import Mask, regions, without_slits
from .parts import AssetMeshes
from .solids import Array

FINEST, CELLS = 0.001, {"top": 128, "front": 288}
"""Side of a cell, metres, and cells along a side; from the front, shelves are thin."""
MIN_DEPTH = {"top": 0.012, "front": 0.05}
"""Metres, by where the hollow opens."""
SLIT = 0.008
"""Narrower gaps in walls do not let the water out, metres."""
MOUTH = 0.002
"""Depth at which the opening is measured, metres."""
MIN_HALF = {"top": 0.01, "front": 0.03}
"""Least half extent across the opening, metres."""
ROUNDING = 0.15
"""The lowest share of a hollow's depth, where walls may still bend into the floor."""
DEEP = 0.28
"""A hollow is deep if its depth is at least this share of its width across,"""
STEEP = 0.75
"""or if its walls stand so steep that its floor is at least this share of its opening."""
COVERED = 0.5
"""Share of the opening that another link must cover to be its door."""
_AXES = {"top": np.eye(3), "front": np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])}
"""Rows: where the two axes across the opening, and the one out of it, lie in the link."""


@dataclass(frozen=True)
class _Basin:
    """A hollow in the frame of its opening, whose z points out of it."""

    mask: Mask
    area: Area
    floor: float
    brim: float


def cavities_of(parts: AssetMeshes) -> tuple[Cavity, ...]:
    """Hollows that open upward or to the front of links that never tilt, in the link's frame.

    Water is poured over the height map of one link as seen from the opening (the priority flood
    of Barnes, Lehman and Mulla, 2014); where it stands deep, there is a hollow. Its extent is
    that of its floor, a box or a cylinder. Where another link covers the opening at rest, the
    joint that uncovers it belongs to the cavity; if nothing can, the hollow is closed for good
    and does not count.
    """
    found: list[Cavity] = []
    for number in range(len(parts.asset.links)):
        if (parts.owner == number).any() and parts.upright(number):
            for opening in ("top", "front"):
                found += _of_link(parts, number, opening)
    return tuple(found)


def _of_link(parts: AssetMeshes, number: int, opening: Literal["top", "front"]) -> list[Cavity]:
    axes = _AXES[opening]
    triangles = parts.within(number) @ axes.T
    own = parts.owner == number
    grid = grid_over(triangles[own].reshape(-1, 3), FINEST, CELLS[opening])
    hits = look(triangles, parts.owner, grid)
    basins = _basins(hits.kept(hits.owner == number), grid, opening)
    name = parts.asset.links[number].name
    cavities: list[Cavity] = []
    for basin in basins:
        door = _door(parts, number, hits, grid, basin)
        if door is None:
            continue
        centre = np.array([*basin.area.centre, (basin.floor + basin.brim) / 2]) @ axes
        half = np.array([*basin.area.half, (basin.brim - basin.floor) / 2]) @ axes
        cavities.append(
            Cavity(
                name=f"{name}_{'inside' if opening == 'top' else 'bay'}_{len(cavities)}",
                link=name,
                centre=vec3(np.round(centre, 4)),
                half_size=vec3(np.round(half, 4)),
                round=basin.area.disc and opening == "top",
                opening=opening,
                joint=door or None,
            )
        )
    return cavities


def _basins(hits: Hits, grid: Grid, opening: Literal["top", "front"]) -> list[_Basin]:
    """Where water stands deep on a link, the lowest first."""
    if not len(hits.z):
        return []
    heights = top(hits, grid, float(hits.z.min()) - 1.0)
    slit = 2 * int(np.ceil(SLIT / grid.cell / 2)) + 1
    heights = without_slits(heights, slit, slit)
    level = flooded(heights)
    mouths = regions(level - heights > MOUTH)
    found: list[_Basin] = []
    for region in regions(level - heights > MIN_DEPTH[opening]):
        mouth = next(mouth for mouth in mouths if bool((mouth & region).any()))
        brim = float(np.median(level[region]))
        found += _of_region(region, mouth, heights, brim, grid, opening)
    return sorted(found, key=lambda basin: tuple(np.round(basin.area.centre[::-1], 2)))


def _of_region(
    region: Mask, mouth: Mask, heights: Array, brim: float, grid: Grid,
    opening: Literal["top", "front"],
) -> list[_Basin]:  # fmt: skip
    """The hollows of a region under water that are neither too small nor too shallow.

    From the front, shelves that end behind the opening part one region into several hollows.
    """
    floor = float(np.percentile(heights[region], 10))
    depth = brim - floor
    if depth > 0.9:  # a hole right through
        return []
    low = region & (heights <= floor + max(0.003, ROUNDING * depth))
    if opening == "front":
        areas = [rectangle(part, grid) for part in regions(low)]
    else:
        areas = [area for area in (largest(low, grid),) if area is not None]
    steep = float(low.sum()) >= STEEP * float(mouth.sum())
    return [
        _Basin(region, area, floor, brim)
        for area in areas
        if float(area.half.min()) >= MIN_HALF[opening]
        and depth >= MIN_DEPTH[opening]
        and (steep or depth >= DEEP * 2.0 * float(area.half.min()))
    ]


def _door(parts: AssetMeshes, number: int, hits: Hits, grid: Grid, basin: _Basin) -> str | None:
    """Name of the joint that uncovers a hollow, empty if it is open, None if nothing does."""
    others = hits.kept((hits.owner != number) & basin.mask.ravel()[hits.cell])
    above = others.kept(others.z > basin.floor + 0.3 * (basin.brim - basin.floor))
    covered = len(np.unique(above.cell))
    if covered < COVERED * float(basin.mask.sum()):
        return ""
    owners, counts = np.unique(above.owner, return_counts=True)
    mine = parts.mover(number)
    own = None if mine is None else parts.asset.links[mine].joint
    if own is not None and own.kind == "slide":
        return own.name
    for owner in owners[np.argsort(-counts, kind="stable")]:
        mover = parts.mover(int(owner))
        joint = None if mover is None else parts.asset.links[mover].joint
        if mover is not None and mover != mine and joint is not None:
            # What slides out of a hollow fills it; it is no door.
            return None if joint.kind == "slide" else joint.name
    return own.name if own is not None else None


def flooded(heights: Array) -> Array:
    """Height of the water that cannot run off over the border, (nx, ny)."""
    nx, ny = heights.shape
    level = np.full(heights.shape, np.inf)
    border = np.ones(heights.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    level[border] = heights[border]
    ground, water = heights.tolist(), level.tolist()
    queue = [(ground[x][y], x, y) for x, y in np.argwhere(border).tolist()]
    heapq.heapify(queue)
    while queue:
        height, x, y = heapq.heappop(queue)
        for i, j in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= i < nx and 0 <= j < ny and water[i][j] == np.inf:
                water[i][j] = max(height, ground[i][j])
                heapq.heappush(queue, (water[i][j], i, j))
    return np.array(water)
