"""Small motions of the fingers beside a thing: what is seen of it, and what can be done.

The fingers stand beside the thing with their tips just above what it lies on, and move in that
plane and about the vertical, a little at a time. A policy that decides on each motion from what
is measured then pushes in curves, changes sides, and turns a thing where strokes cannot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import Array, transform
from ....schemas import Cause, Failure, PlanningError
from ...motion.blocking import counted
from ...motion.collision import PRESS_DEPTH
from ...motion.manipulator import Manipulator
from ...physics.execution import tool_pose
from .motion import Aim
from .planar import Footprint2D, shadow
from .planar_push import OUTER, RISE, STANDOFF, pose_behind

PERIOD = 0.2
"""Between two decisions, seconds."""
STEP, TURN = 0.02, 0.15
"""Greatest motion in one period: along each axis, metres, and about the vertical, radians."""
ADVANCE = 0.5
"""Share of the greatest motion by which the fingers go the way that is left of themselves: what
is learned is how to depart from that (Johannink et al., Residual Reinforcement Learning, 2019)."""
HORIZON = 40
"""Decisions from one place."""
STARTS = 8
"""Places beside a thing from which pushing may begin."""
SIDES = 12
"""Directions from which such places are looked for."""
OBSERVED = 12
"""Numbers in an observation."""
SCALE = 0.1
"""Length that counts as one in an observation, metres."""
FALL = 0.02
"""By which a thing that has left its support, or fallen over, is lower or higher, metres."""

Observation = npt.NDArray[np.float32]
Action = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Start:
    """A place beside a thing.

    Attributes:
        opening: of the fingers, metres.
        approach: joint path down to it.
    """

    opening: float
    approach: list[Array]


class ClosedLoopPusher:
    """The fingers beside one thing, from the state in which they are to begin.

    Lengths are measured along and across the way that the thing has to go at first.

    Args:
        arm: the robot at work; its present state is what the thing is compared with later.
        thing: what to push.
        aim: where it should go.
    """

    def __init__(self, arm: Manipulator, thing: str, aim: Aim) -> None:
        """Look at the thing."""
        arm.sync_planning_scene()
        self.arm, self.thing, self.aim = arm, thing, aim
        data = arm.executor.data
        self._first = shadow(arm.compiled, data, thing)
        ways = aim.ways(self._first, data)
        x, y = ways[0] / np.linalg.norm(ways[0]) if ways else (1.0, 0.0)
        self._axes = np.array([[x, y], [-y, x]])
        self._heading = self._yaw(data)
        self._height = float(pose_behind(self._first, self._axes[0], 0.0, 0.0, False)[2, 3])
        self._others = [
            index.free_qpos
            for name, index in arm.compiled.objects.items()
            if index.free_qpos is not None and name != thing
        ]
        self._before = data.qpos.copy()

    def starts(self) -> list[Start]:
        """Places beside the thing that the fingers reach, those behind it first.

        Raises:
            PlanningError: there is none.
        """
        refused: Counter[Failure] = Counter()
        found: list[Start] = []
        for touch, opening in self._touches():
            try:
                found.append(self._start(touch, opening))
            except PlanningError as error:
                refused[error.cause] += 1
            if len(found) == STARTS:
                break
        if not found:
            detail = f"no place beside {self.thing}: {counted(refused)}"
            raise PlanningError(Cause.NO_PUSH, detail)
        return found

    def _touches(self) -> Iterator[tuple[Array, float]]:
        """Tool poses that touch the thing and openings, from behind it round to its front."""
        angles = [(n + 1) // 2 * (-1) ** n * 2 * np.pi / SIDES for n in range(SIDES)]
        for angle, flip in product(angles, (False, True)):
            along = np.array([np.cos(angle), np.sin(angle)]) @ self._axes
            across = np.array([-along[1], along[0]])
            breadth = self._first.extent(across) + self._first.extent(-across)
            widest = min(self.arm.compiled.robot.spec.max_opening, 0.5 * breadth - 2 * OUTER)
            opening = max(0.0, widest)
            touch = pose_behind(self._first, along, opening, 0.0, flip)
            touch[:2, 3] -= STANDOFF * along
            yield touch, opening

    def _start(self, place: Array, opening: float) -> Start:
        arm, error = self.arm, PlanningError(Cause.UNREACHABLE, "out of reach")
        above = place.copy()
        above[2, 3] += RISE
        for q in arm.arm.distinct(place, arm.q, 2):
            try:
                approach = arm.plan_cartesian(q, above, opening, frozenset({self.thing}))[::-1]
            except PlanningError as failed:
                error = failed
                continue
            return Start(opening, approach)
        raise error

    def rows(self, data: Any, action: Action, opening: float) -> npt.NDArray[np.float32]:
        """The rows that carry out a decision: actions (T, J + 1) of one period, as in an episode.

        Where the arm cannot follow, or would hit something else, it stays where it is.

        Args:
            data: the measured state.
            action: (3,) in [-1, 1]: motion along, across, and about the vertical.
            opening: of the fingers, metres.
        """
        q = np.array(data.ctrl[self.arm.compiled.robot.arm_ctrl])
        goal = self._next(data, q, np.asarray(action, dtype=np.float64))
        count = max(1, round(PERIOD * self.arm.executor.hz))
        share = np.arange(1, count + 1)[:, None] / count
        positions = q + share * (goal - q)
        return np.column_stack([positions, np.full(count, opening)]).astype(np.float32)

    def _next(self, data: Any, q: Array, action: Array) -> Array:
        pose = self.arm.arm.forward(q)
        angle = float(np.arctan2(pose[1, 0], pose[0, 0])) + TURN * float(action[2])
        c, s = np.cos(angle), np.sin(angle)
        goal = np.eye(4)
        goal[:3, :3] = [[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]]
        ways = self.aim.ways(shadow(self.arm.compiled, data, self.thing), data)
        ahead = ways[0] / np.linalg.norm(ways[0]) if ways else np.zeros(2)
        goal[:2, 3] = pose[:2, 3] + STEP * (action[:2] @ self._axes + ADVANCE * ahead)
        goal[2, 3] = self._height
        path = self.arm.arm.cartesian_path(q, [goal])
        if path is None:
            return q
        here = frozenset({self.thing})
        hit = self.arm.world.check_collision(
            path[0], 0.0, here, near=True, ignore=here, depth=PRESS_DEPTH
        )
        return q if hit is not None else path[0]

    def observe(self, data: Any) -> Observation:
        """A policy's observation of a forward-computed state, (12,).

        The tool beside the thing, its heading, the way left, the heading and velocity of the
        thing, and the opening of the fingers; lengths in decimetres.
        """
        compiled = self.arm.compiled
        seen, tool = shadow(compiled, data, self.thing), tool_pose(compiled, data)
        ways = self.aim.ways(seen, data)
        way = ways[0] if ways else np.zeros(2)
        dof = compiled.model.body_dofadr[compiled.objects[self.thing].body]
        turned = self._yaw(data) - self._heading
        heading = np.arctan2(tool[1, 0], tool[0, 0]) - np.arctan2(*self._axes[0, ::-1])
        robot = compiled.robot
        seen_now = [
            *(self._axes @ (tool[:2, 3] - seen.centre)) / SCALE,
            np.cos(heading), np.sin(heading),
            *(self._axes @ way) / SCALE,
            np.cos(turned), np.sin(turned),
            *(self._axes @ data.qvel[dof : dof + 2]) / SCALE,
            data.qvel[dof + 5],
            robot.gripper.opening(data.qpos[robot.fingers]) / SCALE,
        ]  # fmt: skip
        return np.clip(np.array(seen_now, dtype=np.float32), -10.0, 10.0)

    def left(self, data: Any) -> float:
        """How far the thing is from where it should be, metres; 0 is there."""
        seen = shadow(self.arm.compiled, data, self.thing)
        ways = self.aim.ways(seen, data)
        if not ways:
            return 0.0
        return self.aim.cost(seen, data) + float(np.linalg.norm(ways[0]))

    def lost(self, data: Any) -> bool:
        """Whether the thing has left what it lay on, or fallen over."""
        seen: Footprint2D = shadow(self.arm.compiled, data, self.thing)
        return bool(
            abs(seen.low - self._first.low) > FALL or abs(seen.high - self._first.high) > FALL
        )

    def disturbed(self, data: Any) -> float:
        """How far all other things have been moved, together, metres."""
        moves = (data.qpos[at : at + 3] - self._before[at : at + 3] for at in self._others)
        return float(sum(np.linalg.norm(move) for move in moves))

    def _yaw(self, data: Any) -> float:
        body = self.arm.compiled.objects[self.thing].body
        pose = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
        return float(np.arctan2(pose[1, 0], pose[0, 0]))


__all__ = ["ClosedLoopPusher", "Start"]
