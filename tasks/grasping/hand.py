"""The hand as grasps see it: how wide it opens, and the room that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import RobotSpec

OPENING_MARGIN = 0.012
"""The gripper opens this much wider than the object, metres."""
TIP_REACH = 0.0089
"""From the tool point to the ends of the fingertips, metres."""
_HAND = np.array(
    [[x, y, z] for x in (-0.032, 0.032) for y in (-0.104, 0.104) for z in (-0.135, -0.04)]
)
_TIPS = np.array([[x, y, TIP_REACH] for x in (-0.009, 0.009) for y in (-0.02, 0.02)])


def opening_for(width: float, robot: RobotSpec) -> float:
    """How wide the hand opens for what is `width` thick, metres."""
    return float(min(width + 2 * OPENING_MARGIN, robot.max_opening))


def held_opening(width: float, robot: RobotSpec) -> float:
    """Between the fingertips that hold what is `width` thick, metres."""
    return max(0.0, opening_for(width, robot) - 2 * OPENING_MARGIN)


def lowest(poses: Array) -> Array:
    """Height (N,) of the lowest point of the hand at tool poses (N, 4, 4), metres."""
    corners = np.concatenate([_HAND, _TIPS])
    heights = np.einsum("nj,kj->nk", poses[:, 2, :3], corners) + poses[:, 2, 3:4]
    result: Array = heights.min(axis=1)
    return result


def gripper_free(poses: Array, widths: Array, points: Array, widest: float) -> Any:
    """Which poses (M,) leave every surface point outside the open gripper."""
    offset = np.einsum("mj,mji->im", poses[:, :3, 3], poses[:, :3, :3])
    x, y, z = (points @ poses[:, :3, axis].T - offset[axis] for axis in range(3))
    x, y = np.abs(x), np.abs(y)
    opening = np.minimum((widths + OPENING_MARGIN) / 2, widest / 2)
    tips = (x < 0.0105) & (y > opening) & (y < opening + 0.013) & (z > -0.045) & (z < TIP_REACH)
    upper = (x < 0.0115) & (y > opening + 0.007) & (y < opening + 0.027)
    upper &= (z > -0.045) & (z < -0.004)
    palm = (x < 0.033) & (y < 0.104) & (z > -0.135) & (z < -0.0395)
    return ~(tips | upper | palm).any(axis=0)
