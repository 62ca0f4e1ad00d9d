"""Reads the tasks that a spec gives, binds their words to objects, and checks them."""

from __future__ import annotations

from collections.abc import Mapping

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, ObjectSpec, SpecError, TaskSpec
from ....schemas.given import PROPOSER, GivenTask
from ....schemas.locations import Loc
from ....tasks.bddl.ordering import task_order
from ....tasks.bddl.problem import object_specs, parse, scene_problem
from ...proposing.catalogue import Catalogue
from ...proposing.draft import BoundObject, RefusedError, TaskProposal, check, task_of
from ...proposing.offered import OfferedCategory
from ...proposing.safety import ordered, whole_order
from ...proposing.sizes import why_not
from ..behavior.binding import CERTAINTIES, LONGEST, bindings, task_object
from .places import placed
from .reading import Objects, read_goal, read_init, read_order
from .wording import instruction_of

PROBLEM = "(define"
"""Begins a whole BDDL problem."""
BRIMFUL = 1.0
"""Share of a container's floor that a task may fill: one's own is tried where it is tight."""
TITLE = 80
"""Characters of a name that is taken from the instruction."""


def given_tasks(
    spec: DatasetSpec, start: int, stop: int, library: AssetLibrary
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop`, as far as the spec gives any.

    Raises:
        SpecError: where a task cannot be read or done, with its place in the spec.
    """
    catalogue = Catalogue(library, robot(spec.robot))
    numbers = range(start, min(stop, len(spec.tasks.given)))
    return tuple(_task(spec, number, catalogue) for number in numbers)


def _task(spec: DatasetSpec, index: int, catalogue: Catalogue) -> TaskSpec:
    """One task, checked."""
    given, place = spec.tasks.given[index], ("tasks", "given", index)
    with placed(place):
        _unlike_the_scene(given, spec, place)
        objects = Objects(spec, index, catalogue)
        whole = given.goal[0].lstrip().startswith(PROBLEM)
        task = (_whole if whole else _draft)(spec, index, given, objects)
        object_specs(task)
        with placed((*place, "goal")):
            _check(task, catalogue, _kinds(task, objects))
    return task


def _kinds(task: TaskSpec, objects: Objects) -> dict[str, OfferedCategory]:
    """Of the task's objects by scene name, without the support."""
    others = (thing for thing in task.objects if thing.name != objects.support)
    return {thing.name: objects.kind(thing.name, thing.category) for thing in others}


def _unlike_the_scene(given: GivenTask, spec: DatasetSpec, place: Loc) -> None:
    own = {thing.name for thing in spec.scene.objects}
    for number, thing in enumerate(given.objects):
        if thing.name in own:
            raise SpecError(
                f"{thing.name!r} is in `scene.objects` already; say there what is special about "
                "it, or choose another name",
                place=(*place, "objects", number, "name"),
            )


def _draft(spec: DatasetSpec, index: int, given: GivenTask, objects: Objects) -> TaskSpec:
    """A task from facts and formulas."""
    place = ("tasks", "given", index)
    with placed((*place, "init")):
        init = read_init(given.init, objects)
    with placed((*place, "goal")):
        goal = read_goal(given.goal, objects)
    with placed((*place, "objects")):
        facts = objects.facts(init)
    with placed((*place, "order")):
        stated = read_order(given.order, objects.categories())
    with placed(place):
        order = whole_order(goal, objects.kinds, stated)
        instruction = given.instruction or instruction_of(goal, order)
    draft = TaskProposal(
        things=tuple(BoundObject(name, kind) for name, kind in objects.kinds.items()),
        init=facts,
        goal=goal,
        title=given.name or instruction.rstrip(".")[:TITLE],
        instruction=instruction,
        reason="given by the spec",
        order=stated,
    )
    task = task_of(draft, index, spec.scene.support, PROPOSER, (spec.seed, 0, index))
    return task.model_copy(update={"layout": _layout(given.objects)})


def _whole(spec: DatasetSpec, index: int, given: GivenTask, objects: Objects) -> TaskSpec:
    """A task from a whole BDDL problem, its text unchanged."""
    place = ("tasks", "given", index)
    text, *further = given.goal
    if further or given.init:
        raise SpecError(
            "a whole BDDL problem has its own :init and stands alone; leave out `init` and "
            "further goals, or write facts instead",
            place=(*place, "goal"),
        )
    with placed((*place, "goal")):
        problem = parse(text)
        names = bindings(problem, spec.scene.support, objects.catalogue)
        task = TaskSpec(
            id=f"t{index:04d}",
            name=given.name or "task",
            instruction=given.instruction or "-",
            bddl=text,
            objects=tuple(task_object(names[x], x, problem.category(x)) for x in names),
            proposer=PROPOSER,
            seed=(spec.seed, 0, index),
            reason="given by the spec",
            layout=_layout(given.objects),
        )
        goal = scene_problem(task).goal
    with placed((*place, "order")):
        stated = read_order(given.order, {x.name: x.category for x in task.objects})
    with placed((*place, "goal")):
        task = ordered(task, _kinds(task, objects), stated)
        said = given.instruction or instruction_of(goal, task_order(task))
    title = given.name or said.rstrip(".")[:TITLE]
    return task.model_copy(update={"instruction": said, "name": title})


def _layout(objects: tuple[ObjectSpec, ...]) -> tuple[ObjectSpec, ...]:
    """The objects that scenes must know of: those of which more than the category is said."""
    plain = [ObjectSpec(name=thing.name, category=thing.category) for thing in objects]
    return tuple(thing for thing, bare in zip(objects, plain, strict=True) if thing != bare)


def _check(task: TaskSpec, catalogue: Catalogue, kinds: Mapping[str, OfferedCategory]) -> None:
    """Refuse what is done already, or cannot be done with any of the sizes there are.

    Raises:
        SpecError: why, in sizes where they decide.
    """
    refused: RefusedError | None = None
    for certainty in CERTAINTIES:
        try:
            check(task, catalogue, kinds, LONGEST, certainty, BRIMFUL)
        except RefusedError as error:
            refused = error
            continue
        return
    sizes = why_not(scene_problem(task).goal, kinds, catalogue)
    raise SpecError(f"{sizes}; choose other objects, assets or sizes" if sizes else str(refused))
