"""The largest rectangle and disc within a mask of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .columns import Grid
from .images import Mask, depth_within
from .solids import Array


@dataclass(frozen=True)
class Area:
    """A rectangle along the axes, or a disc.

    Attributes:
        centre: (2,) metres.
        half: (2,) half extents; for a disc both are the radius.
        disc: which of the two it is.
    """

    centre: Array
    half: Array
    disc: bool

    @property
    def size(self) -> float:
        """Area, m^2."""
        whole = 4.0 * float(np.prod(self.half))
        return whole * np.pi / 4 if self.disc else whole


def largest(mask: Mask, grid: Grid) -> Area | None:
    """The larger of the largest rectangle and the largest disc in a mask, None if it is empty."""
    if not mask.any():
        return None
    box, disc = rectangle(mask, grid), _disc(mask, grid)
    return disc if disc.size > box.size else box


def _disc(mask: Mask, grid: Grid) -> Area:
    inside = depth_within(mask)
    radius = float(inside.max())
    # Many cells may lie about equally deep: their middle is the centre.
    deepest = np.argwhere(inside > radius - 0.75)
    near = deepest[np.abs(deepest - np.median(deepest, axis=0)).max(axis=1) < radius]
    centre = grid.centre((near if len(near) else deepest).mean(axis=0))
    size = (radius - 0.5) * grid.cell
    return Area(centre, np.array([size, size]), True)


def rectangle(mask: Mask, grid: Grid) -> Area:
    """The largest rectangle in a mask that is not empty: under a histogram, row by row."""
    heights = np.zeros(mask.shape[1], dtype=np.int64)
    best, box = 0, (0, 0, 0, 0)
    for x, row in enumerate(mask):
        heights = np.where(row, heights + 1, 0)
        stack: list[tuple[int, int]] = []
        for y, height in enumerate([*heights.tolist(), 0]):
            start = y
            while stack and stack[-1][1] >= height:
                start, tall = stack.pop()
                if tall * (y - start) > best:
                    best, box = tall * (y - start), (x - tall + 1, x, start, y - 1)
            stack.append((start, height))
    x0, x1, y0, y1 = box
    low, high = grid.centre([x0, y0]), grid.centre([x1, y1])
    return Area((low + high) / 2, (high - low) / 2 + grid.cell / 2, False)
