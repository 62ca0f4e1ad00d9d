"""Gymnasium's interface to the rollouts of a task."""

# gymnasium leaves many of its types open.
from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ...schemas import SpecError
from ...tasks.rollout.actions import MAX_ROTATION, MAX_TRANSLATION, Control
from ...tasks.rollout.simulation import RolloutState
from .groups import TOLD, Part
from .task import Demonstrations, ResetScene, Scenes, TaskRollouts, TaskSetting

OPTIONS = ("scene", "state", "episode", "step")


@dataclass(frozen=True)
class Limits:
    """The limits of the robot's commands.

    Attributes:
        low: (J,) least joint positions, radians.
        high: (J,) greatest ones.
        opening: of the gripper at most, metres.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    opening: float


class TaskEnv(gymnasium.Env):  # type: ignore[misc]
    """One task of a dataset as a Gymnasium environment.

    Observations are dictionaries; their keys are those of the LeRobot export. An episode
    terminates when the goal has lasted for one second, and is truncated when its time is up.

    `reset(seed=..., options=...)` takes, as options: `scene` (an id), `state` (from
    `rollout.state()`), or `episode` (the id of a stored attempt), with `step` the state after
    that many of its actions. Without options a scene is drawn.

    Attributes:
        rollouts: the simulation below.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        setting: TaskSetting,
        scenes: Scenes,
        demonstrations: Demonstrations,
        limits: Limits,
        render_mode: str | None = None,
    ) -> None:
        """Describe the spaces; nothing is compiled before the first reset."""
        self.rollouts = TaskRollouts(setting)
        self._scenes, self._demonstrations = scenes, demonstrations
        self.metadata = {**TaskEnv.metadata, "render_fps": setting.hz}
        self.render_mode = render_mode
        self.observation_space = spaces.Dict(
            {part.key: _space(part) for part in setting.view.parts()}
        )
        self.action_space = action_space(setting.control, limits)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin a rollout; see the class.

        Raises:
            SpecError: an option that there is not, or one that names nothing.
            DatasetError: the state is not of the scene.
            AssemblyError: no fresh scene could be made.
        """
        super().reset(seed=seed)
        given = dict(options or {})
        unknown = [name for name in given if name not in OPTIONS]
        if unknown:
            raise SpecError(f"reset: no option {unknown[0]!r}; allowed: {', '.join(OPTIONS)}")
        if "episode" in given:
            seen = self._begin_as(str(given["episode"]), int(given.get("step", 0)))
        else:
            seen = self.rollouts.begin(self._placed(given), given.get("state"))
        return seen, self._info()

    def step(
        self, action: npt.ArrayLike
    ) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Carry out one action.

        Raises:
            ActionError: it has another size, or is not finite.
        """
        done = self.rollouts.step(action)
        info = {**self._info(), "is_success": done.success, "reachable": done.reachable}
        info["goal_holds"] = done.holds
        return done.observation, done.reward, done.success, done.truncated, info

    def render(self) -> npt.NDArray[np.uint8] | None:
        """The first camera's picture, (H, W, 3); None without a render mode."""
        return self.rollouts.picture() if self.render_mode == "rgb_array" else None

    def _begin_as(self, episode: str, step: int) -> dict[str, Any]:
        found = self._demonstrations(episode)
        if not 0 <= step <= len(found.actions):
            raise SpecError(
                f"reset: step {step} of episode {episode}; allowed: 0 to {len(found.actions)}"
            )
        seen = self.rollouts.begin(found.scene, found.initial_state, found.disturbances)
        for action in found.actions[:step]:
            self.rollouts.rollout.step(action)
        return self.rollouts.observe() if step else seen

    def _placed(self, given: Mapping[str, Any]) -> ResetScene:
        state = given.get("state")
        if state is not None and not isinstance(state, RolloutState):
            raise SpecError(
                f"reset: the option `state` takes what `rollout.state()` gives, "
                f"not {type(state).__name__}"
            )
        if "scene" in given:
            return self._scenes.scene(str(given["scene"]))
        if state is not None:
            raise SpecError("reset: the option `state` needs `scene`, which it belongs to")
        return self._scenes.draw(self.np_random)

    def _info(self) -> dict[str, Any]:
        return {"scene": self.rollouts.scene.id, "steps": self.rollouts.rollout.steps}


def _space(part: Part) -> Any:
    match part.kind:
        case "text":
            letters = string.printable + "".join(chr(code) for code in range(0xA0, 0x180)) + "’“”"
            return spaces.Text(TOLD, min_length=1, charset=letters)
        case "uint8":
            return spaces.Box(0, 255, part.shape, np.uint8)
        case "int8":
            return spaces.Box(-1, 127, part.shape, np.int8)
        case "float32":
            return spaces.Box(-np.inf, np.inf, part.shape, np.float32)


def action_space(control: Control, limits: Limits) -> Any:
    """The box of actions: joint limits or the longest motions, then the gripper's opening."""
    if control == "joints":
        low, high = limits.low, limits.high
    else:
        high = (MAX_TRANSLATION,) * 3 + (MAX_ROTATION,) * 3
        low = tuple(-value for value in high)
    bounds = np.array([[*low, 0.0], [*high, limits.opening]], dtype=np.float32)
    return spaces.Box(bounds[0], bounds[1], dtype=np.float32)
