"""Matrices of the graphics pipeline: what a camera sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams

NEAR = 0.01
"""Nearest distance that is drawn, metres; there is no farthest."""


def clip_from_world(camera: CameraParams) -> npt.NDArray[np.float64]:
    """(4, 4): OpenCV's camera to clip space with reversed depth, without a far plane."""
    pinhole = np.array(
        [
            [2 * camera.fx / camera.width, 0, 2 * camera.cx / camera.width - 1, 0],
            [0, 2 * camera.fy / camera.height, 2 * camera.cy / camera.height - 1, 0],
            [0, 0, 0, NEAR],
            [0, 0, 1, 0],
        ]
    )
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = rotation(camera.quat).T
    camera_from_world[:3, 3] = -camera_from_world[:3, :3] @ np.asarray(camera.pos)
    return pinhole @ camera_from_world
