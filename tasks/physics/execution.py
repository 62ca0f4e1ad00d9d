"""Carrying out actions in physics, and recording what happens.

One action is a command for the end of one period; within the period the command is
interpolated linearly. Replay uses the same function, so that it repeats the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, quaternion, transform
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Cause, DatasetError, Disturbance, EpisodeArrays, PlanningError
from .deflecting import Deflector
from .disturbances import Disturber, disturb, release
from .noise import action_noise

STATE = mujoco.mjtState.mjSTATE_INTEGRATION


class SkillFailedError(PlanningError):
    """Something went wrong in physics, not in the plan; `cause` says what."""


def substeps(compiled: CompiledScene, hz: int) -> int:
    """Physics steps per action."""
    return round(1.0 / (hz * float(compiled.model.opt.timestep)))


def control(compiled: CompiledScene, action: npt.NDArray[np.float32]) -> Array:
    """An action (J + 1,) as actuator controls (nu,)."""
    result = np.zeros(compiled.model.nu)
    result[compiled.robot.arm_ctrl] = action[:-1]
    result[compiled.robot.gripper_ctrl] = compiled.robot.gripper.controls(float(action[-1]))
    return result


def apply(
    compiled: CompiledScene,
    data: Any,
    action: npt.NDArray[np.float32],
    hz: int,
    number: int = 0,
    disturbances: Sequence[Disturbance] = (),
) -> None:
    """Step the simulation through one action, in place.

    Args:
        compiled: the scene.
        data: its `mujoco.MjData`.
        action: (J + 1,) as in an episode.
        hz: actions per second.
        number: of the action.
        disturbances: what acts during it.
    """
    start, controls = data.ctrl.copy(), data.ctrl
    goal = control(compiled, action)
    count = substeps(compiled, hz)
    noise = action_noise(compiled, data, hz)
    shares = np.arange(1, count + 1) / count
    ramp = start + (goal - start) * shares[:, None]
    if noise is not None:
        ramp[:, compiled.robot.arm_ctrl] += noise
    for share, now in zip(shares.tolist(), ramp, strict=True):
        controls[:] = now
        if disturbances:
            disturb(compiled, data, disturbances, number + share)
        mujoco.mj_step(compiled.model, data)
    if noise is not None:
        data.ctrl[:] = goal
    if disturbances:
        data.ctrl[:] = goal
        release(compiled, data, disturbances)


class Executor:
    """A running episode: the simulation and the record of it.

    Args:
        compiled: a scene compiled for physics; the simulation starts in its initial state.
        hz: actions per second.
        max_steps: actions after which the episode ends.
        disturber: what disturbs it, if anything.
        deflector: what deflects the arm on its way, if anything.
        start: (S,) full integration state to begin in; None is the scene's own.
    """

    def __init__(
        self,
        compiled: CompiledScene,
        hz: int,
        max_steps: int,
        disturber: Disturber | None = None,
        deflector: Deflector | None = None,
        start: Array | None = None,
    ) -> None:
        """Start the simulation.

        Raises:
            DatasetError: `start` is of another scene.
        """
        self.disturber = disturber
        self.deflector = deflector
        self.compiled = compiled
        self.hz = hz
        self.data = compiled.new_data()
        if start is not None:
            set_state(compiled, self.data, start)
        self._max_steps = max_steps
        self._initial = full_state(compiled, self.data)
        self._actions: list[npt.NDArray[np.float32]] = []
        self._states: list[tuple[Array, Array, Array, float]] = []
        self._note()

    @property
    def steps(self) -> int:
        """Actions so far."""
        return len(self._actions)

    @property
    def q(self) -> Array:
        """Measured arm configuration, (J,) radians."""
        return np.array(self.data.qpos[self.compiled.robot.arm_qpos])

    @property
    def command(self) -> Array:
        """The last command: (J + 1,), radians, then the opening in metres."""
        ctrl, robot = self.data.ctrl, self.compiled.robot
        return np.array([*ctrl[robot.arm_ctrl], robot.gripper.commanded(ctrl[robot.gripper_ctrl])])

    @property
    def opening(self) -> float:
        """Measured opening between the fingertips, metres."""
        robot = self.compiled.robot
        return robot.gripper.opening(self.data.qpos[robot.fingers])

    def run(self, actions: npt.ArrayLike) -> None:
        """Carry out actions (T, J + 1) in turn.

        Raises:
            PlanningError: `time_limit` where the episode's time is up.
        """
        for row in np.asarray(actions, dtype=np.float32):
            if self.steps >= self._max_steps:
                raise PlanningError(
                    Cause.TIME_LIMIT, f"the episode's limit of {self._max_steps} actions is reached"
                )
            active = self.disturber.at(self.data, self.steps) if self.disturber else ()
            if self.deflector is not None:
                active = (*active, *self.deflector.at(self.steps))
            apply(self.compiled, self.data, row, self.hz, self.steps, active)
            self._actions.append(row.copy())
            self._note()

    @property
    def disturbances(self) -> tuple[Disturbance, ...]:
        """All that was done to it so far, in order of time."""
        done = [*(self.disturber.done if self.disturber else ())]
        done += self.deflector.done if self.deflector else ()
        return tuple(sorted(done, key=lambda x: x.start))

    def hold(self, seconds: float, opening: float | None = None) -> None:
        """Keep the arm where it is commanded to be; optionally command an opening."""
        action = self.command
        if opening is not None:
            action[-1] = opening
        self.run(np.tile(action, (max(1, round(seconds * self.hz)), 1)))

    def refresh(self) -> None:
        """Bring positions and contacts up to date with the state, without moving it."""
        mujoco.mj_forward(self.compiled.model, self.data)

    def arrays(self) -> EpisodeArrays:
        """The record so far."""
        columns = list(zip(*self._states, strict=True))
        return EpisodeArrays(
            initial_state=self._initial,
            actions=np.array(self._actions, dtype=np.float32).reshape(
                self.steps, len(self.command)
            ),
            qpos=np.array(columns[0]),
            qvel=np.array(columns[1]),
            tool=np.array(columns[2]),
            gripper=np.array(columns[3], dtype=np.float32),
        )

    def _note(self) -> None:
        pose = tool_pose(self.compiled, self.data)
        tool = np.concatenate([pose[:3, 3], quaternion(pose[:3, :3])])
        self._states.append((self.data.qpos.copy(), self.data.qvel.copy(), tool, self.opening))


def full_state(compiled: CompiledScene, data: Any) -> Array:
    """MuJoCo's full integration state, (S,)."""
    state = np.empty(mujoco.mj_stateSize(compiled.model, STATE))
    mujoco.mj_getState(compiled.model, data, state, STATE)
    return state


def set_state(compiled: CompiledScene, data: Any, state: Array) -> None:
    """Bring the simulation into a full integration state (S,), positions and contacts with it.

    Raises:
        DatasetError: the state is of another scene.
    """
    size = mujoco.mj_stateSize(compiled.model, STATE)
    if state.shape != (size,):
        raise DatasetError(
            f"scene {compiled.scene.id}: a state of shape {state.shape} was given; its states "
            f"have ({size},)"
        )
    mujoco.mj_resetData(compiled.model, data)
    mujoco.mj_setState(compiled.model, data, state, STATE)
    mujoco.mj_forward(compiled.model, data)


def tool_pose(compiled: CompiledScene, data: Any) -> Array:
    """`world_from_tool` (4, 4) as of the last kinematics."""
    hand = compiled.robot.hand
    pose = transform(data.xpos[hand], data.xmat[hand].reshape(3, 3))
    return pose @ compiled.hand_from_tool
