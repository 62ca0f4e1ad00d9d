"""The hand as it is at home, turned to where it is: what other poses of it are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...scenes.core.geometry import Array


@dataclass(frozen=True)
class Facing:
    """The hand at home, and the axis that the arm turns about.

    Attributes:
        home: (4, 4) `world_from_tool` at home.
        base: (2,) place of the robot's first axis, metres.
    """

    home: Array
    base: Array

    def angles(self, poses: Array) -> Array:
        """(N,) between tool poses (N, 4, 4) and the hand at home turned to them, radians."""
        ahead = self._ahead(poses[:, :2, 3])
        traces = np.einsum("nij,nij->n", ahead, poses[:, :3, :3])
        angles: Array = np.arccos(np.clip((traces - 1.0) / 2.0, -1.0, 1.0))
        return angles

    def nearer(self, poses: Array) -> Array:
        """Tool poses (N, 4, 4), turned by half a turn about their advance where that is nearer.

        To a hand with two fingers both are the same grasp.
        """
        flipped = poses.copy()
        flipped[:, :3, :2] *= -1.0
        closer = self.angles(flipped) < self.angles(poses)
        near: Array = np.where(closer[:, None, None], flipped, poses)
        return near

    def turn(self, pose: Array) -> float:
        """About the vertical, to bring a tool pose (4, 4) nearest to the hand at home, radians."""
        between = pose[:3, :3] @ self._ahead(pose[None, :2, 3])[0].T
        return float(np.arctan2(between[0, 1] - between[1, 0], between[0, 0] + between[1, 1]))

    def at(self, place: Array) -> Array:
        """Rotation (3, 3) of the hand at home, turned to a place (2,)."""
        found: Array = self._ahead(place[None])[0]
        return found

    def _ahead(self, places: Array) -> Array:
        """Rotations (N, 3, 3) of the hand at home, turned to places (N, 2)."""
        x, y = (places - self.base).T
        home_x, home_y = self.home[:2, 3] - self.base
        angle = np.arctan2(y, x) - np.arctan2(home_y, home_x)
        c, s, zero = np.cos(angle), np.sin(angle), np.zeros(len(places))
        rows = [c, -s, zero, s, c, zero, zero, zero, zero + 1.0]
        ahead: Array = np.stack(rows, axis=1).reshape(-1, 3, 3) @ self.home[:3, :3]
        return ahead
