"""The export `traces`, in parquet files: search events, procedures, thoughts, and phases.

Every row names its episode, task, and scene, and every step counts the episode's actions, so
that all of it joins with the other exports and with the arrays.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ....scenes.model.mujoco_model import compile_model
from ....schemas import DatasetError, Episode, Scene, TaskSpec, canonical_json
from ....tasks.bddl.formula import to_text
from ....tasks.bddl.problem import scene_problem
from ...dataset import Dataset
from . import events, phases, thoughts
from .procedures import procedures
from .tables import TableColumn, TableFile

Frames = dict[str, dict[int, tuple[str, ...]]]
"""Ids of labelled frames by episode and step."""


def write(dataset: Dataset, out: Path) -> None:
    """Write the export to `out`, an empty or absent folder.

    Raises:
        DatasetError: an episode is of a scene or a task that is not there.
    """
    out.mkdir(parents=True, exist_ok=True)
    tasks = {task.id: task for task in dataset.tasks()}
    frames = _frames(dataset)
    with ExitStack() as stack:
        files = _Files(out, stack)
        for episode in dataset.episodes():
            if episode.task not in tasks:
                raise DatasetError(f"episode {episode.id} is of {episode.task}, a task not there")
            scene = dataset.scene_of(episode)
            files.add(dataset, episode, scene, tasks[episode.task], frames)


class _Files:
    """The open files of one export."""

    def __init__(self, out: Path, stack: ExitStack) -> None:
        def table(name: str, columns: tuple[TableColumn, ...]) -> TableFile:
            return stack.enter_context(TableFile(out / f"{name}.parquet", columns))

        self._events = table("events", events.COLUMNS)
        self._thoughts = table("thoughts", thoughts.COLUMNS)
        self._phases = table("phases", phases.COLUMNS)
        path = out / "procedures.jsonl"
        self._procedures: IO[str] = stack.enter_context(path.open("w", encoding="utf-8"))

    def add(
        self, dataset: Dataset, episode: Episode, scene: Scene, task: TaskSpec, frames: Frames
    ) -> None:
        """Write all there is of one episode."""
        self._events.add(events.event_rows(episode))
        for procedure in procedures(episode, _goal(task)):
            self._procedures.write(canonical_json(procedure) + "\n")
        if not episode.steps:
            return
        arrays = dataset.arrays(episode)
        seen = frames.get(episode.id, {})
        self._thoughts.add(thoughts.thought_rows(episode, arrays, seen))
        compiled = compile_model(scene, dataset.assets_of(scene), "physics")
        self._phases.add(phases.phase_rows(episode, arrays, compiled))


def _goal(task: TaskSpec) -> str:
    """The goal as text in the names of the scene, without BDDL's `?` before them."""
    names = {thing.name for thing in task.objects}
    text = to_text(scene_problem(task).goal)
    return re.sub(r"\?(\w+)", lambda x: x[1] if x[1] in names else x[0], text)


def _frames(dataset: Dataset) -> Frames:
    found: Frames = {}
    for frame in dataset.frames():
        if frame.episode is not None and frame.step is not None:
            steps = found.setdefault(frame.episode, {})
            steps[frame.step] = (*steps.get(frame.step, ()), frame.id)
    return found
