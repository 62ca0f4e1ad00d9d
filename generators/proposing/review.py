"""Applies decisions of people to proposed tasks: some are left out, others say or ask otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...scenes.assets.library import AssetLibrary
from ...scenes.robots import robot
from ...schemas import DatasetSpec, SpecError, TaskSpec
from ...schemas.review import SEEN, Decision
from ...tasks.bddl.formula import And, Formula
from ...tasks.bddl.goals import ground_literals
from ...tasks.bddl.ordering import task_order
from ...tasks.bddl.problem import problem_text, scene_problem, support_name
from ...tasks.bddl.reader import Reader, Tokens, read_group
from .catalogue import Catalogue
from .draft import RefusedError
from .offered import OfferedCategory
from .safety import ordered
from .trial import check_worth


@dataclass(frozen=True)
class Reviewed:
    """Tasks after a review.

    Attributes:
        kept: those that were not rejected, edited where that was asked for.
        proposed: those that were rejected or edited, as they were proposed.
    """

    kept: tuple[TaskSpec, ...]
    proposed: tuple[TaskSpec, ...]

    @property
    def edited(self) -> int:
        """How many were edited."""
        return len(self.proposed) - self.rejected

    @property
    def rejected(self) -> int:
        """How many were rejected."""
        return len({x.id for x in self.proposed} - {x.id for x in self.kept})


def reviewed(
    tasks: Sequence[TaskSpec], start: int, spec: DatasetSpec, library: AssetLibrary
) -> Reviewed:
    """The tasks as the spec's review wants them.

    Args:
        tasks: as they were proposed.
        start: number of the first that was asked for.
        spec: with the review.
        library: where the objects come from.

    Raises:
        SpecError: a decision is about a task that is not there, or is another than the reviewed
            one, or asks for what cannot be done.
    """
    decided = {x.task: x for x in spec.tasks.review if start <= x.number < spec.tasks.count}
    unknown = [name for name in decided if name not in {task.id for task in tasks}]
    if unknown:
        raise _error(unknown[0], "no such task was proposed; leave it out of the review")
    kept, proposed = list[TaskSpec](), list[TaskSpec]()
    for task in tasks:
        after = _decided(task, decided[task.id], spec, library) if task.id in decided else task
        if after is not None:
            kept.append(after)
        if after != task:
            proposed.append(task)
    return Reviewed(tuple(kept), tuple(proposed))


def as_proposed(kept: Sequence[TaskSpec], proposed: Sequence[TaskSpec]) -> tuple[TaskSpec, ...]:
    """All tasks as they were before their review, by number: later ones are unlike all of them."""
    return tuple(
        sorted({x.id: x for x in (*kept, *proposed)}.values(), key=lambda task: int(task.id[1:]))
    )


def seen(task: TaskSpec) -> str:
    """The digits by which a decision knows the task that was reviewed."""
    return task.content_hash()[:SEEN]


def _decided(
    task: TaskSpec, decision: Decision, spec: DatasetSpec, library: AssetLibrary
) -> TaskSpec | None:
    """The task after a decision; None of one that is rejected."""
    if decision.seen not in (None, seen(task)):
        raise _error(
            task.id,
            f"the reviewed task was another ({decision.seen}, not {seen(task)}); review it again "
            "with `cousins propose --review`, or leave `seen` out",
        )
    if decision.decision == "reject":
        return None
    after = task
    if decision.goal is not None:
        after = _with_goal(task, decision.goal, spec, library)
    words = {"name": decision.name, "instruction": decision.instruction}
    return after.model_copy(update={key: text for key, text in words.items() if text is not None})


def _with_goal(
    task: TaskSpec, goal: Sequence[str], spec: DatasetSpec, library: AssetLibrary
) -> TaskSpec:
    """The task with another goal, which can be reached."""
    problem = scene_problem(task)
    known = dict(problem.objects)
    parts = tuple(_formula(task.id, text, known) for text in goal)
    wanted = parts[0] if len(parts) == 1 else And(parts)
    names = {thing.name: thing.instance for thing in task.objects}
    text = problem_text(replace(problem, goal=wanted).renamed(names), f"{task.id}-reviewed")
    catalogue = Catalogue(library, robot(spec.robot))
    kinds = kinds_of(task, catalogue)
    literals = set(ground_literals(wanted))
    stated = tuple(x for x in task_order(task) if x.then in literals)
    update = {"bddl": text, "paraphrases": ()}
    changed = ordered(task.model_copy(update=update), kinds, stated)
    try:
        check_worth(changed, spec, kinds, catalogue, library)
    except RefusedError as error:
        raise _error(task.id, f"goal: {error}") from error
    return changed


def kinds_of(task: TaskSpec, catalogue: Catalogue) -> Mapping[str, OfferedCategory]:
    """The kinds of a task's objects by scene name, without the support."""
    support = support_name(task)
    others = (thing for thing in task.objects if thing.name != support)
    return {thing.name: catalogue.kind(thing.category) for thing in others}


def _formula(task: str, text: str, known: dict[str, str]) -> Formula:
    """One fact such as `not inside lemon bowl`, or a BDDL formula, over a task's objects."""
    try:
        return Reader(known).formula(_tokens(text), {})
    except SpecError as error:
        raise _error(task, f"goal: {text!r}: {error}") from error


def _tokens(text: str) -> Tokens:
    words = text.split()
    if text.lstrip().startswith("("):
        return read_group(text)
    fact: Tokens = [*words[1:]] if words[:1] == ["not"] else [*words]
    return ["not", fact] if words[:1] == ["not"] else fact


def _error(task: str, text: str) -> SpecError:
    return SpecError(f"tasks.review: {task}: {text}")
