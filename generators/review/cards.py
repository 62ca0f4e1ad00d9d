"""Facts about proposed tasks that help people to decide: plans, doubts, and what is alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...schemas import PlanningError, TaskSpec, Verdict
from ...schemas.review import Decision
from ...tasks.bddl.formula import And, to_text
from ...tasks.bddl.goals import ground_literals
from ...tasks.bddl.ordering import task_order
from ...tasks.bddl.problem import scene_problem, support_name
from ...tasks.symbolic.search import Step, plans
from ..proposing.catalogue import Catalogue
from ..proposing.draft import NODES, RefusedError, check
from ..proposing.faithful import check_faithful
from ..proposing.offered import OfferedCategory
from ..proposing.review import kinds_of, seen
from ..proposing.trial import RARE

ALIKE = 0.7
"""Share of two tasks' facts or words in common, from which on they are nearly alike."""
NEAREST = 4
"""Tasks that are named as nearly alike, at most."""


@dataclass(frozen=True)
class Picture:
    """The first scene of a task.

    Attributes:
        uri: the picture as a data URI; None where there is none.
        doubt: why there is no scene, or empty.
    """

    uri: str | None
    doubt: str = ""


@dataclass(frozen=True)
class ReviewCard:
    """One task as the page shows it.

    Attributes:
        task: as it was proposed.
        seen: the digits of its hash that a decision keeps.
        start: facts of its start, without what stands on the support.
        goal: parts of its goal.
        steps: skill and sentence of each step of its shortest plan.
        flags: doubts, a sentence each.
        near: ids of the tasks that are nearly alike.
        picture: of its first scene.
        decision: about it so far.
    """

    task: TaskSpec
    seen: str
    start: tuple[str, ...]
    goal: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    near: tuple[str, ...]
    picture: Picture
    decision: Decision | None


def review_cards(
    tasks: Sequence[TaskSpec],
    pictures: Mapping[str, Picture],
    decisions: Sequence[Decision],
    answers: Mapping[str, Verdict],
    catalogue: Catalogue,
    max_steps: int,
) -> list[ReviewCard]:
    """The cards of some tasks, in their order.

    Args:
        tasks: as they were proposed.
        pictures: by the task's id.
        decisions: taken so far.
        answers: verdicts on the answers that became tasks, by the task's id; none of proposers
            that take no answers.
        catalogue: of the library.
        max_steps: skills in the longest plan allowed.
    """
    decided = {x.task: x for x in decisions}
    near = nearly_alike(tasks)
    cards: list[ReviewCard] = []
    for task in tasks:
        picture = pictures.get(task.id, Picture(None))
        kinds = kinds_of(task, catalogue)
        problem, support = scene_problem(task), support_name(task)
        parts = problem.goal.parts if isinstance(problem.goal, And) else (problem.goal,)
        start = [x for x in problem.init if not {support, "floor", "robot"} & set(x.arguments)]
        cards.append(
            ReviewCard(
                task=task,
                seen=seen(task),
                start=tuple(map(_bare, start)),
                goal=tuple(_bare(to_text(part)) for part in parts),
                steps=tuple(
                    (x.skill.replace("_", " "), x.sentence) for x in _plan(task, catalogue)
                ),
                flags=_flags(task, kinds, catalogue, max_steps, picture, answers.get(task.id)),
                near=near[task.id],
                picture=picture,
                decision=decided.get(task.id),
            )
        )
    return cards


def nearly_alike(tasks: Sequence[TaskSpec]) -> dict[str, tuple[str, ...]]:
    """For each task the others that ask for nearly the same, or say it, the nearest first."""
    asked = {task.id: _asked(task) for task in tasks}
    said = {task.id: frozenset(_words(task.instruction)) for task in tasks}
    found: dict[str, tuple[str, ...]] = {}
    for one in asked:
        shares = {
            other: max(_common(asked[one], asked[other]), _common(said[one], said[other]))
            for other in asked
            if other != one
        }
        close = sorted((x for x in shares if shares[x] >= ALIKE), key=lambda x: (-shares[x], x))
        found[one] = tuple(close[:NEAREST])
    return found


def _asked(task: TaskSpec) -> frozenset[str]:
    """The facts of the goal, in terms of categories."""
    problem = scene_problem(task)
    kinds = dict(problem.objects)
    return frozenset(
        " ".join((f"{x.negated}", x.predicate, *(kinds.get(name, name) for name in x.arguments)))
        for x in ground_literals(problem.goal)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]{4,}", text.lower())


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of what either has that both have."""
    return len(one & other) / max(1, len(one | other))


def _plan(task: TaskSpec, catalogue: Catalogue) -> tuple[Step, ...]:
    """The steps of a shortest plan; none where no cousins allow one."""
    problem = scene_problem(task)
    able = catalogue.capabilities(kinds_of(task, catalogue), support_name(task), RARE)
    found = plans(problem.init, problem.goal, able, order=task_order(task), limit_nodes=NODES)
    try:
        return next(found).steps
    except PlanningError:
        return ()


def _flags(
    task: TaskSpec,
    kinds: Mapping[str, OfferedCategory],
    catalogue: Catalogue,
    max_steps: int,
    picture: Picture,
    answer: Verdict | None,
) -> tuple[str, ...]:
    """Doubts about a task."""
    flags = [picture.doubt] if picture.doubt else []
    for ask in (
        lambda: check(task, catalogue, kinds, max_steps),
        lambda: check_faithful(task.instruction, scene_problem(task).goal, kinds),
    ):
        try:
            ask()
        except RefusedError as error:
            flags.append(str(error))
    if answer is not None and answer.attempt:
        flags.append(f"the model needed {answer.attempt + 1} answers")
    for lost in answer.dropped if answer is not None else ():
        flags.append(f"the paraphrase {lost.text!r} was left out: {lost.reason}")
    return tuple(flags)


def _bare(fact: object) -> str:
    """A fact as a person writes it: without the outer parentheses, and without question marks."""
    text = str(fact).replace("?", "")
    plain = re.fullmatch(r"\(not \(([^()]*)\)\)", text)
    if plain:
        return f"not {plain[1]}"
    simple = re.fullmatch(r"\(([^()]*)\)", text)
    return simple[1] if simple else text
