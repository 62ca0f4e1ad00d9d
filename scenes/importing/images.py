"""Operations on height maps and masks, (nx, ny), typed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage  # pyright: ignore[reportMissingTypeStubs]

from .solids import Array

Mask = npt.NDArray[np.bool_]
_IMAGES: Any = ndimage


def regions(mask: Mask, *, diagonal: bool = False) -> list[Mask]:
    """The connected parts of a mask, each as a mask."""
    structure = np.ones((3, 3)) if diagonal else None
    labels, count = _IMAGES.label(mask, structure=structure)
    return [labels == number for number in range(1, int(count) + 1)]


def without_slits(heights: Array, along_x: int, along_y: int) -> Array:
    """A height map with gaps narrower than so many cells filled (grey closing)."""
    filled: Array = _IMAGES.grey_closing(heights, size=(along_x, along_y))
    return filled


def without_ridges(heights: Array, along_x: int, along_y: int) -> Array:
    """A height map with what is narrower than so many cells cut off (grey opening)."""
    cut: Array = _IMAGES.grey_opening(heights, size=(along_x, along_y))
    return cut


def without_holes(mask: Mask) -> Mask:
    """A mask with holes of a cell filled."""
    closed: Mask = _IMAGES.binary_closing(np.pad(mask, 1))[1:-1, 1:-1]
    return closed


def depth_within(mask: Mask) -> Array:
    """Distance of each cell to the nearest one outside, in cells."""
    inside: Array = _IMAGES.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return inside
