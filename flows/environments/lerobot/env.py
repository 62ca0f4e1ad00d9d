"""The environment under the names that LeRobot knows observations by; needs no LeRobot."""

# gymnasium leaves many of its types open.

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gymnasium
import numpy.typing as npt
from gymnasium import spaces

from ....generators.dataset import Dataset
from ....generators.environments.groups import ENVIRONMENT, IMAGES, STATE
from ....generators.environments.gym import TaskEnv
from ..making import task_env

ID = "cousins_lerobot/Task-v0"
"""In Gymnasium's registry."""
NAMES = {STATE: "agent_pos", ENVIRONMENT: "environment_state"}
"""What LeRobot calls the numbers; pictures stand by their cameras' names under `pixels`."""
PIXELS = "pixels"


class LeRobotEnv(gymnasium.Wrapper):  # type: ignore[misc]
    """One task of a dataset, as LeRobot's evaluation expects an environment.

    Observations are `agent_pos` (J + 1,), `environment_state` (N * 12,) and, with pictures,
    `pixels`: {camera: (H, W, 3)}, which LeRobot renames to the keys of our export.

    Attributes:
        task: the id.
        task_description: the instruction.
        observations: the space of each part, by its name.
    """

    def __init__(self, env: TaskEnv) -> None:
        """Rename what the environment tells."""
        super().__init__(env)
        setting = env.rollouts.setting
        self.task, self.task_description = setting.task.id, setting.task.instruction
        self._max_episode_steps = setting.limit
        self.observations = _parts(env.observation_space)
        self.observation_space = spaces.Dict(self.observations)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin a rollout; see `TaskEnv.reset`."""
        seen, info = self.env.reset(seed=seed, options=options)
        return _renamed(seen), info

    def step(
        self, action: npt.ArrayLike
    ) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Carry out one action; `info` has `is_success`."""
        seen, reward, terminated, truncated, info = self.env.step(action)
        return _renamed(seen), float(reward), bool(terminated), bool(truncated), info


def lerobot_env(
    dataset: Dataset | Path | str,
    task: str | None = None,
    *,
    images: bool = False,
    render_mode: str | None = "rgb_array",
    **given: Any,
) -> LeRobotEnv:
    """An environment for LeRobot; what else is given goes to `cousins.make_env`.

    Args:
        dataset: to act in the scenes of.
        task: of it; may be left out where there is one.
        images: whether observations have pictures of all cameras.
        render_mode: None films nothing.
        given: `scenes`, `cameras`, `image_size`, `actions`, `reward`, `max_seconds`.

    Raises:
        SpecError: as of `cousins.make_env`.
    """
    groups = ("robot", "objects", *(("images",) if images else ()))
    made = task_env(dataset, task, observations=groups, render_mode=render_mode, **given)
    return LeRobotEnv(made)


def register() -> None:
    """Enter the environment into Gymnasium's registry; done twice, it changes nothing."""
    if ID not in gymnasium.registry:
        # Wrappers around it would hide its attributes from LeRobot.
        gymnasium.register(ID, entry_point=f"{__name__}:lerobot_env", order_enforce=False)  # pyright: ignore[reportUnknownMemberType]


def _renamed(seen: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: seen[key] for key, name in NAMES.items() if key in seen}
    pictures = {k.removeprefix(IMAGES): v for k, v in seen.items() if k.startswith(IMAGES)}
    return {**found, PIXELS: pictures} if pictures else found


def _parts(known: Any) -> dict[str, Any]:
    pictures = {
        key.removeprefix(IMAGES): part
        for key, part in known.spaces.items()
        if key.startswith(IMAGES)
    }
    found = {name: known[key] for key, name in NAMES.items() if key in known.spaces}
    return {**found, PIXELS: spaces.Dict(pictures)} if pictures else found
