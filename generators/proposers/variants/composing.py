"""Two tasks as one: their things side by side, a holder that both use only once."""

from __future__ import annotations

from collections.abc import Mapping

from ....tasks.bddl.formula import Literal
from ...proposing.draft import RefusedError
from ...proposing.offered import OfferedCategory
from .hand import Hand
from .sketch import PLACES, Sketch


def joined(first: Sketch, second: Sketch, hand: Hand) -> Sketch:
    """The task of doing both.

    A thing that stays where it is, and a holder of one category, plays in both; of what is moved,
    the second task has another kind, or is refused.

    Args:
        first: one task.
        second: another one, whose things are given new names where those are taken.
        hand: of the first.

    Raises:
        RefusedError: the two move things of one kind, or contradict each other.
    """
    for name, kind in second.kinds.items():
        same = next((x for x, y in first.kinds.items() if y.category == kind.category), None)
        if same == name:
            continue
        fresh = same
        if fresh is None and name in first.kinds:
            fresh = hand.cast.another(kind).name
        if fresh is not None:
            second = second.exchanged(name, fresh, kind)
    shared = first.kinds.keys() & second.kinds.keys()
    if shared & {*_moved(first), *_moved(second)}:
        raise RefusedError("same_kind", "both tasks move things of one kind")
    goal = tuple(dict.fromkeys((*first.goal, *second.goal)))
    init = tuple(dict.fromkeys((*first.init, *second.init)))
    if _contradicts(goal) or _contradicts(init):
        raise RefusedError("contradiction", "what one of the tasks asks for the other denies")
    kinds = {**first.kinds, **second.kinds}
    if hand.cast.sensible and not _together(first, second, kinds):
        raise RefusedError("no_company", "people keep such things apart")
    order = tuple(dict.fromkeys((*first.order, *second.order)))
    return Sketch(first.support, kinds, init, goal, order, (*first.layout, *second.layout))


def _moved(sketch: Sketch) -> set[str]:
    """What is placed somewhere by the start or by the goal."""
    return {
        fact.arguments[0]
        for fact in (*sketch.init, *sketch.goal)
        if fact.predicate in (*PLACES, "nextto")
    }


def _together(first: Sketch, second: Sketch, kinds: Mapping[str, OfferedCategory]) -> bool:
    """Whether people keep together what the two put into or onto one thing."""
    return all(
        kinds[a.arguments[0]].belongs_with(kinds[b.arguments[0]])
        for a in first.placings()
        for b in second.placings()
        if a.arguments[1] == b.arguments[1]
    )


def _contradicts(facts: tuple[Literal, ...]) -> bool:
    said = {(x.predicate, x.arguments, x.negated) for x in facts}
    return any((predicate, names, not negated) in said for predicate, names, negated in said)
