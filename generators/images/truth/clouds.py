"""Point clouds: what a view's pixels hit, in the world, as binary PLY."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams
from ..camera.cameras import back_project
from ..camera.view import GBuffer

STRIDE = 2
"""Every STRIDE-th pixel of every STRIDE-th row gives a point, the first at (0, 0)."""

_POINT = np.dtype([("xyz", "<f4", 3), ("instance", "<u2")])
_HEADER = """ply
format binary_little_endian 1.0
comment world frame, metres
element vertex {count}
property float x
property float y
property float z
property ushort instance
end_header
"""


def point_cloud(truth: GBuffer, mask: npt.NDArray[Any], camera: CameraParams) -> bytes:
    """Points in the world with their instances, row by row, as binary PLY.

    Args:
        truth: what each pixel sees; where nothing was hit, there is no point.
        mask: (H, W) instance ids.
        camera: of the view.
    """
    step = (slice(None, None, STRIDE),) * 2
    hit = truth.depth[step] > 0
    seen = back_project(camera, truth.depth) if truth.points is None else truth.points
    local = seen[step][hit]
    points = np.zeros(len(local), dtype=_POINT)
    points["xyz"] = local @ rotation(camera.quat).T + np.asarray(camera.pos)
    points["instance"] = mask[step][hit]
    return _HEADER.format(count=len(points)).encode("ascii") + points.tobytes()


def read_point_cloud(
    raw: bytes,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
    """Points (N, 3) in the world, metres, and their instance ids (N,), from `point_cloud`."""
    points = np.frombuffer(raw.partition(b"end_header\n")[2], dtype=_POINT)
    return points["xyz"].copy(), points["instance"].copy()
