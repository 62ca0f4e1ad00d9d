"""Arm kinematics: analytic inverse for the FR3, and a tracker that follows a path smoothly."""

# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from typing import Any

import mujoco
import numpy as np
from frankik import ik, ik_full

from ..scenes.geometry import Array, axis_rotation, inverse, transform
from ..scenes.mujoco_model import CompiledScene
from ..schemas import SpecError

Q7_SAMPLES = 21
"""Values of the redundant last joint that the analytic solver tries."""
LIMIT_MARGIN = 0.03
"""Distance kept from joint limits, radians."""
TRACK_STEP = 0.01
"""Metres between two poses of a tracked straight line."""
SMOOTH_STEP = 0.25
"""Largest joint step between two tracked poses that counts as smooth, radians."""
TRACK_TOLERANCE = (0.001, 0.01)
"""Position (metres) and rotation (radians) error at which a tracked pose counts as reached."""


class Arm:
    """Inverse kinematics of the robot in one scene.

    Args:
        compiled: a scene compiled for physics.

    Raises:
        SpecError: where the robot has no analytic inverse.
    """

    def __init__(self, compiled: CompiledScene) -> None:
        """Read limits and frames from the compiled model."""
        self._model = compiled.model
        self._index = compiled.robot
        if compiled.robot.spec.name != "franka-fr3":
            raise SpecError(f"robot {compiled.robot.spec.name!r} has no inverse kinematics")
        spec = compiled.robot.spec
        pose = compiled.scene.robot
        self._base_from_world = inverse(transform(pose.pos, pose.quat))
        # The flange is the hand's frame turned by 45 degrees about the last axis.
        flange_from_hand = transform([0, 0, 0], axis_rotation([0, 0, 1], -np.pi / 4))
        self._tool_from_flange = inverse(
            flange_from_hand @ transform(spec.tool_pos, spec.tool_quat)
        )
        self._hand_from_tool = transform(spec.tool_pos, spec.tool_quat)
        joints = [compiled.model.joint(f"robot/{name}") for name in spec.joints]
        limits = np.array([joint.range for joint in joints])
        self.low: Array = limits[:, 0] + LIMIT_MARGIN
        self.high: Array = limits[:, 1] - LIMIT_MARGIN
        self._scratch = mujoco.MjData(compiled.model)
        self._middle, self._half = (self.low + self.high) / 2, (self.high - self.low) / 2
        self._last = [float(q7) for q7 in np.linspace(self.low[6], self.high[6], Q7_SAMPLES)]
        self.weight: Array = np.array([1.0, 1.0, 1.0, 1.0, 0.7, 0.7, 0.4])

    def solutions(self, world_from_tool: Array, near: Array) -> list[Array]:
        """Configurations that reach a pose, nearest to `near` first.

        Args:
            world_from_tool: (4, 4).
            near: (7,) radians.

        Returns:
            Configurations (7,) within limits; empty where the pose is out of reach.
        """
        flange = self._base_from_world @ world_from_tool @ self._tool_from_flange
        found = np.concatenate([ik_full(flange, near, q7, is_fr3=True) for q7 in self._last])
        found = found[self._within(found)]
        cost = (((found - near) * self.weight) ** 2).sum(axis=1)
        return list(found[np.argsort(cost, kind="stable")])

    def _within(self, q: Array) -> Any:
        """Whether configurations (..., 7) keep the limits; what is not a number does not."""
        return (np.abs(q - self._middle) <= self._half).all(axis=-1)

    def distinct(self, world_from_tool: Array, near: Array, count: int) -> list[Array]:
        """Up to `count` solutions that differ by half a radian in some joint, nearest first."""
        chosen: list[Array] = []
        for q in self.solutions(world_from_tool, near):
            if all(np.abs(q - other).max() > 0.5 for other in chosen):
                chosen.append(q)
                if len(chosen) == count:
                    break
        return chosen

    def forward(self, q: Array) -> Array:
        """`world_from_tool` (4, 4) of a configuration (7,)."""
        self._place(q)
        hand = self._index.hand
        pose = transform(self._scratch.xpos[hand], self._scratch.xmat[hand].reshape(3, 3))
        return pose @ self._hand_from_tool

    def track(self, start: Array, poses: list[Array]) -> list[Array] | None:
        """Follow tool poses closely, from one configuration, without jumps.

        Each pose is solved with the last joint held, starting from the last solution; where
        that leaves the limits, damped least squares takes over.

        Args:
            start: (7,) configuration near the first pose.
            poses: `world_from_tool` (4, 4), neighbours a centimetre or few degrees apart.

        Returns:
            One configuration per pose, or None where the arm cannot follow.
        """
        path: list[Array] = []
        q = start.copy()
        flanges = self._base_from_world @ np.asarray(poses) @ self._tool_from_flange
        for pose, flange in zip(poses, flanges, strict=True):
            reached = self._reach(q, pose, flange)
            if reached is None or np.abs(reached - q).max() > 0.35:
                return None
            q = reached
            path.append(q)
        return path

    def _reach(self, q: Array, pose: Array, flange: Array) -> Array | None:
        """The configuration at a pose near the one at `q`: analytic, else iterative."""
        found = ik(flange, q, float(q[6]), is_fr3=True)
        if np.abs(found - q).max() < SMOOTH_STEP and self._within(found):
            return np.asarray(found)
        return self._iterate(q, pose)

    def _iterate(self, q: Array, pose: Array) -> Array | None:
        """Damped least squares on the geometric Jacobian."""
        jacobian = np.zeros((6, self._model.nv))
        q = q.copy()
        for _ in range(12):
            current = self.forward(q)
            shift = pose[:3, 3] - current[:3, 3]
            turn = _rotation_vector(pose[:3, :3] @ current[:3, :3].T)
            if shift @ shift < TRACK_TOLERANCE[0] ** 2 and turn @ turn < TRACK_TOLERANCE[1] ** 2:
                return q
            mujoco.mj_jac(
                self._model,
                self._scratch,
                jacobian[:3],
                jacobian[3:],
                current[:3, 3],
                self._index.hand,
            )
            arm = jacobian[:, self._index.arm_dof]
            error = np.concatenate([shift, turn])
            q = q + arm.T @ np.linalg.solve(arm @ arm.T + _DAMPING, error)
            q = np.minimum(np.maximum(q, self.low), self.high)
        return None

    def _place(self, q: Array) -> None:
        self._scratch.qpos[self._index.arm_qpos] = q
        mujoco.mj_kinematics(self._model, self._scratch)
        mujoco.mj_comPos(self._model, self._scratch)


_DAMPING = 1e-5 * np.eye(6)


def line(start: Array, end: Array, step: float = TRACK_STEP) -> list[Array]:
    """Poses (4, 4) on the straight line between two poses, the first left out.

    Position is linear; rotation turns about one axis.
    """
    distance = float(np.linalg.norm(end[:3, 3] - start[:3, 3]))
    turn = _rotation_vector(end[:3, :3] @ start[:3, :3].T)
    angle = float(np.linalg.norm(turn))
    count = max(1, int(np.ceil(max(distance / step, angle / 0.06))))
    share = np.arange(1, count + 1)[:, None] / count
    poses = np.zeros((count, 4, 4))
    poses[:, 3, 3] = 1.0
    poses[:, :3, 3] = start[:3, 3] + share * (end[:3, 3] - start[:3, 3])
    if angle < 1e-12:
        poses[:, :3, :3] = start[:3, :3]
    else:
        poses[:, :3, :3] = _turns(turn / angle, angle * share[:, 0]) @ start[:3, :3]
    return list(poses)


def _turns(axis: Array, angles: Array) -> Array:
    """Rotation matrices (N, 3, 3) about a unit axis (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine, rest = np.sin(angles)[:, None, None], (1 - np.cos(angles))[:, None, None]
    turned: Array = np.eye(3) + sine * cross + rest * (cross @ cross)
    return turned


def _rotation_vector(matrix: Array) -> Array:
    quat: Any = np.empty(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(matrix).ravel())
    vector = np.empty(3)
    mujoco.mju_quat2Vel(vector, quat, 1.0)
    return vector
