"""Surface normals: as the renderer drew them, or from depth.

A renderer's are those of the facets that it draws. Those from depth are the same on flat faces,
and within a facet on curved ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ....schemas import CameraParams
from ..camera.cameras import back_project
from ..camera.view import GBuffer

Array = npt.NDArray[np.float64]


def normals(truth: GBuffer, camera: CameraParams) -> Array:
    """Unit normals (H, W, 3) in the camera's frame (+x right, +y down, +z ahead).

    Along each image axis the nearer in depth of the two neighbours on the same geom gives the
    tangent. Zero where nothing is hit or a geom is a single pixel wide.
    """
    points = back_project(camera, truth.depth)
    across = np.cross(_tangent(points, truth.geoms, 0), _tangent(points, truth.geoms, 1))
    length = np.linalg.norm(across, axis=2, keepdims=True)
    known = (length[..., 0] > 0) & (truth.geoms > 0)
    normal = np.divide(across, length, out=np.zeros_like(across), where=length > 0)
    # The cross product of right and down points away from the camera where depth is regular.
    facing = np.sum(normal * points, axis=2, keepdims=True) > 0
    return np.where(known[..., None], np.where(facing, -normal, normal), 0.0)


def coded_normals(truth: GBuffer, camera: CameraParams) -> npt.NDArray[np.uint8]:
    """The normals of a view as the label holds them, (H, W, 3): the renderer's, if it has any."""
    return encode_normals(normals(truth, camera)) if truth.normals is None else truth.normals


def encode_normals(normal: Array) -> npt.NDArray[np.uint8]:
    """8-bit colour (H, W, 3): round((n + 1) * 127); black (0, 0, 0) where unknown."""
    known = np.any(normal != 0, axis=2, keepdims=True)
    coded = np.rint((normal + 1) * 127)
    return np.where(known, coded, 0).astype(np.uint8)


def _tangent(points: Array, geoms: npt.NDArray[np.int32], axis: int) -> Array:
    """Difference of points (H, W, 3) to the better neighbour along an image axis."""
    step = np.diff(points, axis=axis)
    same = np.diff(geoms, axis=axis) == 0
    jump = np.where(same, np.abs(step[..., 2]), np.inf)
    pad = [(0, 0), (0, 0), (0, 0)]
    before, after = list(pad), list(pad)
    before[axis], after[axis] = (1, 0), (0, 1)
    jump_before = np.pad(jump, before[:2], constant_values=np.inf)
    jump_after = np.pad(jump, after[:2], constant_values=np.inf)
    use_before = jump_before < jump_after
    chosen = np.where(use_before[..., None], np.pad(step, before), np.pad(step, after))
    neither = np.isinf(np.minimum(jump_before, jump_after))
    return np.where(neither[..., None], 0.0, chosen)
