"""Draws tasks: templates cast with what the library offers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, ProposalError, TaskSpec
from ....tasks.symbolic.search import Plan
from ...proposing.cast import ObjectBinding, context, usable
from ...proposing.catalogue import Catalogue
from ...proposing.draft import (
    RefusedError,
    TaskProposal,
    check,
    check_size,
    signature,
    taken_by,
    task_of,
)
from ...proposing.hand_room import check_hand_room
from . import contact, long, meals, pouring, short
from .templates import TEMPLATES, Template

NAME = "grammar"
"""In the tasks."""
ATTEMPTS = 400
"""Drafts tried for one task; towards the end any length and company will do."""
TRIES = 5
"""Drafts of one template before another is drawn: easy templates do not crowd out others."""
STRICT = 0.8
"""Share of the attempts that insist on the length that was drawn, and on what people do."""
LENGTHS = ((1, 1), (2, 2), (3, 12))
"""Skills: a third of the tasks each."""
MODULES = (short, long, contact, pouring, meals)
"""Importing them enters their templates."""


def drawn_tasks(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop`.

    Raises:
        ProposalError: where the library is too small for one more task; reasons counted.
    """
    catalogue = Catalogue(library, robot(spec.robot))
    taken = taken_by(earlier)
    tasks: list[TaskSpec] = []
    for index in range(start, stop):
        task = _one(spec, index, catalogue, taken)
        taken.add(signature(task))
        tasks.append(task)
    return tuple(tasks)


def _one(spec: DatasetSpec, index: int, catalogue: Catalogue, taken: set[str]) -> TaskSpec:
    """The first of many drafts that passes every check and is new."""
    seed = (spec.seed, 0, index)
    rng = np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=(0, index)))
    support = spec.scene.support
    scene = usable(spec.scene.objects, catalogue, support)
    used = frozenset(x.name for x in spec.scene.objects)
    lengths = [pair for pair in LENGTHS if pair[0] <= spec.tasks.max_steps]
    low, high = lengths[int(rng.integers(len(lengths)))]
    high = min(high, spec.tasks.max_steps)
    reasons: Counter[str] = Counter()
    for strict, template in _tried(rng, (low, high), spec.tasks.max_steps):
        try:
            draft = template.make(
                ObjectBinding(catalogue, scene, used, support, rng, sensible=strict)
            )
            kinds = {thing.name: thing.kind for thing in draft.things}
            check_size(kinds, context(spec.scene.objects, kinds, catalogue, support))
            task = task_of(draft, index, support, NAME, seed)
            if signature(task) in taken:
                raise RefusedError("not_new", "an earlier task is the same")
            plan = check(task, catalogue, kinds, spec.tasks.max_steps)
            check_hand_room(plan, draft.init, kinds)
            if strict and not low <= len(plan.steps) <= high:
                raise RefusedError("other_length", f"{len(plan.steps)} skills")
        except RefusedError as error:
            reasons[error.label] += 1
            continue
        return task.model_copy(update={"reason": _reason(template, draft, plan)})
    counted = ", ".join(f"{reason} x{n}" for reason, n in reasons.most_common())
    raise ProposalError(
        f"task {index}: no new task in {ATTEMPTS} drafts ({counted}); "
        "ask for fewer tasks, raise max_steps, or add a library"
    )


def _tried(
    rng: np.random.Generator, lengths: tuple[int, int], most: int
) -> Iterator[tuple[bool, Template]]:
    """Templates to try, and whether to insist on the lengths; each is drawn when it is reached."""
    for _ in range(round(STRICT * ATTEMPTS) // TRIES):
        template = _draw(rng, lengths)
        yield from itertools.repeat((True, template), TRIES)
    for _ in range(round((1 - STRICT) * ATTEMPTS)):
        yield False, _draw(rng, (1, most))


def _draw(rng: np.random.Generator, lengths: tuple[int, int]) -> Template:
    """A template of about the wanted length."""
    low, high = lengths
    fitting = [t for t in TEMPLATES if low <= t.steps <= high]
    return fitting[int(rng.integers(len(fitting)))]


def _reason(template: Template, draft: TaskProposal, plan: Plan) -> str:
    """Why the task is there: what it exercises."""
    skills = ", ".join(step.skill for step in plan.steps)
    kinds = ", ".join(sorted({thing.kind.words for thing in draft.things}))
    return f"{template.purpose}: exercises {skills} with {kinds}"
