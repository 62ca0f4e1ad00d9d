"""How many proposals can be built, solved, and are what their words say, nobody choosing.

Each task is attempted in scene after scene until it is solved once. The stored answers of a
language model pass the checks of `openai`; what these refuse is forced through, to see which
refusals were false.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from ...generators.proposers import propose
from ...generators.proposers.openai.acceptance import Acceptance
from ...generators.proposers.openai.answers import draft_of
from ...generators.proposers.openai.offering import offer
from ...generators.proposers.openai.prompt import request, rules
from ...generators.proposers.openai.schema import read_answer
from ...generators.proposing.catalogue import Catalogue
from ...generators.proposing.draft import RefusedError, signature, task_of
from ...generators.store.hashing import item_seed
from ...scenes.core.franka import FRANKA
from ...schemas import AssemblyError, DatasetSpec, Episode, SpecError, TaskSpec
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ..stages import production
from ._answers import SPEC, StoredAnswer, stored_answers
from ._attempts import in_processes

TASKS, SCENES = 200, 10
SMALL_TASKS, SMALL_SCENES = 6, 2
WORKERS = 2
REPEATED = "not_new"
"""Label of a refusal that is right though the task may well be done."""
BAD_START = "bad_start"
"""Label of a task whose start cannot be arranged."""
CHARACTERS = 4
"""Of a token, roughly."""


@dataclass(frozen=True)
class Trial:
    """The result of one task.

    Attributes:
        length: skills that were carried out in the attempt that solved it, or the last one.
        ran: whether any scene could be assembled.
        scenes: how many were tried.
        solved: whether the last attempt solved it.
        kept: whether it also kept the order; true where the task has none.
    """

    length: int
    ran: bool
    scenes: int
    solved: bool
    kept: bool


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `proposals`."""
    count, scenes = (SMALL_TASKS, SMALL_SCENES) if small else (TASKS, SCENES)
    workers = 1 if small else WORKERS
    spec = _spec(seed, count)
    tasks = propose(spec, 0, count, (), production().library(spec.assets))
    return {
        "workers": workers,
        **_scores(spec, tasks, scenes, workers),
        "answers": _answered(stored_answers(), small, scenes, workers),
    }


def _spec(seed: int, count: int) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "bench-proposals",
            "seed": seed,
            "scene": {"clutter": {"count": {"uniform": [0, 2]}}},
            "tasks": {"count": count, "max_steps": 5},
        }
    )


def _scores(
    spec: DatasetSpec, tasks: Sequence[TaskSpec], scenes: int, workers: int
) -> dict[str, Any]:
    """Shares of the tasks, and how they spread."""
    jobs = [(spec, task, scenes) for task in tasks]
    trials = list(in_processes(_try, jobs, workers))
    ordered = [x for x, task in zip(trials, tasks, strict=True) if task.order and x.solved]
    words = {task.instruction for task in tasks}
    return {
        "proposals": len(tasks),
        "executes_share": _share([x.ran for x in trials]),
        "solved_share": _share([x.solved for x in trials]),
        "distinct_share": round(len({signature(task) for task in tasks}) / len(tasks), 4),
        "distinct_words_share": round(len(words) / len(tasks), 4),
        "order_kept_share": _share([x.kept for x in ordered]),
        "with_order": sum(bool(task.order) for task in tasks),
        "by_length": _counts(x.length for x in trials if x.solved),
        "by_difficulty": _counts(x.scenes for x in trials if x.solved),
    }


def _try(job: tuple[DatasetSpec, TaskSpec, int]) -> Trial:
    """Attempt a task in scenes until one attempt solves it."""
    spec, task, scenes = job
    library = production().library(spec.assets)
    last: Episode | None = None
    number = 0
    while number < scenes and (last is None or not last.success):
        name = f"{task.id}-e{number:02d}"
        seed = item_seed(spec.seed, "episodes", int(task.id[1:]), number)
        try:
            scene, assets = build_scene(spec, task, number, library)
            last, _ = solve(scene, assets, task, spec.episodes, seed, name)
        except AssemblyError as error:
            _say(f"{task.id} scene {number}: {error}")
        number += 1
    solved = last is not None and last.success
    length = 0 if last is None else len(last.subtasks)
    kept = last is not None and all(report.kept for report in last.order)
    trial = Trial(length, last is not None, number, solved, kept)
    _say(json.dumps({"task": task.id, "instruction": task.instruction, **asdict(trial)}))
    return trial


def _answered(
    answers: Sequence[StoredAnswer], small: bool, scenes: int, workers: int
) -> dict[str, Any]:
    """Yields of the stored answers, and scores of what was kept."""
    if small:
        answers = [x for x in answers if x.number < SMALL_TASKS]
    library = production().library(SPEC.assets)
    catalogue = Catalogue(library, FRANKA)
    gates = Acceptance(SPEC, library, catalogue, "openai")
    kept: dict[int, TaskSpec] = {}
    taken, reasons, refused = set[str](), Counter[str](), list[StoredAnswer]()
    first = 0
    for answer in answers:
        if answer.number in kept:
            continue
        try:
            task = gates.task_of(answer.answer, answer.number, taken)
        except (RefusedError, SpecError) as error:
            label = error.label if isinstance(error, RefusedError) else BAD_START
            reasons[label] += 1
            if label != REPEATED:
                refused.append(answer)
            continue
        kept[answer.number] = task
        taken.add(signature(task))
        first += answer.attempt == 0
    numbers = {answer.number for answer in answers}
    tasks = [kept[number] for number in sorted(kept)]
    forced = list(in_processes(partial(_forced, scenes), refused, workers))
    size = sum(_characters(answer, catalogue) for answer in answers)
    return {
        "first_answer_share": round(first / len(numbers), 4),
        "after_repair_share": round(len(kept) / len(numbers), 4),
        "rejected_by_reason": dict(reasons.most_common()),
        "false_refusals": sum(forced),
        "false_refusal_share": round(sum(forced) / len(answers), 4),
        "tokens_per_kept_task": round(size / CHARACTERS / max(1, len(kept))),
        **_scores(SPEC, tasks, scenes, workers),
    }


def _characters(answer: StoredAnswer, catalogue: Catalogue) -> int:
    """Of an answer and its request, without the earlier tasks."""
    offered = offer(SPEC, catalogue, answer.number)
    asked = rules(SPEC, offered) + request(range(answer.number, answer.number + 1), (), SPEC)
    return len(asked) + len(answer.answer)


def _forced(scenes: int, answer: StoredAnswer) -> bool:
    """Whether a refused answer is solved all the same, where it says a task at all."""
    catalogue = Catalogue(production().library(SPEC.assets), FRANKA)
    try:
        draft = draft_of(read_answer(answer.answer), SPEC, catalogue)
        task = task_of(draft, answer.number, "table", "openai", (SPEC.seed, 0, answer.number))
    except (RefusedError, SpecError):
        return False
    return _try((SPEC, task, scenes)).solved


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _counts(values: Iterable[int]) -> dict[str, int]:
    return {str(value): count for value, count in sorted(Counter(values).items())}
