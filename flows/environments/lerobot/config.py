"""LeRobot's configuration of our environment, and the function that its hub asks for."""

# lerobot is optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUntypedClassDecorator=false
# pyright: reportUntypedBaseClass=false, reportUnknownArgumentType=false
from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium
from lerobot.configs.types import FeatureType, PolicyFeature
from lerobot.envs.configs import EnvConfig

from ....generators.dataset import Dataset
from ....generators.environments.groups import ENVIRONMENT, IMAGES, STATE
from ....schemas import SpecError
from .env import ID, NAMES, PIXELS, lerobot_env, register

DATASET = "COUSINS_DATASET"
"""Variable that names the dataset where nothing else does."""
ACTION = "action"


@EnvConfig.register_subclass("cousins")
@dataclass
class CousinsEnv(EnvConfig):  # type: ignore[misc]
    """`--env.type=cousins`: a task of a dataset, in its own scenes or in fresh ones.

    Attributes:
        dataset: its folder.
        task: the id; may be left out where the dataset has one.
        scenes: `fresh` ones, drawn by the seed, or those that are `stored`.
        images: whether policies see what the cameras of the spec see.
        max_seconds: of a rollout; by default the spec's.
    """

    dataset: str = ""
    task: str | None = None
    scenes: str = "fresh"
    images: bool = False
    max_seconds: float | None = None

    def __post_init__(self) -> None:
        """Say what a policy sees and does; nothing is said of a dataset that is not named."""
        if not self.dataset:
            return
        register()
        env = lerobot_env(**self.gym_kwargs)
        self.fps = int(env.metadata["render_fps"])
        spaces: dict[str, Any] = dict(env.observations)
        pictures: dict[str, Any] = dict(getattr(spaces.pop(PIXELS, None), "spaces", {}))
        numbers = {name: key for key, name in NAMES.items()}
        kinds = {STATE: FeatureType.STATE, ENVIRONMENT: FeatureType.ENV}
        self.features = {
            ACTION: PolicyFeature(type=FeatureType.ACTION, shape=env.action_space.shape),
            **{n: PolicyFeature(type=kinds[numbers[n]], shape=s.shape) for n, s in spaces.items()},
            **{
                f"{PIXELS}/{name}": PolicyFeature(type=FeatureType.VISUAL, shape=space.shape)
                for name, space in pictures.items()
            },
        }
        self.features_map = {
            ACTION: ACTION,
            **{name: numbers[name] for name in spaces},
            **{f"{PIXELS}/{name}": f"{IMAGES}{name}" for name in pictures},
        }

    @property
    def package_name(self) -> str:
        """The package that registers the environment."""
        return "cousins.lerobot"

    @property
    def gym_id(self) -> str:
        """The environment's name in Gymnasium's registry."""
        return ID

    @property
    def gym_kwargs(self) -> dict[str, Any]:
        """What the environment is made with.

        Raises:
            SpecError: no dataset is named.
        """
        if not self.dataset:
            raise SpecError("--env.dataset: name the folder of a dataset")
        return {
            "dataset": self.dataset, "task": self.task, "scenes": self.scenes,
            "images": self.images, "max_seconds": self.max_seconds,
        }  # fmt: skip


def make_env(
    n_envs: int = 1, use_async_envs: bool = False, cfg: CousinsEnv | None = None
) -> dict[str, dict[int, gymnasium.vector.VectorEnv]]:
    """All tasks of a dataset, or one, as LeRobot's hub has environments.

    Args:
        n_envs: side by side, of each task.
        use_async_envs: whether each has a process of its own.
        cfg: names the dataset and how to act in it; without it the variable `COUSINS_DATASET`
            names the dataset.

    Returns:
        By the dataset's name, the environments by the number of the task.

    Raises:
        SpecError: no dataset is named, or as of `cousins.make_env`.
    """
    given = cfg or CousinsEnv(dataset=os.environ.get(DATASET, ""))
    kwargs = given.gym_kwargs
    dataset = Dataset(Path(given.dataset))
    kind = gymnasium.vector.AsyncVectorEnv if use_async_envs else gymnasium.vector.SyncVectorEnv
    tasks = [given.task] if given.task else [task.id for task in dataset.tasks()]
    reset = gymnasium.vector.AutoresetMode.SAME_STEP
    return {
        dataset.spec.name: {
            number: kind(
                [partial(lerobot_env, **(kwargs | {"task": task}))] * n_envs, autoreset_mode=reset
            )
            for number, task in enumerate(tasks)
        }
    }
