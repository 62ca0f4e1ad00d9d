"""Single strokes: the fingers come down behind a thing and move straight on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....scenes.core.geometry import Array
from ....schemas import Cause, PlanningError
from ...grasping.hand import TIP_REACH
from ...motion.blocking import blocked
from ...motion.collision import PRESS_DEPTH
from ...motion.kinematics import line
from ...motion.manipulator import Manipulator
from .planar import Footprint2D

FINGER = 0.0105
"""Half thickness of the fingertips along the push, metres."""
OUTER = 0.012
"""Thickness of one fingertip across the push, metres."""
STANDOFF = 0.018
"""Between the fingers and the side that they are about to push, metres."""
RISE = 0.09
"""Height from which the fingers come down behind a thing, metres."""
CLEARANCE = 0.004
"""Between the fingertips and what the thing lies on, metres."""
CONFIGURATIONS = 3


@dataclass(frozen=True)
class PlanarPush:
    """One push, as joint paths.

    Attributes:
        along: (2,) unit vector of the push.
        distance: that the thing should move, metres.
        opening: of the fingers, metres.
        approach: joint path down behind the thing.
        path: joint path of the push.
        optimised: found by trying strokes in physics, not by geometry.
    """

    along: Array
    distance: float
    opening: float
    approach: list[Array]
    path: list[Array]
    optimised: bool = False


def pose_behind(
    seen: Footprint2D, along: Array, opening: float, tilt: float, flip: bool, aside: float = 0.0
) -> Array:
    """`world_from_tool` (4, 4) of fingers that just touch the rear side of a thing.

    Args:
        seen: the thing.
        along: (2,) unit vector of the push.
        opening: of the fingers, metres.
        tilt: lean of the hand away from the thing, radians.
        flip: turn the hand half around.
        aside: how far to the left of the thing's middle the fingers touch, metres.
    """
    ahead, down = np.array([*along, 0.0]), np.array([0.0, 0.0, -1.0])
    z = np.cos(tilt) * down + np.sin(tilt) * ahead
    y = np.array([-along[1], along[0], 0.0]) * (-1.0 if flip else 1.0)
    front = FINGER * np.cos(tilt) + TIP_REACH * np.sin(tilt)
    drop = TIP_REACH * np.cos(tilt) + FINGER * np.sin(tilt)
    left = np.array([-along[1], along[0]])
    back = seen.behind(along, opening + 2 * OUTER, aside)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([np.cross(y, z), y, z], axis=1)
    pose[:2, 3] = seen.centre - along * (back + front) + left * aside
    pose[2, 3] = seen.low + CLEARANCE + drop
    return pose


def stroke_paths(
    arm: Manipulator, thing: str, touch: Array, along: Array, distance: float, opening: float
) -> PlanarPush:
    """Joint paths of a stroke from the pose at the touch.

    Raises:
        PlanningError: `unreachable` or `collision`.
    """
    ahead = np.array([*along, 0.0])
    start, above, end = touch.copy(), touch.copy(), touch.copy()
    start[:3, 3] -= ahead * STANDOFF
    above[:3, 3] = start[:3, 3] + [0.0, 0.0, RISE]
    end[:3, 3] += ahead * distance
    touching, moved = frozenset({thing}), frozenset({thing})
    error = PlanningError(Cause.UNREACHABLE, "no arm configuration reaches behind the thing")
    for q in arm.arm.distinct(start, arm.q, CONFIGURATIONS):
        try:
            approach = arm.plan_cartesian(q, above, opening, touching)[::-1]
        except PlanningError as failed:
            error = failed
            continue
        path = arm.arm.cartesian_path(q, [*line(start, touch), *line(touch, end)])
        if path is None:
            error = PlanningError(Cause.UNREACHABLE, "the arm cannot follow the push")
            continue
        contact = len(line(start, touch))
        for number, q_on in enumerate(path):
            free = moved if number >= contact else frozenset[str]()
            hit = arm.world.check_collision(
                q_on, opening, touching, near=True, ignore=free, depth=PRESS_DEPTH
            )
            if hit is not None:
                error = blocked("on the way the arm would hit", hit)
                break
        else:
            return PlanarPush(along, distance, opening, approach, [q, *path])
    raise error
