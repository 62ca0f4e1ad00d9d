"""An RGB-D view in memory, and its points.

Cameras follow OpenCV: +z ahead, +x right, +y down. Lengths in metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import SpecError
from ..core.geometry import Array

FARTHEST = 50.0
"""A median depth beyond this is taken for another unit than metres."""
LEAST_VALID = 0.02
"""Share of pixels that must have a depth reading."""
Masks = npt.NDArray[np.int32]


@dataclass(frozen=True)
class DepthView:
    """One view.

    Attributes:
        depth: (H, W) metres along the optical axis; 0 where there is no reading.
        masks: (H, W) instance ids; 0 is background.
        labels: what each instance is, as far as known.
        focal: fx, fy, pixels.
        centre: cx, cy, where pixel centres lie at whole numbers plus one half.
        rgb: (H, W, 3) uint8, where there is a picture.
        world_from_camera: (4, 4), where known.
        gravity: (3,) unit vector downwards in the camera's frame, where known.
        names: of the instances in the scene, where they have any.
    """

    depth: Array
    masks: Masks
    labels: Mapping[int, str]
    focal: tuple[float, float]
    centre: tuple[float, float]
    rgb: npt.NDArray[np.uint8] | None = None
    world_from_camera: Array | None = None
    gravity: Array | None = None
    names: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.depth.shape[1], self.depth.shape[0]


def checked_depth(raw: npt.NDArray[Any], place: str) -> Array:
    """Depth in metres with 0 for every missing reading (NaN, infinite, negative).

    Raises:
        SpecError: where it is no image, almost empty, or not in metres.
    """
    if raw.ndim != 2:
        raise SpecError(f"{place}: depth has shape {raw.shape}; expected (height, width)")
    depth = np.nan_to_num(raw.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    depth[depth < 0] = 0.0
    seen = depth[depth > 0]
    if len(seen) < LEAST_VALID * depth.size:
        raise SpecError(
            f"{place}: only {len(seen)} of {depth.size} pixels have a depth reading; "
            f"at least {LEAST_VALID:.0%} are needed"
        )
    middle = float(np.median(seen))
    if middle > FARTHEST:
        raise SpecError(
            f"{place}: the median depth is {middle:g} m, more than {FARTHEST:g} m; is it in "
            "millimetres? Set depth_scale to 0.001 in observation.json"
        )
    depth[depth > FARTHEST] = 0.0
    return depth


def back_project(view: DepthView, depth: Array) -> Array:
    """Points (H, W, 3) in the camera's frame through the centres of the pixels."""
    (fx, fy), (cx, cy) = view.focal, view.centre
    width, height = view.size
    x = (np.arange(width) + 0.5 - cx) / fx
    y = (np.arange(height) + 0.5 - cy) / fy
    return np.stack([depth * x[None, :], depth * y[:, None], depth], axis=-1)
