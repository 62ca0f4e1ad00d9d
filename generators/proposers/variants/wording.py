"""What a derived task says: where things are at the start, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....tasks.bddl.formula import Literal
from ....tasks.bddl.ordering import Precedence
from ...proposing.draft import BoundObject, RefusedError
from ..given.wording import SAYS, in_turn, listed
from ..grammar.templates import plural, the, within
from .sketch import PLACES, Sketch

STARTS = {"attached": "hung on {0}", "inside": "{0}", "ontop": "on {0}"}
"""Where something is, by predicate."""
LONGEST = 240
"""Characters of an instruction: what takes more to say is no task that people give."""


def instruction_of(sketch: Sketch, order: tuple[Precedence, ...]) -> str:
    """The task in a sentence; it says where those things are that the goal wants elsewhere.

    Args:
        sketch: the task.
        order: of facts, what is safe included.

    Raises:
        RefusedError: `unclear` where words cannot tell which of several alike is meant, or it
            would take too many.
    """
    moved = {x.arguments[0] for x in sketch.goal if x.predicate in (*PLACES, "nextto")}
    begun = [x for x in sketch.init if sketch.places(x) and not x.negated]
    starts = [x for x in begun if x.arguments[0] in moved and not _undone(x, sketch)]
    parts = [_is_where(sketch, fact, things) for fact, things in _grouped(starts)]
    wanted = in_turn(sketch.goal, order)
    said = listed([_wanted(sketch, fact, things) for fact, things in _grouped(wanted)])
    text = "; ".join((*([listed(parts)] if parts else []), said))
    if len(text) >= LONGEST:
        raise RefusedError("unclear", f"it takes {len(text)} characters to say")
    return f"{text[:1].upper()}{text[1:]}."


def _undone(start: Literal, sketch: Sketch) -> bool:
    """Whether the goal denies just this fact, which says where the thing is."""
    return any(
        x.negated and (x.predicate, x.arguments) == (start.predicate, start.arguments)
        for x in sketch.goal
    )


def _grouped(facts: Iterable[Literal]) -> list[tuple[Literal, list[str]]]:
    """Facts of one kind about one target, said together: one of them, and the names."""
    groups: dict[tuple[object, ...], tuple[Literal, list[str]]] = {}
    for fact in facts:
        key = (fact.predicate, fact.negated, fact.arguments[1:])
        groups.setdefault(key, (fact, []))[1].append(fact.arguments[0])
    return list(groups.values())


def _is_where(sketch: Sketch, fact: Literal, names: list[str]) -> str:
    """Where things are: `the lemon is in the bowl`."""
    where = _target(sketch, fact.arguments[1])
    place = within(where) if fact.predicate == "inside" else the(where)
    verb = "are" if len(names) > 1 else "is"
    return f"{_things(sketch, names)} {verb} {STARTS[fact.predicate].format(place)}"


def _wanted(sketch: Sketch, fact: Literal, names: list[str]) -> str:
    """What is to be done: `put the lemon in the bowl`."""
    said = SAYS[fact.predicate, not fact.negated]
    things = _things(sketch, names)
    if len(fact.arguments) == 1:
        return said.format(things)
    if fact.arguments[1] == sketch.support:
        return said.format(things, f"the {sketch.support}")
    target = _target(sketch, fact.arguments[1])
    if fact.predicate == "inside" and not fact.negated:
        return f"put {things} {within(target)}"
    return said.format(things, the(target))


def _things(sketch: Sketch, names: Sequence[str]) -> str:
    """Objects in words; all of a kind, or the only one of it."""
    said: dict[str, str] = {}
    for name in names:
        thing = BoundObject(name, sketch.kinds[name])
        alike = [x for x, kind in sketch.kinds.items() if kind.words == thing.kind.words]
        if not {*alike} <= {*names}:
            raise RefusedError("unclear", f"it does not say which of {', '.join(alike)} is meant")
        many = f"the {plural(thing)}" if len(alike) > 1 else the(thing)
        said[thing.kind.words] = many
    return listed(list(said.values()))


def _target(sketch: Sketch, name: str) -> BoundObject:
    """An object of which there is only one of its kind."""
    _things(sketch, (name,))
    return BoundObject(name, sketch.kinds[name])
