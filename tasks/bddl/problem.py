"""BDDL problems: read from text, written again, and bound to the objects of a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ...schemas import ANY_JOINT, ANY_SWITCH, ObjectSpec, SpecError, TaskSpec
from .formula import And, Formula, Literal, rename, to_text
from .reader import Reader, as_group, read_objects, sections, show

FLOORS = ("floor.n.01", "lawn.n.01", "driveway.n.01")
"""The ground, which every scene has without naming it."""
AGENTS = ("agent.n.01",)
SUPPORTS = ("table", "desk", "countertop")
"""What the support can be called in a scene."""
OPEN_SHARE = 0.9
"""Of a joint's range, where a problem starts with something open or on."""
STATED = {"open": ANY_JOINT, "toggled_on": ANY_SWITCH}
"""What each state of one object is a state of."""


@dataclass(frozen=True)
class Problem:
    """A BDDL problem.

    Attributes:
        objects: (instance, category) pairs, in the order of the text.
        init: what holds at the start, without rooms.
        goal: what must hold at the end.
        rooms: (instance, room) pairs from `inroom`; they do not matter to one workspace.
    """

    objects: tuple[tuple[str, str], ...]
    init: tuple[Literal, ...]
    goal: Formula
    rooms: tuple[tuple[str, str], ...] = ()

    def category(self, instance: str) -> str:
        """The category of an instance.

        Raises:
            KeyError: where there is no such instance.
        """
        return dict(self.objects)[instance]

    def renamed(self, names: Mapping[str, str]) -> Problem:
        """The problem with other names for its instances.

        Raises:
            KeyError: where `names` lacks an instance.
        """

        def fact(old: Literal) -> Literal:
            return replace(old, arguments=tuple(names[x] for x in old.arguments))

        return Problem(
            objects=tuple((names[instance], category) for instance, category in self.objects),
            init=tuple(fact(old) for old in self.init),
            goal=rename(self.goal, names),
            rooms=tuple((names[instance], room) for instance, room in self.rooms),
        )


@lru_cache(maxsize=4096)
def parse(text: str) -> Problem:
    """Read a BDDL problem.

    Raises:
        SpecError: naming what is wrong (syntax, predicate, object) and what is allowed.
    """
    parts = sections(text)
    objects = read_objects(parts[":objects"])
    reader = Reader(objects)
    init: list[Literal] = []
    rooms: list[tuple[str, str]] = []
    for group in parts[":init"]:
        negated = isinstance(group, list) and len(group) == 2 and group[0] == "not"
        atom = as_group(group[1] if negated else group, "in :init")
        if atom[:1] == ["inroom"] and not negated:
            if len(atom) != 3:
                raise SpecError(f"BDDL: {show(atom)}: inroom takes an object and a room")
            rooms.append((reader.name(atom[1], {}), str(atom[2])))
            continue
        found = reader.atom(atom, {})
        init.append(Literal(found.predicate, found.arguments, negated))
    goals = tuple(reader.formula(as_group(x, "in :goal"), {}) for x in parts[":goal"])
    if not goals:
        raise SpecError("BDDL: :goal is empty; it takes a formula")
    goal = goals[0] if len(goals) == 1 else And(goals)
    return Problem(tuple(objects.items()), tuple(init), goal, tuple(rooms))


def problem_text(problem: Problem, name: str = "problem-0") -> str:
    """The problem as BDDL text, which `parse` reads back to the same value.

    Objects are written category by category, so those of several categories by turns come back
    in another order.
    """
    by_category: dict[str, list[str]] = {}
    for instance, category in problem.objects:
        by_category.setdefault(category, []).append(instance)
    objects = "\n".join(f"        {' '.join(x)} - {c}" for c, x in by_category.items())
    facts = [str(literal) for literal in problem.init]
    facts += [f"(inroom {instance} {room})" for instance, room in problem.rooms]
    init = "\n".join(f"        {fact}" for fact in facts)
    return (
        f"(define (problem {name})\n    (:domain omnigibson)\n"
        f"    (:objects\n{objects}\n    )\n    (:init\n{init}\n    )\n"
        f"    (:goal\n        {to_text(problem.goal)}\n    )\n)\n"
    )


def scene_problem(task: TaskSpec) -> Problem:
    """The task's problem in the names of the scene; floors are `floor`, agents are `robot`.

    Raises:
        SpecError: where the text is wrong or an instance is bound to no object of the scene, or
            where the task has no goal.
    """
    if not task.has_goal:
        raise SpecError(
            f"task {task.id} has no goal: its dataset was made with `tasks: none`, for pictures "
            "alone; make one with tasks"
        )
    return _bound(task.bddl, tuple((thing.instance, thing.name) for thing in task.objects))


@lru_cache(maxsize=4096)
def _bound(text: str, bindings: tuple[tuple[str, str], ...]) -> Problem:
    """The problem with the instances' names in the scene."""
    problem = parse(text)
    names = dict(bindings)
    for instance, category in problem.objects:
        if instance not in names and category in FLOORS:
            names[instance] = "floor"
        elif instance not in names and category in AGENTS:
            names[instance] = "robot"
    declared = [instance for instance, _ in problem.objects]
    loose = [x for x in declared if x not in names] + [x for x in names if x not in declared]
    if loose:
        raise SpecError(
            f"task: {', '.join(loose)} must be in both the BDDL text "
            f"({', '.join(declared)}) and the task's objects"
        )
    return problem.renamed(names)


def support_name(task: TaskSpec) -> str:
    """The task's name for the support; `table` where none of its objects is the support."""
    return next((thing.name for thing in task.objects if thing.name in SUPPORTS), SUPPORTS[0])


def object_specs(task: TaskSpec) -> tuple[ObjectSpec, ...]:
    """The task's objects with their relations at the start, each after what it depends on.

    The support, floors and agents are left out; what lies on the floor lies on the support.
    `open` and `toggled_on` set the share of one joint; what says neither is left to the scene.

    Raises:
        SpecError: where the start cannot be expressed as one relation per object.
    """
    problem = scene_problem(task)
    support = support_name(task)
    waiting = {thing.name: thing.category for thing in task.objects if thing.name != support}
    relations = _relations(tuple(waiting), problem.init, support)
    specs: dict[str, ObjectSpec] = {}
    while waiting:
        ready = [
            name
            for name in waiting
            if name not in relations or relations[name][1] in (support, *specs)
        ]
        if not ready:
            raise SpecError(
                f"task {task.id}: in :init {', '.join(waiting)} rest on each other "
                "or on nothing that is listed"
            )
        for name in ready:
            fields = {"name": name, "category": waiting.pop(name), "joint": _joint(name, problem)}
            if name in relations:
                fields |= dict([relations[name]])
            specs[name] = ObjectSpec.model_validate(fields)
    return tuple(specs.values())


def _relations(
    names: tuple[str, ...], init: tuple[Literal, ...], support: str
) -> dict[str, tuple[str, str]]:
    """For each object that a literal places: the field of ObjectSpec and its target."""
    relations: dict[str, tuple[str, str]] = {}
    held = [fact for fact in init if not fact.negated and "robot" not in fact.arguments]
    for fact in held:
        if fact.predicate not in ("inside", "ontop"):
            continue
        name, target = fact.arguments
        target = support if target == "floor" else target
        relation = ("inside" if fact.predicate == "inside" else "on", target)
        if name in names and relations.setdefault(name, relation) != relation:
            raise SpecError(
                f"BDDL: :init places {name} twice ({' '.join(relations[name])}; "
                f"{' '.join(relation)}); keep one"
            )
    for fact in held:
        if fact.predicate in ("under", "touching", "attached"):
            raise SpecError(
                f"BDDL: {fact} in :init cannot be arranged; "
                "allowed there are ontop, inside, nextto, open, toggled_on, inroom"
            )
        if fact.predicate == "nextto":
            movers = [x for x in fact.arguments if relations.get(x, ("on", support))[1] == support]
            movers.sort(key=lambda x: names.index(x) if x in names else -1)
            if len(movers) < 2 or movers[-1] not in names:
                raise SpecError(f"BDDL: {fact} in :init needs two objects on the {support}")
            relations[movers[-1]] = ("next_to", movers[0])
    return relations


def _joint(name: str, problem: Problem) -> dict[str, float]:
    """How far joints of an object are open or on at the start, where the problem says so."""
    shares: dict[str, float] = {}
    for fact in problem.init:
        if fact.predicate in STATED and fact.arguments == (name,):
            shares[STATED[fact.predicate]] = 0.0 if fact.negated else OPEN_SHARE
    return shares
