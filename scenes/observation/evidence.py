"""The evidence in a view for and against an asset standing at a pose.

For: points seen on the object lie on the asset's surface. Against: parts of the asset lie in
front of what the camera saw, where it looked through free space. Parts hidden behind other
things are neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.geometry import Array
from .surfaces import Posed, plane_distances

MODEL_POINTS = 300
"""Points of the asset that are looked up in the view."""
POINTS = 260
"""Observed points that are compared with the asset."""


@dataclass(frozen=True)
class Evidence:
    """One object's share of a view, in the bench frame.

    Attributes:
        points: (N, 3) seen on it, metres.
        depth: (H, W) up to where the view is free, metres; 0 is unknown. See `nearest_around`.
        camera_from_bench: (4, 4).
        focal: fx, fy, pixels.
        centre: cx, cy, pixels.
        slack: what a part may lie in front of what was seen, metres.
        limit: distances count up to here, metres: all beyond is equally wrong.
    """

    points: Array
    depth: Array
    camera_from_bench: Array
    focal: tuple[float, float]
    centre: tuple[float, float]
    slack: float
    limit: float

    @property
    def eye(self) -> Array:
        """Position of the camera, (3,)."""
        turn, shift = self.camera_from_bench[:3, :3], self.camera_from_bench[:3, 3]
        eye: Array = -turn.T @ shift
        return eye

    def thinned(self, count: int) -> Array:
        """At most `count` of the points, evenly in their order."""
        if len(self.points) <= count:
            return self.points
        some: Array = self.points[np.linspace(0, len(self.points) - 1, count).round().astype(int)]
        return some

    def free_space(self, points: Array) -> Array:
        """How far points (..., 3) lie in front of what was seen there, up to the limit, metres."""
        local = points @ self.camera_from_bench[:3, :3].T + self.camera_from_bench[:3, 3]
        deep = np.maximum(local[..., 2], 1e-6)
        column = np.floor(self.focal[0] * local[..., 0] / deep + self.centre[0])
        row = np.floor(self.focal[1] * local[..., 1] / deep + self.centre[1])
        height, width = self.depth.shape
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        seen = self.depth[
            np.where(inside, row, 0).astype(int), np.where(inside, column, 0).astype(int)
        ]
        ahead = np.where(inside & (seen > 0), seen - local[..., 2] - self.slack, 0.0)
        return np.clip(ahead, 0.0, self.limit)


def turned(poses: Array, points: Array) -> Array:
    """Points (N, 3) of an asset at poses (B, 4) of x, y, z, yaw: (B, N, 3) in the bench frame."""
    c, s = np.cos(poses[:, 3])[:, None], np.sin(poses[:, 3])[:, None]
    x, y = points[:, 0], points[:, 1]
    return np.stack(
        [
            c * x - s * y + poses[:, :1],
            s * x + c * y + poses[:, 1:2],
            points[:, 2] + poses[:, 2:3],
        ],
        axis=-1,
    )


def unturned(poses: Array, points: Array) -> Array:
    """Bench points (N, 3) in the frame of an asset at each of poses (B, 4): (B, N, 3)."""
    offset = points - poses[:, None, :3]
    c, s = np.cos(poses[:, 3])[:, None], np.sin(poses[:, 3])[:, None]
    return np.stack(
        [
            c * offset[..., 0] + s * offset[..., 1],
            -s * offset[..., 0] + c * offset[..., 1],
            offset[..., 2],
        ],
        axis=-1,
    )


def energies(posed: Posed, poses: Array, evidence: Evidence, count: int = POINTS) -> Array:
    """How badly an asset at each of poses (B, 4) explains the view, (B,) metres.

    The mean distance of the points to the surface plus the mean depth by which the asset
    juts into free space, both truncated.
    """
    points = evidence.thinned(count)
    local = unturned(poses, points).reshape(-1, 3)
    apart = np.minimum(plane_distances(posed, local), evidence.limit)
    ahead = evidence.free_space(turned(poses, _outer(posed)))
    total: Array = apart.reshape(len(poses), -1).mean(axis=1) + ahead.mean(axis=1)
    return total


def _outer(posed: Posed) -> Array:
    """At most twice MODEL_POINTS points of its outside."""
    return posed.outer[:: max(1, len(posed.outer) // MODEL_POINTS)]


def explained(posed: Posed, pose: Array, evidence: Evidence) -> float:
    """Share of the points on the surface, times the share of the surface not in free space."""
    apart = plane_distances(posed, unturned(pose[None], evidence.thinned(POINTS))[0])
    ahead = evidence.free_space(turned(pose[None], _outer(posed)))
    near = 0.3 * evidence.limit
    return float((apart < near).mean() * (ahead < near).mean())
