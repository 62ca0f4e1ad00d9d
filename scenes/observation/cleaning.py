"""Depth made fit for measuring: noise averaged within each instance, borders left out."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..core.geometry import Array
from .planes import Plane
from .view import Masks

FINE = 0.0012
"""Noise below this is left alone, metres."""
WIDEST = 4
"""Greatest half width of the averaging window, pixels."""


def depth_noise(points: Array, plane: Plane) -> float:
    """Robust standard deviation of depth about a plane that is known to be flat, metres.

    Args:
        points: (N, 3) of the plane, in the camera's frame.
        plane: fitted to them.
    """
    slope = (points / points[:, 2:]) @ plane.normal
    steep = np.abs(slope) > 0.05
    if not steep.any():
        return plane.spread
    apart = points[steep, 2] + plane.offset / slope[steep]
    return 1.4826 * float(np.median(np.abs(apart - np.median(apart))))


def window(noise: float) -> int:
    """Half width of the averaging window for a noise in metres, pixels."""
    return int(np.clip(np.ceil(noise / 0.004), 1, WIDEST)) if noise > FINE else 0


def smoothed(depth: Array, masks: Masks, noise: float) -> Array:
    """Depth averaged over a window that grows with the noise, never across instances.

    Two rounds: the second leaves out readings far from the first's average, such as flying
    pixels at the borders of things.
    """
    half = window(noise)
    if half == 0:
        return depth
    result = np.zeros_like(depth)
    for instance in np.unique(masks):
        rows, columns = _window(masks == instance, half)
        part, own = depth[rows, columns], masks[rows, columns] == instance
        mean = _mean(part, own & (part > 0), half)
        close = own & (part > 0) & (np.abs(part - mean) < 3 * noise + 0.01)
        result[rows, columns][close] = _mean(part, close, half)[close]
    return result


def _window(mask: npt.NDArray[np.bool_], margin: int) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def _count(valid: npt.NDArray[np.bool_], half: int) -> Array:
    size = 2 * half + 1
    counts: Array = ndimage.uniform_filter(valid.astype(np.float64), size, mode="constant")
    return counts * size**2


def _mean(depth: Array, valid: npt.NDArray[np.bool_], half: int) -> Array:
    size = 2 * half + 1
    total: Array = ndimage.uniform_filter(np.where(valid, depth, 0.0), size, mode="constant")
    return total * size**2 / np.maximum(_count(valid, half), 1.0)


def nearest_around(depth: Array) -> Array:
    """The least depth of each pixel and its eight neighbours; 0 where none is known.

    So that outlines, which lie between pixels, are not taken for free space.
    """
    known = np.where(depth > 0, depth, np.inf)
    least: Array = ndimage.minimum_filter(known, 3, mode="nearest")
    return np.where(np.isfinite(least) & (depth > 0), least, 0.0)


def interior(mask: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """The mask without its border, unless it is too thin to have anything else."""
    eroded = ndimage.binary_erosion(mask)
    return eroded if eroded.sum() > 0.5 * mask.sum() else mask
