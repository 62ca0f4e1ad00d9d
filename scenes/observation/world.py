"""The bench frame: z up from the support's plane, the robot's base at the origin, +x ahead."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...schemas import SpecError
from ..core.geometry import Array, transform
from .planes import Plane

Side = Literal["near", "far", "left", "right"]
AHEAD = 0.5
"""Distance from the robot at which the middle of the objects is put, metres."""
MAX_TILT = np.radians(20.0)


def up_in_camera(gravity: Array | None, world_from_camera: Array | None) -> Array | None:
    """The vertical (3,) in the camera's frame, where it is known."""
    if world_from_camera is not None:
        up: Array = world_from_camera[2, :3]
        return up
    return None if gravity is None else -gravity


def bench_from_given(world_from_camera: Array, plane: Plane) -> Array:
    """`bench_from_camera` (4, 4): the given world, moved and tilted onto the plane.

    Raises:
        SpecError: where the plane is not level in the given world.
    """
    normal = world_from_camera[:3, :3] @ plane.normal
    tilt = float(np.arccos(np.clip(normal[2], -1, 1)))
    if tilt > MAX_TILT:
        raise SpecError(
            f"no support plane: the largest plane is {np.degrees(tilt):.0f} degrees from level "
            "in the given world; check world_from_camera and its convention"
        )
    level = _levelling(normal) @ world_from_camera[:3, :3]
    # The given origin keeps its x and y; z counts from the plane below the camera.
    origin = _levelling(normal) @ world_from_camera[:3, 3]
    height = plane.heights(np.zeros(3))
    return transform([origin[0], origin[1], float(height)], level)


def bench_from_scratch(plane: Plane, objects: Array, side: Side) -> Array:
    """`bench_from_camera` (4, 4) where nothing but the plane is known.

    The robot stands on the given side of the objects as the camera sees them: `near` is the
    camera's own side, `left` the left of the picture. It looks at the middle of the objects
    from AHEAD metres away.

    Args:
        plane: of the support, in the camera's frame.
        objects: (N, 3) one point for each object, in the camera's frame.
        side: of the robot.
    """
    ahead = np.array([0.0, 0.0, 1.0]) - plane.normal[2] * plane.normal
    if np.linalg.norm(ahead) < 0.2:  # looks straight down: the picture's top is ahead
        ahead = np.array([0.0, -1.0, 0.0]) + plane.normal[1] * plane.normal
    ahead = ahead / np.linalg.norm(ahead)
    left = np.cross(plane.normal, ahead)
    forward = {"near": ahead, "far": -ahead, "left": -left, "right": left}[side]
    turn = np.stack([forward, np.cross(plane.normal, forward), plane.normal])
    middle = (objects @ turn.T).min(axis=0) / 2 + (objects @ turn.T).max(axis=0) / 2
    height = float(plane.heights(np.zeros(3)))
    return transform([AHEAD - middle[0], -middle[1], height], turn)


def _levelling(normal: Array) -> Array:
    """The least rotation (3, 3) that turns a unit normal into +z (Rodrigues)."""
    axis = np.cross(normal, [0.0, 0.0, 1.0])
    cosine = float(normal[2])
    cross = np.array(
        [[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]], dtype=np.float64
    )
    turn: Array = np.eye(3) + cross + cross @ cross / (1 + cosine)
    return turn
