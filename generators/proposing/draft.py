"""A task in the making: objects by kind, facts, a goal; and the checks every task must pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...schemas import DroppedParaphrase, PlanningError, SkillCall, SpecError, TaskObject, TaskSpec
from ...tasks.bddl.formula import And, Formula, Literal, to_text
from ...tasks.bddl.goals import SymbolicFacts, evaluate, ground_literals
from ...tasks.bddl.ordering import Precedence, task_order
from ...tasks.bddl.problem import Problem, problem_text, scene_problem, support_name
from ...tasks.symbolic.search import Plan, plans
from .catalogue import Catalogue
from .offered import OfferedCategory
from .safety import ordered

SUPPORT_CATEGORIES = {
    "table": "breakfast_table.n.01",
    "desk": "desk.n.01",
    "countertop": "countertop.n.01",
}
MOST_FURNITURE = 2
MOST_MOVABLE = 4
ROOM = 0.36
"""Sum of the footprints that fit in front of the robot, square metres."""
OWN_ROOM = 0.05
"""What a task may add to a scene that is full already, square metres."""
MOST_FULL = 0.55
"""Share of a container's floor that a task may fill."""
NODES = 600


class RefusedError(Exception):
    """A draft is no good; `label` is a short stable reason, `str()` says it in full."""

    def __init__(self, label: str, message: str) -> None:
        self.label = label
        super().__init__(message)

    def __reduce__(self) -> tuple[type[RefusedError], tuple[str, str]]:
        """Pickled with its label."""
        return type(self), (self.label, str(self))


@dataclass(frozen=True)
class BoundObject:
    """An object of a draft: its name in the scene and what it is."""

    name: str
    kind: OfferedCategory


@dataclass(frozen=True)
class TaskProposal:
    """A task before it is checked.

    Attributes:
        things: every object except the support.
        init: what holds at the start; what is placed nowhere stands on the support.
        goal: in scene names, as `init`.
        title: a few words.
        instruction: what to do, in a sentence.
        reason: why it was chosen.
        order: what must hold before something else comes about, in scene names; what is safe
            is added to it.
        paraphrases: other ways of saying the instruction.
        dropped: those that it does not have, with the reason.
    """

    things: tuple[BoundObject, ...]
    init: tuple[Literal, ...]
    goal: Formula
    title: str
    instruction: str
    reason: str
    order: tuple[Precedence, ...] = ()
    paraphrases: tuple[str, ...] = ()
    dropped: tuple[DroppedParaphrase, ...] = ()


def task_of(
    draft: TaskProposal, index: int, support: str, proposer: str, seed: tuple[int, ...]
) -> TaskSpec:
    """The draft as a TaskSpec, with its BDDL text."""
    category = SUPPORT_CATEGORIES[support]
    instances = {support: f"{category}_1"}
    counts: Counter[str] = Counter({category: 1})
    for thing in draft.things:
        counts[thing.kind.category] += 1
        instances[thing.name] = f"{thing.kind.category}_{counts[thing.kind.category]}"
    kinds = {support: category, **{thing.name: thing.kind.category for thing in draft.things}}
    placed = {fact.arguments[0] for fact in draft.init if fact.predicate in ("ontop", "inside")}
    standing = [Literal("ontop", (x.name, support)) for x in draft.things if x.name not in placed]
    named = Problem(
        objects=tuple((name, kinds[name]) for name in instances),
        init=(*standing, *draft.init),
        goal=draft.goal,
    )
    task = TaskSpec(
        id=f"t{index:04d}",
        name=draft.title,
        instruction=draft.instruction,
        bddl=problem_text(named.renamed(instances), f"{_slug(draft.title)}-0"),
        objects=tuple(
            TaskObject(name=name, instance=instances[name], category=kinds[name])
            for name in instances
        ),
        proposer=proposer,
        seed=seed,
        reason=draft.reason,
        paraphrases=draft.paraphrases,
    )
    return ordered(task, {thing.name: thing.kind for thing in draft.things}, draft.order)


def check(
    task: TaskSpec,
    catalogue: Catalogue,
    kinds: Mapping[str, OfferedCategory],
    max_steps: int,
    certainty: float = 1.0,
    most_full: float = MOST_FULL,
) -> Plan:
    """The shortest plan of a task that is worth keeping.

    Args:
        task: to check.
        catalogue: what fits where.
        kinds: of the task's objects by scene name, without the support.
        max_steps: skills in the longest plan allowed.
        certainty: share of cousins that must fit their places.
        most_full: share of a container's floor that it may fill.

    Raises:
        RefusedError: where the task is done already or has no plan short enough.
        SpecError: where its BDDL is wrong.
    """
    problem = scene_problem(task)
    if evaluate(problem.goal, SymbolicFacts(frozenset(problem.init))):
        raise RefusedError("done_already", "the goal holds at the start; ask for a change")
    able = catalogue.capabilities(kinds, support_name(task), certainty)
    try:
        plan = next(
            plans(problem.init, problem.goal, able, order=task_order(task), limit_nodes=NODES)
        )
    except PlanningError as error:
        raise RefusedError(str(error.cause), f"no plan: {error}") from error
    check_room(problem.goal, kinds, most_full)
    check_start_room(problem.init, kinds, most_full)
    if not 1 <= len(plan.steps) <= max_steps:
        steps = ", ".join(str(SkillCall(*step.key)) for step in plan.steps)
        raise RefusedError(
            "too_long",
            f"the shortest plan has {len(plan.steps)} skills ({steps}); "
            f"allowed are 1 to {max_steps}",
        )
    return plan


def check_room(
    goal: Formula, kinds: Mapping[str, OfferedCategory], most_full: float = MOST_FULL
) -> None:
    """Refuse to put more into something than finds room side by side, with fingers between.

    Args:
        goal: in the names of the scene.
        kinds: of the task's objects by scene name, without the support.
        most_full: share of a container's floor that may be filled.

    Raises:
        RefusedError: `too_full`.
    """
    loads: dict[str, list[str]] = {}
    for literal in ground_literals(goal):
        if literal.predicate == "inside" and not literal.negated:
            loads.setdefault(literal.arguments[1], []).append(literal.arguments[0])
    for target, things in loads.items():
        if len(things) < 2 or target not in kinds:
            continue
        need = sum(kinds[name].foot for name in things if name in kinds)
        room = kinds[target].widest
        if need > most_full * room:
            raise RefusedError(
                "too_full",
                f"{', '.join(things)} need {need:.3f} m^2 in {target}; it has {room:.3f}",
            )


def check_start_room(
    init: Iterable[Literal], kinds: Mapping[str, OfferedCategory], most_full: float = MOST_FULL
) -> None:
    """Refuse a start with more on one thing than finds room there side by side.

    Args:
        init: in the names of the scene.
        kinds: of the task's objects by scene name, without the support.
        most_full: share of a surface that may be filled.

    Raises:
        RefusedError: `too_full`.
    """
    loads: dict[str, list[str]] = {}
    for fact in init:
        if fact.predicate == "ontop" and not fact.negated and fact.arguments[1] in kinds:
            loads.setdefault(fact.arguments[1], []).append(fact.arguments[0])
    for target, things in loads.items():
        need = sum(kinds[name].foot for name in things)
        room = kinds[target].top
        if len(things) > 1 and need > most_full * room:
            raise RefusedError(
                "too_full",
                f"{', '.join(things)} need {need:.3f} m^2 on {target}; it has {room:.3f}",
            )


def check_size(
    kinds: Mapping[str, OfferedCategory], context: Sequence[OfferedCategory] = ()
) -> None:
    """Refuse what does not fit in front of one arm.

    Args:
        kinds: of the task's objects by scene name, without the support.
        context: what else stands on the support; it alone never exceeds the limits.

    Raises:
        RefusedError: where there is too much.
    """
    everything = (*kinds.values(), *context)
    furniture = sum(kind.furniture for kind in everything)
    # Grains lie in a vessel and take no room of their own.
    movable = sum(not kind.furniture and not kind.grain for kind in kinds.values())
    most = max(MOST_FURNITURE, sum(kind.furniture for kind in context))
    if furniture > most or movable > MOST_MOVABLE:
        raise RefusedError(
            "too_many",
            f"{furniture} pieces of furniture and {movable} movable objects; "
            f"allowed are {most} and {MOST_MOVABLE}",
        )
    area = sum(kind.area for kind in everything if not kind.grain)
    room = max(ROOM, sum(kind.area for kind in context) + OWN_ROOM)
    if area > room:
        raise RefusedError("too_large", f"footprints of {area:.2f} m^2; there is room for {room}")


def signature(task: TaskSpec) -> str:
    """Equal for tasks that differ only in names: start and goal in terms of categories.

    Raises:
        SpecError: where the task's BDDL is wrong.
    """
    problem = scene_problem(task)
    kinds = dict(problem.objects)
    support = support_name(task)

    def blurred(text: str) -> str:
        return re.sub(r"[^\s()?]+", lambda word: kinds.get(word[0], word[0]), text)

    parts = problem.goal.parts if isinstance(problem.goal, And) else (problem.goal,)
    goal = sorted(blurred(to_text(part)) for part in parts)
    known = {support, "floor", "robot"}
    facts = [fact for fact in problem.init if not known & set(fact.arguments)]
    return " ".join((*goal, "<-", *sorted(blurred(str(fact)) for fact in facts)))


def taken_by(earlier: tuple[TaskSpec, ...]) -> set[str]:
    """The signatures of tasks that exist.

    Raises:
        SpecError: where one of them is broken.
    """
    found: set[str] = set()
    for task in earlier:
        try:
            found.add(signature(task))
        except SpecError as error:
            raise SpecError(f"earlier task {task.id}: {error}") from error
    return found


def _slug(title: str) -> str:
    """The title as a problem name."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "task"
