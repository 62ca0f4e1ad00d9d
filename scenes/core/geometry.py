"""Rigid transforms and footprints. Quaternions wxyz, transforms (4, 4), lengths in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...schemas.base import Quat, Vec3

Array = npt.NDArray[np.float64]
TINY_ANGLE = 1e-12
"""Below it a rotation has no axis, radians."""
_IDENTITY = np.eye(4)


def rotation(quat: npt.ArrayLike) -> Array:
    """Rotation matrix (3, 3) of a quaternion (4,), which need not be normalised."""
    w, x, y, z = (float(value) for value in np.asarray(quat, dtype=np.float64))
    scale = 1.0 / math.sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w * scale, x * scale, y * scale, z * scale
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion(matrix: Array) -> Quat:
    """Quaternion of a rotation matrix (3, 3), w >= 0 (Shepperd's method)."""
    m: list[list[float]] = np.asarray(matrix).tolist()
    trace = m[0][0] + m[1][1] + m[2][2]
    i = max(range(3), key=lambda axis: m[axis][axis])
    j, k = (i + 1) % 3, (i + 2) % 3
    q = [0.0, 0.0, 0.0, 0.0]
    if trace >= m[i][i]:
        q = [1 + trace, m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]]
    else:
        q[0] = m[k][j] - m[j][k]
        q[1 + i] = 1 + m[i][i] - m[j][j] - m[k][k]
        q[1 + j] = m[j][i] + m[i][j]
        q[1 + k] = m[k][i] + m[i][k]
    scale = math.copysign(1.0 / math.sqrt(sum(part * part for part in q)), q[0])
    return (q[0] * scale, q[1] * scale, q[2] * scale, q[3] * scale)


def yaw_quaternion(yaw: float) -> Quat:
    """Rotation by `yaw` radians about +z."""
    return (float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2)))


def transform(pos: npt.ArrayLike, rotated: npt.ArrayLike) -> Array:
    """Homogeneous (4, 4) of a position and a quaternion (4,) or rotation matrix (3, 3)."""
    result = _IDENTITY.copy()
    rotated = np.asarray(rotated, dtype=np.float64)
    result[:3, :3] = rotation(rotated) if rotated.shape == (4,) else rotated
    result[:3, 3] = pos
    return result


def inverse(matrix: Array) -> Array:
    """Inverse of a rigid transform (4, 4)."""
    result = _IDENTITY.copy()
    back = matrix[:3, :3].T
    result[:3, :3] = back
    result[:3, 3] = -(back @ matrix[:3, 3])
    return result


def axis_rotation(axis: npt.ArrayLike, angle: float) -> Array:
    """Rotation matrix (3, 3) by `angle` radians about a unit axis."""
    half = angle / 2
    x, y, z = np.asarray(axis, dtype=np.float64) * np.sin(half)
    return rotation([np.cos(half), x, y, z])


def vector_rotation(vector: Array) -> Array:
    """Rotation matrix (3, 3) of a rotation vector (3,): a unit axis times an angle in radians."""
    angle = float(np.linalg.norm(vector))
    return np.eye(3) if angle < TINY_ANGLE else axis_rotation(vector / angle, angle)


def sphere_point(azimuth: float, elevation: float) -> Array:
    """Unit vector (3,) towards an azimuth from +x and an elevation, both in degrees."""
    a, e = np.radians([azimuth, elevation])
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


def look_at(eye: npt.ArrayLike, target: npt.ArrayLike) -> Quat:
    """Orientation of a camera (looks along -z, +y up) at `eye` that looks at `target`."""
    forward = np.asarray(target, dtype=np.float64) - np.asarray(eye, dtype=np.float64)
    forward /= np.linalg.norm(forward)
    up = np.array([0.0, 0.0, 1.0])
    if abs(forward @ up) > 0.9999:
        up = np.array([1.0, 0.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    return quaternion(np.stack([right, np.cross(right, forward), -forward], axis=1))


def vec3(values: npt.ArrayLike) -> Vec3:
    """Three plain floats, for a model."""
    x, y, z = np.asarray(values, dtype=np.float64)
    return (float(x), float(y), float(z))


@dataclass(frozen=True)
class Footprint:
    """An oriented rectangle in the plane.

    Attributes:
        centre: (2,) metres.
        half: (2,) half extents along its own axes.
        yaw: radians.
    """

    centre: Array
    half: Array
    yaw: float

    def axes(self) -> Array:
        """Unit axes as rows, (2, 2)."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[c, s], [-s, c]])

    def corners(self) -> Array:
        """The four corners, (4, 2)."""
        signs = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]], dtype=np.float64)
        return self.centre + (signs * self.half) @ self.axes()

    def grown(self, margin: float) -> Footprint:
        """The same rectangle with `margin` metres more on each side."""
        return Footprint(self.centre, self.half + margin, self.yaw)


def overlap(a: Footprint, b: Footprint) -> bool:
    """Whether two rectangles overlap (separating axis test)."""
    axes = np.vstack([a.axes(), b.axes()])
    pa, pb = a.corners() @ axes.T, b.corners() @ axes.T
    apart = (pa.max(0) < pb.min(0)) | (pb.max(0) < pa.min(0))
    return not bool(apart.any())


def contains(outer: Footprint, inner: Footprint) -> bool:
    """Whether `inner` lies wholly within `outer`."""
    local = (inner.corners() - outer.centre) @ outer.axes().T
    return bool((np.abs(local) <= outer.half + 1e-9).all())
