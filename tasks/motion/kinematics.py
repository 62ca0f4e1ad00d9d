"""Arm kinematics in a scene: inverse solutions in order, and paths that follow tool poses."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array, inverse, transform
from ...scenes.model.mujoco_model import CompiledScene
from .inverse import FEW_STEPS, LIMIT_MARGIN, KinematicChain, inverse_of, rotation_vector

TRACK_STEP = 0.01
"""Metres between two poses of a tracked straight line."""
LARGEST_STEP = 0.35
"""Larger joint steps between two tracked poses are jumps, radians."""
SMOOTH_STEP = 0.25
"""Largest joint step between two tracked poses that counts as smooth, radians."""
TRACK_TOLERANCE = (0.001, 0.01)
"""Position (metres) and rotation (radians) error at which a tracked pose counts as reached."""
_Reach = Callable[[Array, Array], Array | None]
"""From a configuration and a pose near it to the configuration at the pose."""
SAME = 0.05
"""Configurations that slid nearer to each other than this are one, radians."""
BEND = 1.5
"""How far the joints between the first and the last may turn from those of a posture, radians."""
EASY = 0.4
"""How far joints lead the arm out of its upright plane wherever it reaches, radians."""
UPRIGHT = 0.5
"""Sine between the axis of a joint and the upright plane, below which it leads out of that."""
STANDING = 0.05
"""Metres between the arm's first axis and a tool that lie in one upright plane alone."""
LAST_WEIGHTS = (0.7, 0.7, 0.4)
"""What turns of the last three joints count, against 1 for the others."""


class Arm:
    """Inverse kinematics of the robot in one scene.

    Args:
        compiled: a scene compiled for physics.
    """

    def __init__(self, compiled: CompiledScene) -> None:
        """Place the robot where the scene has it."""
        spec, pose = compiled.robot.spec, compiled.scene.robot
        self._chain = KinematicChain(spec)
        self._inverse = inverse_of(self._chain, spec)
        self._world_from_base = transform(pose.pos, pose.quat)
        self._base_from_world = inverse(self._world_from_base)
        self.low, self.high = self._chain.low, self._chain.high
        self._middle, self._half = (self.low + self.high) / 2, (self.high - self.low) / 2
        count = len(self.low)
        self.weight: Array = np.array([*[1.0] * (count - 3), *LAST_WEIGHTS])
        self.posture: Array | None = None
        """Configuration (7,) that `distinct` ones keep close to, instead of to the nearest one."""
        self.bent = True
        """Whether `distinct` ones may also bend otherwise than the posture does."""
        self._sideways: Any = np.zeros(count - 2, dtype=bool)

    @property
    def evaluations(self) -> int:
        """Configurations that were worked out so far: what searching has cost, without a clock."""
        return self._chain.evaluations

    def solutions(self, world_from_tool: Array, near: Array) -> list[Array]:
        """Configurations that reach a pose, nearest to `near` first.

        Args:
            world_from_tool: (4, 4).
            near: (7,) radians.

        Returns:
            Configurations (7,) within limits; empty where the pose is out of reach.
        """
        found = self._inverse.solutions(self._base_from_world @ world_from_tool, near)
        found = found[self._within(found)]
        cost = (((found - near) * self.weight) ** 2).sum(axis=1)
        return list(found[np.argsort(cost, kind="stable")])

    def _within(self, q: Array) -> Any:
        """Whether configurations (..., 7) keep the limits; what is not a number does not."""
        return (np.abs(q - self._middle) <= self._half).all(axis=-1)

    def distinct(self, world_from_tool: Array, near: Array, count: int) -> list[Array]:
        """Up to `count` solutions that differ by half a radian in some joint, nearest first.

        With a posture, those nearest to that come before them, slid along what is redundant.
        """
        if self.posture is None:
            return self._distinct(world_from_tool, near, count)
        kept = self._distinct(world_from_tool, self.posture, count)
        eased = self._eased(world_from_tool, kept, self.posture)
        if self.bent:
            return [*eased, *self._distinct(world_from_tool, near, count)]
        return [q for q in eased if self._alike(q, self.posture)]

    def _distinct(self, world_from_tool: Array, near: Array, count: int) -> list[Array]:
        chosen: list[Array] = []
        for q in self.solutions(world_from_tool, near):
            if all(np.abs(q - other).max() > 0.5 for other in chosen):
                chosen.append(q)
                if len(chosen) == count:
                    break
        return chosen

    @contextmanager
    def keeping(self, posture: Array | None) -> Generator[None]:
        """Keep close to a posture (7,) meanwhile, where there is one."""
        before = self.posture, self._sideways
        self.posture = posture
        if posture is not None:
            self._sideways = self._sideways_at(posture)
        try:
            yield
        finally:
            self.posture, self._sideways = before

    @contextmanager
    def bending(self, freely: bool) -> Generator[None]:
        """Where not freely, `distinct` configurations bend as the posture does, if there is one."""
        before, self.bent = self.bent, freely
        try:
            yield
        finally:
            self.bent = before

    def aside(self, q: Array) -> float:
        """How far a configuration (7,) is bent out of the upright plane of the posture, radians.

        Counted is what goes beyond what reaching asks for anywhere; 0 without a posture.
        """
        if self.posture is None:
            return 0.0
        away = np.abs(q - self.posture)[1:-1][self._sideways]
        return float(np.maximum(away - EASY, 0.0).sum())

    def _sideways_at(self, posture: Array) -> Any:
        """Which joints between the first and the last lead out of the arm's upright plane."""
        x, y = self._chain.forward(posture)[:2, 3]
        across = np.array([-y, x, 0.0]) / max(np.hypot(x, y), STANDING)
        turned = np.abs(self._chain.axes(posture)[1:-1] @ across) < UPRIGHT
        return turned & (np.hypot(x, y) > STANDING)

    def _alike(self, q: Array, posture: Array) -> bool:
        """Whether a configuration bends as the posture does, wherever it faces."""
        return bool(np.abs(q - posture)[1:-1].max() < BEND)

    def _eased(self, world_from_tool: Array, chosen: list[Array], posture: Array) -> list[Array]:
        """Configurations slid towards a posture, the nearest first."""
        pose = self._base_from_world @ world_from_tool

        def cost(q: Array) -> float:
            away = float((((q - posture) * self.weight) ** 2).sum())
            return away if self._within(q) else np.inf

        eased: list[Array] = []
        for q in sorted((self._inverse.eased(pose, q, cost) for q in chosen), key=cost):
            if all(np.abs(q - other).max() > SAME for other in eased):
                eased.append(q)
        return eased

    def forward(self, q: Array) -> Array:
        """`world_from_tool` (4, 4) of a configuration (7,)."""
        return self._world_from_base @ self._chain.forward(q)

    def cartesian_path(self, start: Array, poses: list[Array]) -> list[Array] | None:
        """Follow tool poses closely, from one configuration, without jumps.

        Each pose is solved with the last joint held, starting from the last solution; where
        that leaves the limits, damped least squares takes over. With a posture, least squares
        come first: they move all joints as little as they can.

        Args:
            start: (7,) configuration near the first pose.
            poses: `world_from_tool` (4, 4), neighbours a centimetre or few degrees apart.

        Returns:
            One configuration per pose, or None where the arm cannot follow.
        """
        goals = self._base_from_world @ np.asarray(poses)
        if self.posture is None:
            return self._follow(start, goals, self._directly)
        path = self._follow(start, goals, self._stepwise)
        path = self._follow(start, goals, self._directly) if path is None else path
        strays = path is not None and not (self.bent or self._alike(path[-1], self.posture))
        return None if strays else path

    def _follow(self, start: Array, goals: Array, reach: _Reach) -> list[Array] | None:
        path: list[Array] = []
        q = start.copy()
        for goal in goals:
            reached = reach(q, goal)
            if reached is None or np.abs(reached - q).max() > LARGEST_STEP:
                return None
            q = reached
            path.append(q)
        return path

    def _directly(self, q: Array, base_from_tool: Array) -> Array | None:
        """The configuration at a pose near the one at `q`: the direct way, else step by step."""
        found = self._inverse.beside(base_from_tool, q)
        if found is not None and np.abs(found - q).max() < SMOOTH_STEP and self._within(found):
            return found
        return self._stepwise(q, base_from_tool)

    def _stepwise(self, q: Array, base_from_tool: Array) -> Array | None:
        return self._chain.approach(q, base_from_tool, FEW_STEPS, TRACK_TOLERANCE)


def line(start: Array, end: Array, step: float = TRACK_STEP) -> list[Array]:
    """Poses (4, 4) on the straight line between two poses, the first left out.

    Position is linear; rotation turns about one axis.
    """
    distance = float(np.linalg.norm(end[:3, 3] - start[:3, 3]))
    turn = rotation_vector(end[:3, :3] @ start[:3, :3].T)
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


__all__ = ["LIMIT_MARGIN", "Arm", "line"]
