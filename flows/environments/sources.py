"""Scenes and demonstrations of one task, read from a dataset's folder or made afresh."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...generators.dataset import Dataset
from ...generators.environments.task import Demonstration, ResetScene
from ...generators.store.changes import slice_of
from ...schemas import AssemblyError, Episode, Refusal, Scene, SpecError, TaskSpec
from ..corrections import without_failures
from ..stages import production

if TYPE_CHECKING:
    from ...scenes.assets.library import AssetLibrary

FRESH_FROM = 1_000_000
"""Numbers of fresh scenes begin here, so that none is one of a dataset."""
TRIES = 8
"""Fresh scenes that are tried before refusing."""


def task_of(dataset: Dataset, wanted: str | None) -> TaskSpec:
    """The task of an id or an instruction; the only one where none is named.

    Raises:
        SpecError: there is no such task, or several and none is named.
    """
    tasks = list(dataset.tasks())
    told = ", ".join(f"{task.id} ({task.instruction})" for task in tasks[:5])
    told += ", ..." if len(tasks) > 5 else ""
    if wanted is None:
        if len(tasks) == 1:
            return tasks[0]
        raise SpecError(f"task: {dataset.root} has {len(tasks)} tasks; name one of {told}")
    for task in tasks:
        if wanted in (task.id, task.instruction):
            return task
    raise SpecError(f"task: no {wanted!r} in {dataset.root}; allowed: {told}")


@dataclass(frozen=True)
class StoredScenes:
    """The scenes of a task in a dataset.

    Attributes:
        dataset: their folder.
        task: that they are of.
        only: ids of those that count; empty for all.
    """

    dataset: Dataset
    task: TaskSpec
    only: tuple[str, ...] = ()

    @cached_property
    def _scenes(self) -> dict[str, Scene]:
        found = {scene.id: scene for scene in self.dataset.scenes() if scene.task == self.task.id}
        for name in self.only:
            if name not in found:
                raise _absent(name, found)
        chosen = {name: found[name] for name in self.only or found}
        if not chosen:
            raise SpecError(
                f"scenes: task {self.task.id} of {self.dataset.root} has none; "
                "take `scenes='fresh'`, or finish the dataset"
            )
        return chosen

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the scenes."""
        return tuple(self._scenes)

    def scene(self, name: str) -> ResetScene:
        """The scene of that id.

        Raises:
            SpecError: there is none.
        """
        if name not in self._scenes:
            raise _absent(name, self._scenes)
        scene = self._scenes[name]
        return ResetScene(scene, self.dataset.assets_of(scene))

    def draw(self, rng: np.random.Generator) -> ResetScene:
        """One of them, each as likely."""
        return self.scene(self.names[int(rng.integers(len(self._scenes)))])


def _absent(name: str, known: dict[str, Scene]) -> SpecError:
    listed = ", ".join(list(known)[:8]) + (", ..." if len(known) > 8 else "")
    return SpecError(f"scenes: no scene {name!r} of this task; allowed: {listed or 'none'}")


@dataclass(frozen=True)
class FreshScenes:
    """Scenes of a task that no dataset holds, made by the spec that made the dataset.

    Attributes:
        dataset: whose spec and task are taken.
        task: that they are of.
    """

    dataset: Dataset
    task: TaskSpec

    @property
    def names(self) -> tuple[str, ...]:
        """None: each is made when it is asked for."""
        return ()

    def scene(self, name: str) -> ResetScene:
        """The scene of that number, counted from 0, or of an id that such a scene had.

        Raises:
            SpecError: it is no number.
            AssemblyError: there is no such scene; the reasons are counted.
        """
        text: str = name.removeprefix(f"{self.task.id}-s")
        if not text.isdigit():
            raise SpecError(f"scenes: {name!r}; fresh scenes are known by numbers, such as '17'")
        number = int(text)
        return self._made(number - FRESH_FROM if number >= FRESH_FROM else number)

    def draw(self, rng: np.random.Generator) -> ResetScene:
        """A fresh scene.

        Raises:
            AssemblyError: none of several was possible; the reasons are counted.
        """
        reasons: Counter[Refusal] = Counter()
        for _ in range(TRIES):
            try:
                return self._made(_number(rng))
            except AssemblyError as error:
                if error.impossible:
                    raise
                reasons.update(error.reasons)
        raise AssemblyError(f"task {self.task.id}: no fresh scene in {TRIES} tries", reasons)

    def _made(self, number: int) -> ResetScene:
        index = FRESH_FROM + number
        spec = slice_of(without_failures(self.dataset.spec), "scenes", index + 1)
        scene, assets = production().build_scene(spec, self.task, index, self._library)
        return ResetScene(scene, assets)

    @cached_property
    def _library(self) -> AssetLibrary:
        return production().library(self.dataset.spec.assets)


def _number(rng: np.random.Generator) -> int:
    drawn: Any = rng.integers(2**31)
    return int(drawn)


@dataclass(frozen=True)
class StoredDemonstrations:
    """The attempts at a task in a dataset.

    Attributes:
        dataset: their folder.
        task: that they are at.
    """

    dataset: Dataset
    task: TaskSpec

    def __call__(self, episode: str) -> Demonstration:
        """The attempt of that id.

        Raises:
            SpecError: there is none of this task.
        """
        if episode not in self._episodes:
            listed = ", ".join(list(self._episodes)[:8]) or "none"
            raise SpecError(f"episodes: no {episode!r} of this task; allowed: {listed}")
        found = self._episodes[episode]
        arrays = self.dataset.arrays(found)
        scene = StoredScenes(self.dataset, self.task, (found.scene,)).scene(found.scene)
        return Demonstration(scene, arrays.initial_state, arrays.actions, found.disturbances)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the attempts, failures included."""
        return tuple(self._episodes)

    @cached_property
    def _episodes(self) -> dict[str, Episode]:
        return {one.id: one for one in self.dataset.episodes() if one.task == self.task.id}
