"""Tasks attempted in scene after scene until they are solved once, and what came of them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...generators.proposing.draft import signature
from ...generators.store.hashing import item_seed
from ...schemas import AssemblyError, DatasetSpec, Episode, TaskSpec
from ...tasks.solving.feasibility import ReachBudget
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ..stages import production
from ._attempts import in_processes

CONFIGURATIONS = 2_000_000
"""Of the arm that may be looked at for one task, in the layouts of all of its scenes together."""


@dataclass(frozen=True)
class Trial:
    """The result of one task.

    Attributes:
        length: skills that were carried out in the attempt that solved it, or the last one.
        ran: whether any scene could be assembled.
        scenes: how many were tried.
        pending: whether it was not solved, and might have been had more layouts been tried; for
            what they cost, they were not.
        solved: whether the last attempt solved it.
        kept: whether it also kept the order; true where the task has none.
    """

    length: int
    ran: bool
    scenes: int
    pending: bool
    solved: bool
    kept: bool


def attempt(job: tuple[DatasetSpec, TaskSpec, int]) -> Trial:
    """Attempt a task in scenes until one attempt solves it.

    Args:
        job: the spec, the task, and how many scenes there are at most.
    """
    spec, task, scenes = job
    library = production().library(spec.assets)
    last: Episode | None = None
    number, budget = 0, ReachBudget(CONFIGURATIONS)
    while number < scenes and not budget.is_spent and (last is None or not last.success):
        name = f"{task.id}-e{number:02d}"
        seed = item_seed(spec.seed, "episodes", int(task.id[1:]), number)
        try:
            scene, assets = build_scene(spec, task, number, library, budget)
            last, _ = solve(scene, assets, task, spec.episodes, seed, name)
        except AssemblyError as error:
            say(f"{task.id} scene {number}: {error}")
        number += 1
    solved = last is not None and last.success
    length = 0 if last is None else len(last.subtasks)
    kept = last is not None and all(report.kept for report in last.order)
    pending = budget.is_spent and not solved
    trial = Trial(length, last is not None, number, pending, solved, kept)
    say(json.dumps({"task": task.id, "instruction": task.instruction, **asdict(trial)}))
    return trial


def scores(
    spec: DatasetSpec, tasks: Sequence[TaskSpec], scenes: int, workers: int
) -> dict[str, Any]:
    """Shares of the tasks, and how they spread.

    Args:
        spec: that the tasks belong to.
        tasks: to attempt.
        scenes: in which each is attempted at most.
        workers: processes.
    """
    jobs = [(spec, task, scenes) for task in tasks]
    trials = list(in_processes(attempt, jobs, workers))
    ordered = [x for x, task in zip(trials, tasks, strict=True) if task.order and x.solved]
    words = {task.instruction for task in tasks}
    return {
        "proposals": len(tasks),
        "executes_share": share([x.ran for x in trials]),
        "solved_share": share([x.solved for x in trials]),
        "pending": sum(x.pending for x in trials),
        "distinct_share": round(len({signature(task) for task in tasks}) / len(tasks), 4),
        "distinct_words_share": round(len(words) / len(tasks), 4),
        "order_kept_share": share([x.kept for x in ordered]),
        "with_order": sum(bool(task.order) for task in tasks),
        "by_length": _counts(x.length for x in trials if x.solved),
        "by_difficulty": _counts(x.scenes for x in trials if x.solved),
    }


def say(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr)  # noqa: T201


def share(values: Sequence[bool]) -> float | None:
    """Of the true ones; None where there are no values."""
    return round(sum(values) / len(values), 4) if values else None


def _counts(values: Iterable[int]) -> dict[str, int]:
    return {str(value): count for value, count in sorted(Counter(values).items())}
