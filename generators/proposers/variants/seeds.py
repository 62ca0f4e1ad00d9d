"""Seed tasks as the derivations see them: things, start, and a goal of single facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ....scenes.assets.library import AssetLibrary
from ....schemas import DatasetSpec, ObjectSpec, SpecError, TaskSpec
from ....schemas.seeds import SEEDS
from ....tasks.bddl.formula import And, Atom, Forall, Formula, Literal, Not
from ....tasks.bddl.goals import ground_literals
from ....tasks.bddl.ordering import Precedence, task_order
from ....tasks.bddl.problem import scene_problem, support_name
from ...proposing.cast import Names
from ...proposing.catalogue import Catalogue
from ...proposing.draft import RefusedError, check
from ...proposing.offered import OfferedCategory
from ..behavior.binding import CERTAINTIES, LONGEST, bound_tasks
from ..given.binding import BRIMFUL, given_tasks

GIVEN = ("tasks", "given")


@dataclass(frozen=True)
class Seed:
    """A task from which others are derived.

    Attributes:
        number: among the seeds.
        task: as it was given.
        kinds: of its objects by scene name, without the support.
        init: what holds at the start, but for what stands on the support.
        goal: facts that shall hold together, or shall not hold.
        order: of facts, what is safe included.
        layout: objects of which a certain asset is wanted.
        length: skills in its shortest plan.
        certainty: share of cousins that must fit, as the seed itself has it.
    """

    number: int
    task: TaskSpec
    kinds: Mapping[str, OfferedCategory]
    init: tuple[Literal, ...]
    goal: tuple[Literal, ...]
    order: tuple[Precedence, ...]
    layout: tuple[ObjectSpec, ...]
    length: int
    certainty: float


def seed_tasks(spec: DatasetSpec, library: AssetLibrary) -> tuple[TaskSpec, ...]:
    """The seed tasks of a spec, those of `tasks.seeds` before its activities.

    Raises:
        SpecError: where one cannot be read or done, with its place in the spec.
    """
    activities = len(spec.tasks.activities)
    return (*written_seeds(spec, library), *bound_tasks(spec, 0, activities, library))


def written_seeds(spec: DatasetSpec, library: AssetLibrary) -> tuple[TaskSpec, ...]:
    """The tasks of `tasks.seeds`.

    Raises:
        SpecError: where one cannot be read or done, with its place in the spec.
    """
    tasks, count = spec.tasks, len(spec.tasks.seeds)
    given = spec.model_copy(update={"tasks": tasks.model_copy(update={"given": tasks.seeds})})
    try:
        return given_tasks(given, 0, count, library)
    except SpecError as error:
        place = (*SEEDS, *error.place[len(GIVEN) :]) if error.place[:2] == GIVEN else error.place
        raise SpecError(str(error), place=place) from error


def read_seeds(spec: DatasetSpec, catalogue: Catalogue, library: AssetLibrary) -> tuple[Seed, ...]:
    """The seed tasks of a spec, ready to be changed.

    Raises:
        SpecError: where one cannot be read or done, with its place in the spec.
    """
    return tuple(
        _seed(number, task, spec, catalogue)
        for number, task in enumerate(seed_tasks(spec, library))
    )


def _seed(number: int, task: TaskSpec, spec: DatasetSpec, catalogue: Catalogue) -> Seed:
    support = support_name(task)
    problem = scene_problem(task)
    pinned = {thing.name: thing.asset for thing in task.layout if thing.asset is not None}
    categories = {x.name: x.category for x in task.objects if x.name != support}
    kinds = {
        name: _kind(category, pinned.get(name), catalogue) for name, category in categories.items()
    }
    length, certainty = _measured(task, kinds, catalogue)
    known = {*kinds, support}
    init = tuple(x for x in problem.init if known.issuperset(x.arguments))
    placed = ("ontop", support)
    names = _names(number, kinds, spec)
    names[support] = spec.scene.support
    goal = tuple(x for x in _facts(problem.goal) if known.issuperset(x.arguments))
    if not goal:
        raise SpecError(
            f"seed task {number}: its goal leaves a choice or counts, so nothing can be derived "
            "from it; state it in single facts"
        )
    return Seed(
        number,
        task,
        {names[name]: kind for name, kind in kinds.items()},
        tuple(_renamed(x, names) for x in init if (x.predicate, x.arguments[-1]) != placed),
        tuple(_renamed(x, names) for x in goal),
        tuple(
            Precedence(_renamed(x.first, names), _renamed(x.then, names))
            for x in task_order(task)
            if known.issuperset((*x.first.arguments, *x.then.arguments))
        ),
        tuple(
            ObjectSpec(name=names[name], category=categories[name], asset=asset)
            for name, asset in pinned.items()
        ),
        length,
        certainty,
    )


def _kind(category: str, asset: str | None, catalogue: Catalogue) -> OfferedCategory:
    """The kind of an object: of its one asset, where that is said."""
    kind = catalogue.kind(category)
    if asset is None:
        return kind
    return catalogue.kind_of(category, (catalogue.library.get(asset),) * len(kind.assets))


def _measured(
    task: TaskSpec, kinds: Mapping[str, OfferedCategory], catalogue: Catalogue
) -> tuple[int, float]:
    """Skills in its shortest plan, and the share of cousins that must fit for it."""
    *strict, least = CERTAINTIES
    for certainty in strict:
        try:
            plan = check(task, catalogue, kinds, LONGEST, certainty, BRIMFUL)
        except RefusedError:
            continue
        return len(plan.steps), certainty
    try:
        plan = check(task, catalogue, kinds, LONGEST, least, BRIMFUL)
    except RefusedError as error:
        raise SpecError(f"seed task {task.name!r} cannot be done: {error}") from error
    return len(plan.steps), least


def _facts(goal: Formula) -> tuple[Literal, ...]:
    """The facts that a goal asks for, where they must all hold; else those that can be told."""
    match goal:
        case Atom() | Forall(_, Atom() | Not(Atom())) | Not(Atom()):
            return ground_literals(goal)
        case And(parts):
            return tuple(dict.fromkeys(fact for part in parts for fact in _facts(part)))
        case _:
            return ()


def _names(number: int, kinds: Mapping[str, OfferedCategory], spec: DatasetSpec) -> dict[str, str]:
    """New names: those of the person's scene, for its only thing of a category, else plain ones.

    Written tasks speak in names that people chose, which stay.
    """
    seeds = spec.tasks.seeds
    chosen = number < len(seeds) and not seeds[number].goal[0].lstrip().startswith("(define")
    if chosen:
        return {name: name for name in kinds}
    own = {thing.category: thing.name for thing in spec.scene.objects}
    categories = Counter(kind.category for kind in kinds.values())
    names = {
        name: own[kind.category]
        for name, kind in kinds.items()
        if categories[kind.category] == 1 and kind.category in own
    }
    named = Names(thing.name for thing in spec.scene.objects)
    return {name: names.get(name) or named.fresh(kind) for name, kind in kinds.items()}


def _renamed(fact: Literal, names: Mapping[str, str]) -> Literal:
    return replace(fact, arguments=tuple(names[x] for x in fact.arguments))
