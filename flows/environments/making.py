"""Makes environments, for Python and for Gymnasium's registry."""

# gymnasium leaves many of its types open.

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ...generators.dataset import Dataset
from ...generators.environments.groups import View, chosen_groups
from ...generators.environments.task import Reward, TaskSetting
from ...schemas import RobotSpec, SpecError, TaskSpec
from ...tasks.rollout.actions import Control
from ...tasks.rollout.objects import task_objects
from .sources import FreshScenes, StoredDemonstrations, StoredScenes, task_of

if TYPE_CHECKING:
    from ...generators.environments.gym import Limits, TaskEnv

ID = "cousins/Task-v0"
"""In Gymnasium's registry."""
SceneChoice = Literal["stored", "fresh"] | Sequence[str]
GROUPS = ("robot", "objects", "language")


def task_env(
    dataset: Dataset | Path | str,
    task: str | None = None,
    *,
    scenes: SceneChoice = "stored",
    observations: Sequence[str] = GROUPS,
    cameras: Sequence[str] | None = None,
    image_size: tuple[int, int] | None = None,
    actions: Control = "joints",
    reward: Reward = "sparse",
    max_seconds: float | None = None,
    render_mode: str | None = None,
) -> TaskEnv:
    """An environment; arguments and errors as of `cousins.make_env`."""
    from ...generators.environments.gym import TaskEnv

    opened = dataset if isinstance(dataset, Dataset) else Dataset(Path(dataset))
    chosen = task_of(opened, task)
    _allowed("actions", actions, ("joints", "end_effector"))
    _allowed("reward", reward, ("sparse", "progress"))
    setting = setting_of(
        opened,
        chosen,
        observations=tuple(observations),
        cameras=None if cameras is None else tuple(cameras),
        image_size=image_size,
        actions=actions,
        reward=reward,
        max_seconds=max_seconds,
    )
    if render_mode not in (None, *TaskEnv.metadata["render_modes"]):
        raise SpecError(f"render_mode: {render_mode!r}; allowed: rgb_array, or None")
    source: FreshScenes | StoredScenes
    if scenes == "fresh":
        source = FreshScenes(opened, chosen)
    elif scenes == "stored":
        source = StoredScenes(opened, chosen)
    elif isinstance(scenes, str):
        raise SpecError(f"scenes: {scenes!r}; allowed: stored, fresh, or a list of scene ids")
    else:
        source = StoredScenes(opened, chosen, tuple(scenes))
        source.scene(source.names[0])
    demonstrations = StoredDemonstrations(opened, chosen)
    return TaskEnv(setting, source, demonstrations, robot_limits(opened.spec.robot), render_mode)


def setting_of(
    dataset: Dataset,
    task: TaskSpec,
    *,
    observations: tuple[str, ...] = GROUPS,
    cameras: tuple[str, ...] | None = None,
    image_size: tuple[int, int] | None = None,
    actions: Control = "joints",
    reward: Reward = "sparse",
    max_seconds: float | None = None,
) -> TaskSetting:
    """How a task of a dataset is acted in.

    Args:
        dataset: whose rate, cameras and renderer are taken.
        task: of it.
        observations: names of groups.
        cameras: names; None takes all of the spec.
        image_size: width and height, pixels; None takes those of the spec.
        actions: what an action holds.
        reward: what an action earns.
        max_seconds: until truncation; None takes the spec's.

    Raises:
        SpecError: a group or camera that there is not, a size or time out of range.
    """
    spec = dataset.spec
    groups = chosen_groups(observations)
    known = tuple(camera.name for camera in spec.cameras)
    for name in cameras or ():
        if name not in known:
            allowed = ", ".join(known) or "none: the spec has no cameras"
            raise SpecError(f"cameras: no camera {name!r}; allowed: {allowed}")
    named = known if cameras is None else cameras
    if not named and {"images", "point_cloud"} & set(observations):
        raise SpecError("observations: images and point_cloud need a camera; the spec has none")
    size = spec.render.size if image_size is None else (int(image_size[0]), int(image_size[1]))
    if not all(16 <= side <= 4096 for side in size):
        raise SpecError(f"image_size: {size}; allowed are 16 to 4096 pixels a side")
    seconds = spec.episodes.max_seconds if max_seconds is None else max_seconds
    if not 0 < seconds <= 600:
        raise SpecError(f"max_seconds: {seconds}; allowed are more than 0 and at most 600")
    view = View(
        groups=groups,
        cameras=named,
        size=size,
        objects=max(len(task_objects(other)) for other in dataset.tasks()),
        joints=len(_robot(spec.robot).joints),
        named=task_objects(task),
    )
    return TaskSetting(
        task=task,
        view=view,
        control=actions,
        reward=reward,
        hz=spec.episodes.hz,
        limit=max(1, round(seconds * spec.episodes.hz)),
        backend=spec.render.backend,
        shadows=spec.render.shadows,
    )


def register() -> None:
    """Enter the environment into Gymnasium's registry; done twice, it changes nothing."""
    import gymnasium

    if ID not in gymnasium.registry:
        entry = f"{__name__}:task_env"
        gymnasium.register(ID, entry_point=entry)  # pyright: ignore[reportUnknownMemberType]


@lru_cache(maxsize=4)
def robot_limits(name: str) -> Limits:
    """The limits of a robot's commands."""
    from ...generators.environments.gym import Limits
    from ...tasks.motion.inverse import LIMIT_MARGIN, KinematicChain

    spec = _robot(name)
    chain = KinematicChain(spec)
    low, high = chain.low - LIMIT_MARGIN, chain.high + LIMIT_MARGIN
    return Limits(tuple(float(x) for x in low), tuple(float(x) for x in high), spec.max_opening)


def _robot(name: str) -> RobotSpec:
    from ...scenes.robots import robot

    return robot(name)


def _allowed(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SpecError(f"{what}: {value!r}; allowed: {', '.join(known)}")
