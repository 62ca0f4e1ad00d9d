"""A pushing subtask as trials in copies of the state in which it begins, for what learns it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from ....scenes.core.geometry import Array
from ...physics.execution import STATE, apply, control, full_state
from .closed_loop import HORIZON, OBSERVED, Action, ClosedLoopPusher, Observation, Start

NEARER, DISTURBED = 10.0, 10.0
"""Reward of a metre nearer to the goal; what moving other things by a metre takes away."""
THERE, LOST, EVERY = 2.0, -2.0, -0.02
"""Reward of being there, of losing the thing, and of every decision."""


@dataclass(frozen=True)
class PushOutcome:
    """The outcome of one decision.

    Attributes:
        seen: (12,) what is seen after it, as `ClosedLoopPusher.observe` says.
        reward: by how much the goal is nearer, less what else was moved.
        over: the effect holds, or the thing is lost.
        cut: the trial has lasted for long enough.
        left: distance of the thing from its goal, metres.
        solved: the effect holds.
    """

    seen: Observation
    reward: float
    over: bool
    cut: bool
    left: float
    solved: bool


class PushEnv:
    """Trials of one subtask: each begins at a place beside the thing, in a copy of the physics.

    Args:
        servo: the fingers and the thing.
        starts: places where trials begin.
    """

    def __init__(self, servo: ClosedLoopPusher, starts: Sequence[Start]) -> None:
        """Copy the state."""
        self.servo, self.starts = servo, starts
        self._data = copy.copy(servo.arm.executor.data)
        self._states = [self._state(start) for start in starts]
        self._opening, self._left, self._disturbed, self._steps = 0.0, 0.0, 0.0, 0

    def begin(self, number: int) -> Observation:
        """Begin at a place, by its number; what is seen there, (12,)."""
        model, servo = self.servo.arm.compiled.model, self.servo
        mujoco.mj_setState(model, self._data, self._states[number], STATE)
        mujoco.mj_forward(model, self._data)
        self._opening, self._steps = self.starts[number].opening, 0
        self._left, self._disturbed = servo.left(self._data), servo.disturbed(self._data)
        return servo.observe(self._data)

    def step(self, action: Action) -> PushOutcome:
        """Carry out one decision, (3,) in [-1, 1], as `ClosedLoopPusher.rows` says."""
        servo, arm = self.servo, self.servo.arm
        for row in servo.rows(self._data, action, self._opening):
            apply(arm.compiled, self._data, row, arm.executor.hz)
        mujoco.mj_forward(arm.compiled.model, self._data)
        self._steps += 1
        left, disturbed = servo.left(self._data), servo.disturbed(self._data)
        reward = NEARER * (self._left - left) - DISTURBED * (disturbed - self._disturbed) + EVERY
        self._left, self._disturbed = left, disturbed
        lost = servo.lost(self._data)
        solved = left == 0.0 and not lost
        over = lost or solved
        return PushOutcome(
            seen=servo.observe(self._data),
            reward=reward + LOST * lost + THERE * solved,
            over=over,
            cut=self._steps >= HORIZON and not over,
            left=left,
            solved=solved,
        )

    def _state(self, start: Start) -> Array:
        """The state (S,) with the arm at rest in a place."""
        compiled = self.servo.arm.compiled
        robot, data = compiled.robot, copy.copy(self.servo.arm.executor.data)
        q = start.approach[-1]
        data.qpos[robot.arm_qpos], data.qvel[robot.arm_dof] = q, 0.0
        data.qpos[robot.fingers] = robot.gripper.fingers(start.opening)
        data.ctrl[:] = control(compiled, np.array([*q, start.opening], dtype=np.float32))
        return full_state(compiled, data)


def gymnasium_environment(trials: PushEnv) -> Any:
    """The trials as a Gymnasium environment, each at a place that is drawn.

    `reset` takes a place's number as `options["start"]`.
    """
    # gymnasium is optional and untyped here.
    import gymnasium  # pyright: ignore[reportMissingImports]

    class GymPushEnv(gymnasium.Env):  # type: ignore[misc]
        """Observations (12,) and actions (3,), float32."""

        metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012
        observation_space = gymnasium.spaces.Box(-10.0, 10.0, (OBSERVED,), np.float32)
        action_space = gymnasium.spaces.Box(-1.0, 1.0, (3,), np.float32)

        def reset(
            self, *, seed: int | None = None, options: dict[str, Any] | None = None
        ) -> tuple[Observation, dict[str, Any]]:
            super().reset(seed=seed)
            drawn = int(self.np_random.integers(len(trials.starts)))
            return trials.begin(options["start"] if options else drawn), {}

        def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
            one = trials.step(action)
            info = {"is_success": one.solved, "left": one.left}
            return one.seen, one.reward, one.over, one.cut, info

    return GymPushEnv()
