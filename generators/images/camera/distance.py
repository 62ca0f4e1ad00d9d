"""Distance from the camera, from depth along its axis."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....schemas import CameraParams
from .cameras import back_project


def distance(depth: npt.NDArray[np.float32], camera: CameraParams) -> npt.NDArray[np.float32]:
    """Distance from the camera's centre (H, W), metres, from depth along the optical axis."""
    lens = camera.model_copy(update={"pos": (0.0, 0.0, 0.0), "quat": (1.0, 0.0, 0.0, 0.0)})
    return depth * _stretch(lens.canonical_json())


@lru_cache(maxsize=16)
def _stretch(camera_json: str) -> npt.NDArray[np.float32]:
    """Distance over depth at each pixel's centre, (H, W)."""
    lens = CameraParams.from_json(camera_json)
    flat = np.ones((lens.height, lens.width))
    away: npt.NDArray[np.float64] = np.linalg.norm(back_project(lens, flat), axis=2)
    return away.astype(np.float32)
