"""The shell of a room: its walls around the robot, and the space that stays free inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...schemas import Camera, Room, RoomSpec, SpecError
from ..core.geometry import Array, Footprint, contains, rotation, vec3
from ..layout.views import number
from .plan import RoomPlan
from .spots import Box
from .walls import inside

HEIGHT = (2.45, 2.75)
"""Of the walls, metres."""
BEHIND = 1.05
"""From the robot's axis to the wall behind it, metres."""
ASIDE = 1.4
"""Free to each side of the robot's axis at least, metres."""
AHEAD = 1.75
"""Free before the robot at least, metres."""
FROM_WALL = 0.12
"""Least distance of a camera from the walls and the furniture, metres."""
FARTHEST, STEP = 2.5, 0.05
"""How far a camera goes ahead out of furniture, and in what steps, metres."""


def station() -> Footprint:
    """The floor kept free for the robot, its support and those who look at it."""
    return Footprint(
        np.array([(AHEAD - BEHIND) / 2, 0.0]), np.array([(AHEAD + BEHIND) / 2, ASIDE]), 0.0
    )


def shell(spec: RoomSpec, plan: RoomPlan, rng: np.random.Generator) -> Room:
    """Walls of the size asked for, or one that suits the plan, around the robot.

    Raises:
        SpecError: where the room is too small for the robot and its table.
    """
    if spec.size is None:
        length, width = float(rng.uniform(*plan.length)), float(rng.uniform(*plan.width))
    else:
        length = number(spec.size[0], rng, "scene.room.size[0]")
        width = number(spec.size[1], rng, "scene.room.size[1]")
    height = float(rng.uniform(*HEIGHT))
    slack = max(0.0, width / 2 - ASIDE - 0.7)
    middle = float(rng.uniform(-slack, slack))
    low = (-BEHIND - 0.02, middle - width / 2, 0.0)
    room = Room(low=low, high=(low[0] + length, middle + width / 2, height))
    if not contains(inside(room), station()):
        least = station().half * 2
        raise SpecError(
            f"scene.room.size: {length:.2f} m by {width:.2f} m; the robot and its table need"
            f" {least[0] + 0.02:.2f} m by {least[1]:.2f} m at least"
        )
    return room


def within(room: Room, camera: Camera) -> Camera:
    """The camera, moved ahead along its view until it is inside the walls."""
    if camera.mount is not None:
        return camera
    ahead = -rotation(camera.quat)[:, 2]
    eye = np.array(camera.pos)
    low, high = np.array(room.low) + FROM_WALL, np.array(room.high) - FROM_WALL
    beyond = np.maximum(low - eye, 0.0) - np.maximum(eye - high, 0.0)
    if not beyond.any():
        return camera
    # How far ahead each coordinate has to go; those that the view leads farther out stay out.
    ways = [b / a for b, a in zip(beyond.tolist(), ahead.tolist(), strict=True) if b * a > 0]
    return camera.model_copy(update={"pos": vec3(eye + ahead * max(ways, default=0.0))})


def clear_of(boxes: Sequence[Box], camera: Camera) -> Camera:
    """The camera, moved ahead along its view until it is in none of these boxes.

    One that would have to go farther than `FARTHEST` stays.
    """
    if camera.mount is not None:
        return camera
    ahead = -rotation(camera.quat)[:, 2]
    for way in np.arange(0.0, FARTHEST, STEP):
        eye = np.array(camera.pos) + way * ahead
        if not any(_holds(box, eye) for box in boxes):
            return camera if way == 0.0 else camera.model_copy(update={"pos": vec3(eye)})
    return camera


def _holds(box: Box, point: Array) -> bool:
    """Whether a point (3,) is in a box, or too near to it to see past."""
    area = box.footprint.grown(FROM_WALL)
    level = box.low - FROM_WALL < point[2] < box.high + FROM_WALL
    return level and contains(area, Footprint(point[:2], np.zeros(2), 0.0))
