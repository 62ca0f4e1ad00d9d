"""Orders that nobody has to say: an appliance is loaded and closed before it is switched on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...schemas import TaskSpec
from ...tasks.bddl.formula import Formula, Literal
from ...tasks.bddl.goals import ground_literals
from ...tasks.bddl.ordering import Precedence
from ...tasks.bddl.problem import scene_problem
from .offered import OfferedCategory

LOADED = ("inside", "ontop")


def ordered(
    task: TaskSpec, kinds: Mapping[str, OfferedCategory], stated: tuple[Precedence, ...] = ()
) -> TaskSpec:
    """The task with the order that was stated, and with what is safe.

    Args:
        task: over objects of these kinds.
        kinds: by scene name, without the support.
        stated: constraints over scene names.

    Raises:
        SpecError: where the task's BDDL is wrong.
    """
    order = whole_order(scene_problem(task).goal, kinds, stated)
    return task.model_copy(update={"order": tuple(x.constraint() for x in order)})


def whole_order(
    goal: Formula, kinds: Mapping[str, OfferedCategory], stated: tuple[Precedence, ...] = ()
) -> tuple[Precedence, ...]:
    """The stated and the safe order constraints, each once.

    Args:
        goal: in scene names.
        kinds: by scene name, without the support.
        stated: constraints over scene names.
    """
    doors = frozenset(
        name
        for name, kind in kinds.items()
        if any("openable" in asset.affordances for asset in kind.assets)
    )
    return tuple(dict.fromkeys((*stated, *safe_order(goal, doors))))


def safe_order(goal: Formula, doors: frozenset[str]) -> Iterator[Precedence]:
    """Closed and loaded before it is switched on; switched off before it is opened or emptied.

    Args:
        goal: in scene names.
        doors: objects that open.
    """
    literals = ground_literals(goal)
    for switch in (x for x in literals if x.predicate == "toggled_on"):
        (name,) = switch.arguments
        about = [x for x in literals if x.predicate in LOADED and x.arguments[1] == name]
        ajar = Literal("open", (name,))
        if switch.negated:
            yield from (Precedence(switch, x) for x in about if x.negated)
            if name in doors:
                yield Precedence(switch, ajar)
            continue
        yield from (Precedence(x, switch) for x in about if not x.negated)
        if name in doors and ajar not in literals:
            yield Precedence(Literal("open", (name,), negated=True), switch)
