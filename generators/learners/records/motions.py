"""A policy's prediction: a motion of the tool, with joints that say how the arm goes along.

Hands miss by what joints err together; where the tool goes is predicted by itself, and counts.
Joints that are predicted too choose among the configurations that reach it. Differences are
written as asinh(difference / unit): a few millimetres beside a thing count as much as centimetres
on the way, and the median, which a mean absolute error asks for, stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import Array, vector_rotation
from ....scenes.robots import robot
from ....tasks.motion.inverse import FEW_STEPS, KinematicChain
from .features import Rows
from .rotations import about_vertical, vectors

QUARTER = np.pi / 4
"""By which a joint is turned to see what turns with it, radians."""
FURTHEST = 5.0
"""Of a predicted difference: some 0.7 metres, or 2 radians of a joint. No chunk leads farther."""
JOINT, PLACE, ANGLE = 0.03, 0.01, 0.05
"""Units of differences: radians of a joint, metres, radians of the tool."""
REACHED = (5e-4, 3e-3)
"""Position (metres) and rotation (radians) error at which a predicted pose counts as reached."""


@dataclass(frozen=True)
class ToolTarget:
    """Where an action sends the arm.

    Attributes:
        pose: (4, 4) `base_from_tool`.
        joints: (J,) radians, near those that reach it.
        opening: of the gripper, metres.
    """

    pose: Array
    joints: Array
    opening: float


class Motions:
    """Between actions and what a policy predicts, for one robot.

    A predicted row (J + 7,) holds differences from what is measured at the step of prediction,
    as asinh(difference / unit): of joints, of the tool's place in the frame of the base, of its
    rotation as a vector; and the opening of the gripper itself.

    Args:
        name: of the robot, or its file.
    """

    def __init__(self, name: str) -> None:
        """Compile the robot alone."""
        self._chain = KinematicChain(robot(name))
        self._unit = np.array([*[JOINT] * len(self._chain.low), *[PLACE] * 3, *[ANGLE] * 3])

    def poses(self, joints: npt.NDArray[Any]) -> Array:
        """`base_from_tool` (T, 4, 4) of configurations (T, J)."""
        return np.array([self._chain.forward(row) for row in joints.astype(np.float64)])

    def turns_with(self, joints: Rows) -> bool:
        """Whether the first joint turns all of the arm about z of its base, at some (J,)."""
        before, after = joints.astype(np.float64), joints.astype(np.float64)
        after[0] += QUARTER
        expected = about_vertical(QUARTER) @ self._chain.forward(before)
        return bool(np.allclose(self._chain.forward(after), expected, atol=1e-6))

    def rows(self, joints: Rows, reached: Array, actions: Rows, targets: Array) -> Rows:
        """The rows to be predicted, (..., J + 7).

        Args:
            joints: (..., J) measured when it is predicted.
            reached: (..., 4, 4) `base_from_tool` there.
            actions: (..., J + 1) to be taken.
            targets: (..., 4, 4) `base_from_tool` of the actions.
        """
        place = targets[..., :3, 3] - reached[..., :3, 3]
        turn = targets[..., :3, :3] @ np.swapaxes(reached[..., :3, :3], -1, -2)
        moved = np.concatenate([actions[..., :-1] - joints, place, vectors(turn)], axis=-1)
        rows = np.concatenate([np.arcsinh(moved / self._unit), actions[..., -1:]], axis=-1)
        return rows.astype(np.float32)

    def targets(self, joints: Rows, rows: Rows) -> list[ToolTarget]:
        """The tool targets in rows (H, J + 7) that were predicted at a configuration (J,)."""
        count = len(joints)
        reached = self._chain.forward(joints.astype(np.float64))
        found: list[ToolTarget] = []
        for row in rows.astype(np.float64):
            moved = np.sinh(np.clip(row[:-1], -FURTHEST, FURTHEST)) * self._unit
            pose = np.eye(4)
            pose[:3, 3] = reached[:3, 3] + moved[count : count + 3]
            pose[:3, :3] = vector_rotation(moved[count + 3 :]) @ reached[:3, :3]
            found.append(ToolTarget(pose, joints + moved[:count], float(row[-1])))
        return found

    def action(self, target: ToolTarget) -> Rows:
        """The action (J + 1,) for a target: joints that reach the pose, from those predicted.

        Where the arm cannot get there, the predicted joints themselves.
        """
        chain = self._chain
        start = np.clip(target.joints, chain.low, chain.high)
        found = chain.approach(start, target.pose, FEW_STEPS, REACHED)
        return np.array([*(start if found is None else found), target.opening], dtype=np.float32)


def mean(targets: list[ToolTarget], weights: Array) -> ToolTarget:
    """The weighted mean of targets that are near each other."""
    shares = weights / weights.sum()
    about = targets[-1].pose[:3, :3]
    pose = np.eye(4)
    pose[:3, 3] = sum(share * one.pose[:3, 3] for share, one in zip(shares, targets, strict=True))
    turns = vectors(np.stack([one.pose[:3, :3] @ about.T for one in targets]))
    pose[:3, :3] = vector_rotation(shares @ turns) @ about
    joints = shares @ np.stack([one.joints for one in targets])
    return ToolTarget(pose, joints, float(shares @ [one.opening for one in targets]))


@lru_cache(maxsize=4)
def motions_of(name: str) -> Motions:
    """The motions of a robot, compiled once per process."""
    return Motions(name)
