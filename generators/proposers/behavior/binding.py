"""Binds activities of BEHAVIOR-1K to a scene, their BDDL text unchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice, product

from pydantic import ValidationError

from ....scenes.assets.library import AssetLibrary
from ....scenes.core import taxonomy
from ....scenes.cousins.catalogue import ranking
from ....scenes.robots import robot
from ....schemas import DatasetSpec, SpecError, TaskObject, TaskSpec
from ....schemas.reserved import is_reserved
from ....tasks.bddl.activities import activity_text
from ....tasks.bddl.problem import AGENTS, FLOORS, Problem, object_specs, parse
from ...proposing.catalogue import Catalogue
from ...proposing.draft import RefusedError, check
from ...proposing.offered import OfferedCategory
from ...proposing.safety import ordered

NAME = "behavior"
"""In the tasks."""
LONGEST = 60
"""Skills in the longest plan: a named activity is wanted however long it is."""
CERTAINTIES = (1.0, 0.05)
"""Share of cousins that must fit their places: all if that can be had, else some."""
MOST_CASTINGS = 30
STAND_INS = 3
"""Other categories tried for a piece of furniture that turns out too small."""
FARTHEST = 0.26
"""Greatest taxonomy distance of those."""
CARRIERS = ("bed.n.01", "sofa.n.01")
"""Furniture whose part the support may play, as it does that of tables."""


def bound_tasks(
    spec: DatasetSpec, start: int, stop: int, library: AssetLibrary
) -> tuple[TaskSpec, ...]:
    """Activities number `start` up to `stop`, as far as the spec names any.

    Raises:
        SpecError: where an activity is unknown or unsupported, the library has nothing for
            a category, or it cannot be done on one support.
    """
    catalogue = Catalogue(library, robot(spec.robot))
    names = spec.tasks.activities[start:stop]
    return tuple(_task(name, start + number, spec, catalogue) for number, name in enumerate(names))


def _task(name: str, index: int, spec: DatasetSpec, catalogue: Catalogue) -> TaskSpec:
    """The activity, bound to a scene."""
    text = activity_text(name)
    try:
        problem = parse(text)
        names = bindings(problem, spec.scene.support, catalogue)
        castings = tuple(_castings(problem, names, spec.scene.support, catalogue))
    except SpecError as error:
        raise SpecError(f"activity {name}: {error}") from error
    refused: RefusedError | None = None
    for certainty, categories in product(CERTAINTIES, castings):
        task = TaskSpec(
            id=f"t{index:04d}",
            name=name.replace("_", " "),
            instruction=name.replace("_", " ").capitalize() + ".",
            bddl=text,
            objects=tuple(task_object(names[x], x, categories[x]) for x in names),
            proposer=NAME,
            seed=(spec.seed, 0, index),
            reason=f"BEHAVIOR-1K activity {name}",
        )
        object_specs(task)
        kinds: dict[str, OfferedCategory] = {
            names[x]: catalogue.kind(categories[x]) for x in names if names[x] != spec.scene.support
        }
        task = ordered(task, kinds)
        try:
            check(task, catalogue, kinds, LONGEST, certainty)
        except RefusedError as error:
            refused = refused or error
            continue
        return task
    raise SpecError(f"activity {name} cannot be done on one {spec.scene.support}: {refused}")


def bindings(problem: Problem, support: str, catalogue: Catalogue) -> dict[str, str]:
    """Scene names by instance; the table that carries most plays the support.

    Where there is no table, the floor that carries most does.

    Raises:
        SpecError: where an instance stands for any number of objects, or two get one name.
    """
    open_ended = [instance for instance, _ in problem.objects if "*" in instance]
    if open_ended:
        raise SpecError(f"{', '.join(open_ended)} stands for any number of objects; name each one")
    load = Counter(x.arguments[1] for x in problem.init if x.predicate == "ontop" and not x.negated)
    agents = {instance for instance, category in problem.objects if category in AGENTS}
    floors = [instance for instance, category in problem.objects if category in FLOORS]
    tables = [
        x
        for x, category in problem.objects
        if x not in agents and x not in floors and _carries(category, catalogue)
    ]
    under_all = max(tables or floors, key=lambda x: load[x], default=None)
    names: dict[str, str] = {}
    for instance, _ in problem.objects:
        if instance == under_all:
            names[instance] = support
        elif instance not in agents and instance not in floors:
            name = _name(instance)
            alike = next((other for other, taken in names.items() if taken == name), None)
            if alike is not None:
                raise SpecError(f"{alike} and {instance} would both be called {name}; rename one")
            names[instance] = name
    return names


def task_object(name: str, instance: str, category: str) -> TaskObject:
    """An object of a whole BDDL problem.

    Args:
        name: in the scene.
        instance: in the problem.
        category: which it is said to be.

    Raises:
        SpecError: BDDL has no such objects, or the name is too long.
    """
    try:
        return TaskObject(name=name, instance=instance, category=category)
    except ValidationError as error:
        raise SpecError(
            f"object {instance} - {category}: an object is a category and a number, such as "
            "mug.n.04_1 - mug.n.04, begins with a letter, and has 64 letters at most"
        ) from error


def _carries(category: str, catalogue: Catalogue) -> bool:
    """Whether the support may play it."""
    carrier = any(taxonomy.is_a(category, kind) for kind in CARRIERS)
    return carrier or catalogue.kind(category).table


def _name(instance: str) -> str:
    """`jar_of_honey_1` for `jar__of__honey.n.01_1`."""
    stem, _, number = instance.rpartition("_")
    base = re.sub(r"[^a-zA-Z0-9]+", "_", stem.split(".")[0]).strip("_")
    name = f"{base}_{number}"
    return f"object_{name}" if is_reserved(name) else name


def _castings(
    problem: Problem, bindings: Mapping[str, str], support: str, catalogue: Catalogue
) -> Iterator[dict[str, str]]:
    """Categories by instance: first as the text says, then with larger or other furniture."""
    options: list[tuple[str, ...]] = []
    for instance, category in problem.objects:
        if instance not in bindings:
            continue
        choices: tuple[str, ...] = (category,)
        kind = catalogue.kind(category) if bindings[instance] != support else None
        if kind is not None and kind.table:
            choices = _platforms(instance, support, catalogue)
        elif kind is not None and kind.furniture:
            choices += _stand_ins(category, catalogue)
        options.append(choices)
    for choice in islice(product(*options), MOST_CASTINGS):
        yield dict(zip(bindings, choice, strict=True))


def _platforms(instance: str, support: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Small furniture that plays a second table.

    Raises:
        SpecError: where the library has none.
    """
    found = [
        kind.category
        for kind in catalogue.kinds
        if kind.furniture
        and not (kind.table or kind.openable)
        and all(asset.surfaces for asset in kind.assets)
    ]
    if not found:
        raise SpecError(f"{instance} would be a second {support}, and one is all there is room for")
    return tuple(found[:STAND_INS])


def _stand_ins(category: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Other furniture of the same word or kind that opens, or does not, as it does."""
    mine = catalogue.kind(category)
    word = category.split(".")[0]
    ranked = [
        (name.split(".")[0] != word, apart, name)
        for name, apart in ranking(category, catalogue.ids)
        if name != category
    ]
    near = [x for x in sorted(ranked) if not x[0] or x[1] <= FARTHEST]
    kinds = [catalogue.kind(name) for _, _, name in near]
    alike = [x for x in kinds if x.furniture and not x.table and x.openable == mine.openable]
    return tuple(kind.category for kind in alike if kind.assets != mine.assets)[:STAND_INS]
