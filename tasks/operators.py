"""Ground operators: what a skill needs and what it changes, in BDDL facts.

These are STRIPS actions with negative preconditions (Fikes and Nilsson, 1971), with two things
said once for all: what the hand must get at is in no closed container, and what is moved
carries nothing and leaves its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .formula import Literal

Fact = tuple[str, ...]
"""A predicate and its arguments; those of symmetric predicates are sorted."""
StepKey = tuple[str, tuple[str, ...]]
"""A skill and its arguments."""

SYMMETRIC = ("nextto", "touching")


def fact(predicate: str, *arguments: str) -> Fact:
    """The fact in its canonical form."""
    if predicate in SYMMETRIC and arguments[0] > arguments[1]:
        arguments = arguments[::-1]
    return (predicate, *arguments)


@dataclass(frozen=True)
class Operator:
    """One skill with its arguments.

    Attributes:
        skill: its name.
        arguments: scene names.
        phrase: what it does, as in "turn on the lamp".
        needs: what must hold before.
        adds: facts that it makes true.
        removes: facts that it makes false.
        reaches: objects that the hand gets at.
        moves: objects that leave their places; `adds` says where they go.
    """

    skill: str
    arguments: tuple[str, ...]
    phrase: str
    needs: tuple[Literal, ...] = ()
    adds: frozenset[Fact] = frozenset()
    removes: frozenset[Fact] = frozenset()
    reaches: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()

    @property
    def key(self) -> StepKey:
        """The skill and its arguments."""
        return (self.skill, self.arguments)

    @property
    def names(self) -> frozenset[str]:
        """Every object that it gets at or moves."""
        return frozenset((*self.reaches, *self.moves))

    def helps(self, literals: Iterable[Literal]) -> bool:
        """Whether it brings about one of the literals."""
        return any(
            self.ends(fact(x.predicate, *x.arguments))
            if x.negated
            else fact(x.predicate, *x.arguments) in self.adds
            for x in literals
        )

    def ends(self, held: Fact) -> bool:
        """Whether it makes the fact false, by itself or because something leaves its place."""
        if held in self.removes:
            return True
        return held not in self.adds and len(held) > 2 and any(x in held[1:] for x in self.moves)


def relevant(operators: Iterable[Operator], wanted: Iterable[Literal]) -> tuple[Operator, ...]:
    """The operators that bring about something wanted, or what such an operator needs, in order."""
    waiting, found = tuple(operators), dict[StepKey, Operator]()
    literals = tuple(wanted)
    while literals:
        new = [x for x in waiting if x.key not in found and x.helps(literals)]
        found |= {x.key: x for x in new}
        literals = tuple(need for x in new for need in x.needs)
    return tuple(x for x in waiting if x.key in found)
