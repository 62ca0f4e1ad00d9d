"""When each fact of a goal held during an episode, for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from ...schemas import Asset, Scene, TaskSpec
from ...tasks.bddl.goals import explain
from ...tasks.bddl.problem import scene_problem
from ..images.truth.worlds import facts_at

STATES = 160
"""Recorded states at which the facts are looked up, evenly spread; the last is one of them."""


@dataclass(frozen=True)
class GoalRow:
    """One ground literal of a goal.

    Attributes:
        literal: as BDDL, such as `(inside mug drawer)`.
        spans: where it held: start and width, in per cent of the episode.
        holds: whether it did at the end.
    """

    literal: str
    spans: tuple[tuple[float, float], ...]
    holds: bool


def goal_rows(
    task: TaskSpec,
    scene: Scene,
    assets: Mapping[str, Asset],
    qpos: npt.NDArray[np.float64],
) -> tuple[GoalRow, ...]:
    """When each literal of a task's goal held; contacts are those of the recorded positions.

    Args:
        task: whose goal.
        scene: of the episode.
        assets: of the scene, by content hash.
        qpos: (T + 1, nq) positions, as in `EpisodeArrays`.
    """
    last = len(qpos) - 1
    if last == 0:
        return ()
    goal = scene_problem(task).goal
    steps = np.unique(np.linspace(0, last, STATES).round().astype(int))
    held: dict[str, list[bool]] = {}
    for step in steps:
        for report in explain(goal, facts_at(scene, assets, qpos[step])):
            held.setdefault(report.literal, []).append(report.holds)
    # Each state stands for the time until the next one; the last for none.
    places = 100 * steps / last
    return tuple(
        GoalRow(literal, _spans(values, places.tolist()), values[-1])
        for literal, values in held.items()
    )


def _spans(values: list[bool], places: list[float]) -> tuple[tuple[float, float], ...]:
    """Start and width of each stretch of truth."""
    found: list[tuple[float, float]] = []
    for holds, group in groupby(range(len(values) - 1), key=lambda number: values[number]):
        numbers = list(group)
        if holds:
            start, end = places[numbers[0]], places[numbers[-1] + 1]
            found.append((start, end - start))
    return tuple(found)
