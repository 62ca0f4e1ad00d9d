"""A goal in words, where a person gives no instruction."""

from __future__ import annotations

from collections.abc import Sequence

from ....schemas import SpecError
from ....tasks.bddl.formula import And, Atom, Forall, Formula, Literal, Not
from ....tasks.bddl.goals import ground_literals
from ....tasks.bddl.ordering import Precedence
from ....tasks.symbolic.sentences import spoken

SAYS: dict[tuple[str, bool], str] = {
    ("attached", True): "hang {0} on {1}",
    ("attached", False): "take {0} off {1}",
    ("inside", True): "put {0} in {1}",
    ("inside", False): "take {0} out of {1}",
    ("nextto", True): "put {0} next to {1}",
    ("nextto", False): "move {0} away from {1}",
    ("ontop", True): "put {0} on {1}",
    ("ontop", False): "take {0} off {1}",
    ("open", True): "open {0}",
    ("open", False): "close {0}",
    ("toggled_on", True): "turn on {0}",
    ("toggled_on", False): "turn off {0}",
    ("touching", True): "put {0} against {1}",
    ("touching", False): "move {0} away from {1}",
    ("under", True): "put {0} under {1}",
    ("under", False): "take {0} out from under {1}",
}
"""By predicate and whether it is to hold."""


def instruction_of(goal: Formula, order: tuple[Precedence, ...] = ()) -> str:
    """The instruction, in one sentence: facts of one kind about one target are said together.

    Args:
        goal: in scene names.
        order: of what must hold before something else comes about, which is said later.

    Raises:
        SpecError: where the goal leaves a choice, which a person has to put into words.
    """
    if not _plain(goal):
        raise SpecError("a goal with a choice or a count needs an `instruction` in your words")
    said: dict[tuple[str, bool, tuple[str, ...]], list[str]] = {}
    for literal in in_turn(ground_literals(goal), order):
        said.setdefault(_kind(literal), []).append(spoken(literal.arguments[0]))
    parts = [
        SAYS[predicate, holds].format(listed(things), *(spoken(x) for x in rest))
        for (predicate, holds, rest), things in said.items()
    ]
    text = listed(parts)
    return f"{text[:1].upper()}{text[1:]}."


def in_turn(literals: tuple[Literal, ...], order: tuple[Precedence, ...]) -> tuple[Literal, ...]:
    """The literals, each after those that come before it; else as the goal has them."""
    waiting, found = list(literals), dict[Literal, None]()
    while waiting:
        held_up = {x.then for x in order if x.first in waiting and x.first != x.then}
        free = [x for x in waiting if x not in held_up] or waiting[:1]
        found[free[0]] = None
        waiting.remove(free[0])
    return tuple(found)


def _kind(literal: Literal) -> tuple[str, bool, tuple[str, ...]]:
    return literal.predicate, not literal.negated, literal.arguments[1:]


def _plain(goal: Formula) -> bool:
    """Whether all facts that the goal names must hold, or must not."""
    match goal:
        case Atom():
            return True
        case And(parts):
            return all(_plain(part) for part in parts)
        case Not(body):
            return isinstance(body, Atom)
        case Forall(_, body):
            return _plain(body)
        case _:
            return False


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
