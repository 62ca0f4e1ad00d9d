"""A task in a compiled scene, acted in step by step, and judged by its goal."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, quaternion
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Disturbance, GoalReport
from ..bddl.formula import Formula
from ..bddl.goals import evaluate, explain
from ..physics.disturbances import acting
from ..physics.execution import full_state, set_state, tool_pose
from ..physics.predicates import PhysicsFacts
from ..solving.attempt import REST_SECONDS
from .progress import progress
from .stepping import Stepper


@dataclass(frozen=True)
class RolloutState:
    """All that decides how a rollout goes on, to return to it exactly.

    Attributes:
        physics: (S,) MuJoCo's full integration state.
        tool: (7,) `world_from_tool` as it is observed: position, then quaternion wxyz.
        steps: actions so far.
        held: whether the goal held, in the states of the last second, the present one last.
    """

    physics: Array
    tool: Array
    steps: int = 0
    held: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The outcome of an action.

    Attributes:
        holds: the goal is the case now.
        success: it is the case now and was one second ago, as the planner asks of its own work.
        truncated: the time is up.
    """

    holds: bool
    success: bool
    truncated: bool


class Rollout:
    """One task in one scene: what acts in it steps it, what observes it reads `data`.

    Attributes:
        compiled: the scene, compiled for physics.
        data: its `mujoco.MjData`, positions and contacts up to date after every call.
        goal: of the task.
        hz: actions per second.
        limit: actions after which it is truncated; beyond it, it can still be stepped.
        steps: actions so far.
        tool: (7,) pose of the tool as episodes record it: position, quaternion wxyz.
    """

    def __init__(
        self,
        compiled: CompiledScene,
        goal: Formula,
        hz: int,
        limit: int,
        disturbances: Sequence[Disturbance] = (),
    ) -> None:
        """Begin in the scene's initial state.

        Args:
            compiled: a scene compiled for physics.
            goal: with the names of the scene.
            hz: actions per second.
            limit: actions after which it is truncated.
            disturbances: what is done to it, as in an episode.
        """
        self.compiled, self.goal, self.hz, self.limit = compiled, goal, hz, limit
        self.disturbances = disturbances
        self.data = compiled.new_data()
        self._stepper = Stepper(compiled, self.data, hz)
        self._held: deque[bool] = deque(maxlen=round(REST_SECONDS * hz) + 1)
        self._facts: PhysicsFacts | None = None
        self.steps = 0
        self.tool = self._tool()
        self._judge()

    @property
    def facts(self) -> PhysicsFacts:
        """The facts that hold now; to be asked before the next step."""
        if self._facts is None:
            self._facts = PhysicsFacts(self.compiled, self.data, passing=True)
        return self._facts

    @property
    def holds(self) -> bool:
        """Whether the goal is the case now."""
        return self._held[-1]

    @property
    def success(self) -> bool:
        """Whether the goal is the case now and was one second ago."""
        lasted = len(self._held) == self._held.maxlen
        return lasted and self._held[0] and self._held[-1]

    @property
    def command(self) -> Array:
        """The last command: (J + 1,), radians, then the opening in metres."""
        ctrl, robot = self.data.ctrl, self.compiled.robot
        return np.array([*ctrl[robot.arm_ctrl], robot.gripper.commanded(ctrl[robot.gripper_ctrl])])

    @property
    def joints(self) -> Array:
        """Measured arm configuration, (J,) radians."""
        return np.array(self.data.qpos[self.compiled.robot.arm_qpos])

    @property
    def opening(self) -> float:
        """Measured opening between the fingertips, metres."""
        robot = self.compiled.robot
        return robot.gripper.opening(self.data.qpos[robot.fingers])

    @property
    def progress(self) -> float:
        """How far the goal is reached, in [0, 1]."""
        return progress(self.goal, self.facts, self.tool[:3])

    def report(self) -> tuple[GoalReport, ...]:
        """Each ground literal of the goal, and whether it holds."""
        return explain(self.goal, self.facts)

    def reset(self) -> None:
        """Return to the scene's initial state."""
        self.compiled.reset(self.data)
        self.steps = 0
        self._held.clear()
        self.tool = self._tool()
        self._judge()

    def begin_at(self, initial_state: Array) -> None:
        """Begin at the initial state of an episode, (S,).

        Raises:
            DatasetError: the state is not of this scene.
        """
        self.restore(RolloutState(initial_state, self.tool))
        self.tool = self._tool()

    def restore(self, state: RolloutState) -> None:
        """Return to a state exactly.

        Raises:
            DatasetError: the state is not of this scene.
        """
        set_state(self.compiled, self.data, state.physics)
        self.steps = state.steps
        # The present state is judged again below.
        self._held = deque(state.held[:-1], maxlen=self._held.maxlen)
        self.tool = state.tool.copy()
        self._judge()

    def state(self) -> RolloutState:
        """The present state, to return to."""
        physics = full_state(self.compiled, self.data)
        return RolloutState(physics, self.tool.copy(), self.steps, tuple(self._held))

    def step(self, action: npt.NDArray[np.float32]) -> Outcome:
        """Carry out an action (J + 1,): joint targets in radians, then the opening in metres."""
        active = acting(self.disturbances, self.steps)
        self._stepper.step(action, self.steps, active)
        self.steps += 1
        # Episodes record the tool as of the last physics step, before positions are brought
        # up to date.
        self.tool = self._tool()
        # Positions and contacts are all that is read; forces are worked out by the next step.
        mujoco.mj_fwdPosition(self.compiled.model, self.data)
        self._judge()
        return Outcome(self.holds, self.success, self.steps >= self.limit)

    def _tool(self) -> Array:
        pose = tool_pose(self.compiled, self.data)
        return np.concatenate([pose[:3, 3], quaternion(pose[:3, :3])])

    def _judge(self) -> None:
        self._facts = None
        self._held.append(evaluate(self.goal, self.facts))
