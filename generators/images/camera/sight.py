"""Which points a view shows: the depth test that keypoints and flow share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .cameras import Array

DEPTH_TOLERANCE = 0.005
"""How far behind the surface that is seen there a point may lie, metres."""
NEAREST = 0.01
"""Nearest distance along the optical axis at which a point counts, metres."""


def in_image(pixels: Array, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which positions (N, 2), x and y, lie in an image of that height and width."""
    inside = (pixels >= 0) & (pixels < np.array([shape[1], shape[0]]))
    return np.asarray(inside.all(axis=1), dtype=np.bool_)


def in_front(
    depth: npt.NDArray[np.floating[Any]],
    pixels: Array,
    ahead: Array,
    slack: Array | float = 0.0,
) -> npt.NDArray[np.bool_]:
    """Which points lie no deeper than the surface at their pixel.

    The surface at a position between pixel centres is no deeper than the deepest of the four
    around it; so a point on a slanted surface is seen, and one that is hidden may count as
    seen within a pixel of the edge of what hides it.

    Args:
        depth: (H, W), metres along the optical axis; 0 where nothing was hit, which hides none.
        pixels: (N, 2) positions, x and y.
        ahead: (N,) depths of the points, metres.
        slack: metres beside `DEPTH_TOLERANCE`, one or (N,).
    """
    height, width = depth.shape
    first = np.floor(np.clip(pixels, 0, [width - 1, height - 1]) - 0.5).astype(np.int64)
    deepest = np.zeros(len(pixels))
    for x in (0, 1):
        for y in (0, 1):
            column = np.clip(first[:, 0] + x, 0, width - 1)
            row = np.clip(first[:, 1] + y, 0, height - 1)
            found = depth[row, column].astype(np.float64)
            np.maximum(deepest, np.where(found > 0, found, np.inf), out=deepest)
    return np.asarray(ahead <= deepest + DEPTH_TOLERANCE + slack, dtype=np.bool_)
