"""A task to act in, in any of its scenes: steps, observations and rewards, without an interface.

What judges policies uses this; `gym.py` puts Gymnasium's interface around it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from ...scenes.model.mujoco_model import CompiledScene, compile_model
from ...schemas import Asset, Disturbance, Scene, SpecError, TaskSpec
from ...tasks.bddl.problem import scene_problem
from ...tasks.rollout.actions import Control, EndEffector, action_names, checked
from ...tasks.rollout.objects import ObjectStates
from ...tasks.rollout.simulation import Rollout, RolloutState
from .groups import ObservationGroup, View
from .observing import Observer
from .spectator import watched

Reward = Literal["sparse", "progress"]
"""1 at success and else 0; or also what each action adds to the progress of the subgoals."""
KEPT = 8
"""Compiled scenes that are kept."""


@dataclass(frozen=True, eq=False)
class ResetScene:
    """A scene with its assets, by content hash."""

    scene: Scene
    assets: Mapping[str, Asset]


class Scenes(Protocol):
    """Where scenes come from."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that can be asked for; empty where they are made afresh."""
        ...

    def scene(self, name: str) -> ResetScene:
        """The scene of that name.

        Raises:
            SpecError: there is none.
        """
        ...

    def draw(self, rng: np.random.Generator) -> ResetScene:
        """A scene at random.

        Raises:
            AssemblyError: none could be made.
        """
        ...


@dataclass(frozen=True)
class Demonstration:
    """A stored attempt, to begin where it began.

    Attributes:
        scene: where it took place.
        initial_state: (S,).
        actions: (T, J + 1).
        disturbances: what was done to it.
    """

    scene: ResetScene
    initial_state: npt.NDArray[np.float64]
    actions: npt.NDArray[np.float32]
    disturbances: tuple[Disturbance, ...]


class Demonstrations(Protocol):
    """Where stored attempts come from."""

    def __call__(self, episode: str) -> Demonstration:
        """The attempt of that id.

        Raises:
            SpecError: there is none of this task.
        """
        ...


@dataclass(frozen=True)
class TaskSetting:
    """An environment's task, observations, actions and reward.

    Attributes:
        task: what to do.
        view: what is shown.
        control: what an action holds.
        reward: what an action earns.
        hz: actions per second.
        limit: actions after which a rollout is truncated.
        backend: the renderer.
        shadows: whether lamps cast shadows.
    """

    task: TaskSpec
    view: View
    control: Control
    reward: Reward
    hz: int
    limit: int
    backend: str = "mujoco"
    shadows: bool = True


@dataclass(frozen=True)
class StepOutcome:
    """The outcome of an action.

    Attributes:
        observation: by key; see `View.parts`.
        reward: see `Reward`.
        success: the goal has lasted for one second.
        truncated: the time is up.
        holds: the goal is the case now.
        progress: how far the subgoals are, in [0, 1]; NaN where no reward asks for it.
        reachable: the arm could take the action; false where it stayed.
    """

    observation: dict[str, Any]
    reward: float
    success: bool
    truncated: bool
    holds: bool
    progress: float
    reachable: bool


@dataclass
class _Ready:
    """A kept scene, ready for rollouts."""

    placed: ResetScene
    compiled: CompiledScene
    observer: Observer
    arm: EndEffector | None = field(default=None)


class TaskRollouts:
    """Rollouts of one task, one after the other.

    Args:
        setting: of all of them.

    Attributes:
        names: what each number of an action is.
    """

    def __init__(self, setting: TaskSetting) -> None:
        """Nothing is compiled before the first scene."""
        self.setting = setting
        self.names = action_names(setting.control, setting.view.joints)
        self._goal = scene_problem(setting.task).goal
        self._kept: OrderedDict[str, _Ready] = OrderedDict()
        self._now: tuple[_Ready, Rollout] | None = None
        self._progress = 0.0

    @property
    def rollout(self) -> Rollout:
        """The running one.

        Raises:
            SpecError: none was begun.
        """
        return self._running[1]

    @property
    def scene(self) -> Scene:
        """Of the running rollout."""
        return self._running[0].placed.scene

    def begin(
        self,
        placed: ResetScene,
        state: npt.NDArray[np.float64] | RolloutState | None = None,
        disturbances: tuple[Disturbance, ...] = (),
    ) -> dict[str, Any]:
        """Begin a rollout; what is seen first.

        Args:
            placed: the scene.
            state: where to begin: the (S,) initial state of an episode, or any state of an
                earlier rollout; None is the scene's own.
            disturbances: what is done to it, as in an episode.
        """
        ready = self._ready(placed)
        setting = self.setting
        rollout = Rollout(ready.compiled, self._goal, setting.hz, setting.limit, disturbances)
        if isinstance(state, RolloutState):
            rollout.restore(state)
        elif state is not None:
            rollout.begin_at(state)
        self._now = (ready, rollout)
        self._progress = rollout.progress if setting.reward == "progress" else 0.0
        return self.observe()

    def step(self, action: npt.ArrayLike) -> StepOutcome:
        """Carry out an action.

        Raises:
            ActionError: it has another size, or is not finite.
        """
        ready, rollout = self._running
        given = checked(action, self.names)
        target = given if self.setting.control == "joints" else self._moved(ready, rollout, given)
        reachable = target is not None
        outcome = rollout.step(self._still(rollout, given) if target is None else target)
        reward, progress = float(outcome.success), float("nan")
        if self.setting.reward == "progress":
            progress = rollout.progress
            reward += progress - self._progress
            self._progress = progress
        return StepOutcome(
            observation=self.observe(),
            reward=reward,
            success=outcome.success,
            truncated=outcome.truncated and not outcome.success,
            holds=outcome.holds,
            progress=progress,
            reachable=reachable,
        )

    def observe(self) -> dict[str, Any]:
        """The current observation."""
        ready, rollout = self._running
        return ready.observer.observe(rollout)

    def picture(
        self, camera: str | None = None, size: tuple[int, int] | None = None
    ) -> npt.NDArray[np.uint8]:
        """A camera's picture now, (H, W, 3); by default of the scene's first camera.

        Scenes without cameras are seen by a spectator; see `watched`.

        Args:
            camera: its name.
            size: width and height, pixels; by default those of images.

        Raises:
            SpecError: the scene has no such camera.
        """
        ready, rollout = self._running
        cameras = ready.compiled.scene.cameras
        return ready.observer.picture(rollout, camera or cameras[0].name, size)

    @property
    def _running(self) -> tuple[_Ready, Rollout]:
        if self._now is None:
            raise SpecError("no rollout was begun; call reset first")
        return self._now

    def _ready(self, placed: ResetScene) -> _Ready:
        """The scene compiled, kept from rollout to rollout."""
        key = placed.scene.id
        found = self._kept.pop(key, None)
        if found is None or found.placed.scene != placed.scene:
            compiled = compile_model(watched(placed.scene), placed.assets, "physics")
            view, setting = self.setting.view, self.setting
            states = None
            if ObservationGroup.objects in view.groups:
                width = int(compiled.model.nq)
                states = ObjectStates(placed.scene, placed.assets, view.named, width)
            observer = Observer(
                compiled, view, setting.task.instruction, states, setting.backend, setting.shadows
            )
            found = _Ready(placed, compiled, observer)
        self._kept[key] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _moved(
        self, ready: _Ready, rollout: Rollout, given: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32] | None:
        """The action as joint targets; None where the arm cannot move the tool so."""
        ready.arm = ready.arm or EndEffector(ready.compiled)
        target = ready.arm.target(rollout.command[:-1], given[:-1])
        return None if target is None else np.array([*target, given[-1]], dtype=np.float32)

    def _still(self, rollout: Rollout, given: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The arm where it is commanded to be, the gripper as it was asked for."""
        return np.array([*rollout.command[:-1], given[-1]], dtype=np.float32)
