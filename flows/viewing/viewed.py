"""What can be looked at: the scenes of a dataset with their attempts, or one of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ...generators.dataset import Dataset
from ...schemas import Asset, DatasetError, DatasetSpec, Scene, Subtask
from ..robots import check_robot_of

States = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ViewedScene:
    """A scene, and what happens in it.

    Attributes:
        name: of the attempt, or of the scene where none was made.
        scene: in its initial state.
        assets: by content hash.
        told: what is to be done, and how it ended; empty where nothing is.
        states: (T + 1, nq) positions; None is the scene at rest.
        hz: states per second.
        subtasks: as they were carried out.
    """

    name: str
    scene: Scene
    assets: Mapping[str, Asset] = field(repr=False)
    told: str = ""
    states: States | None = field(default=None, repr=False)
    hz: float = 10.0
    subtasks: tuple[Subtask, ...] = ()

    def doing(self, state: int) -> str:
        """What is being done from a state on; empty between subtasks and after them."""
        for part in self.subtasks:
            if part.start <= state < part.end:
                return part.sentence
        return ""


class ViewedScenes(Protocol):
    """Some of them, read when they are looked at."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order; there is at least one."""
        ...

    def show(self, name: str) -> ViewedScene:
        """The one of that name."""
        ...


class SpecScene:
    """The one scene of a spec that would be made.

    Args:
        spec: checked.
        task: number of the task.
        scene: number of its scene.

    Raises:
        SpecError: there is none of that number.
        AssemblyError: it does not come about.
    """

    def __init__(self, spec: DatasetSpec, task: int, scene: int) -> None:
        """Assemble it."""
        from ..preview import assemble_one

        made = assemble_one(spec, task, scene)
        told = "" if spec.without_tasks else made.task.instruction
        self._viewed = ViewedScene(made.scene.id, made.scene, made.assets, told)
        self.names = (made.scene.id,)

    def show(self, name: str) -> ViewedScene:
        """See `ViewedScenes`."""
        del name  # there is one
        return self._viewed


class DatasetScenes:
    """The attempts of a dataset, and its scenes in which nothing was attempted.

    Args:
        root: the dataset's folder.

    Raises:
        DatasetError: it is none, or has no scenes yet.
        UnknownRobotError, BackendMissingError: its robot is not here.
    """

    def __init__(self, root: Path) -> None:
        """Look up what there is."""
        self._dataset = Dataset(root)
        self._tasks: dict[str, str] = {}
        used: set[str] = set()
        for episode in self._dataset.episodes():
            self._tasks[episode.id] = episode.task
            used.add(episode.scene)
        self._scenes = {x.id: x for x in self._dataset.scenes() if x.id not in used}
        self.names = (*self._tasks, *self._scenes)
        if not self.names:
            raise DatasetError(
                f"{root} has no scenes to look at; make some with `cousins assemble`"
            )
        check_robot_of(self._dataset)

    def show(self, name: str) -> ViewedScene:
        """See `ViewedScenes`.

        Raises:
            DatasetError: its files are damaged.
        """
        data = self._dataset
        if name in self._scenes:
            scene = self._scenes[name]
            return ViewedScene(name, scene, data.assets_of(scene))
        episode = data.episode(self._tasks[name], name)
        scene = data.scene_of(episode)
        end = "reached its goal" if episode.success else f"failed: {episode.cause or 'unknown'}"
        return ViewedScene(
            name,
            scene,
            data.assets_of(scene),
            f"{episode.instruction}\n\n{end}",
            data.arrays(episode).qpos.astype(np.float64),
            episode.hz,
            episode.subtasks,
        )
