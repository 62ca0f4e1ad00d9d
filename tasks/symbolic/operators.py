"""Ground operators: what a skill needs and what it changes, in BDDL facts.

These are STRIPS actions with negative preconditions (Fikes and Nilsson, 1971), with two things
said once for all: what the hand must get at is in no closed container, and what is moved
carries nothing and leaves its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..bddl.formula import Literal

Fact = tuple[str, ...]
"""A predicate and its arguments; those of symmetric predicates are sorted."""
StepKey = tuple[str, tuple[str, ...]]
"""A skill and its arguments."""

Places = Mapping[str, tuple[Fact, ...]]
"""Where each object is: its `ontop` and `inside` facts."""

SYMMETRIC = ("nextto", "touching")
PLACES = ("ontop", "inside")
"""Predicates that say where an object is."""


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
        proof: what physics has to show afterwards; None is all that it adds and removes.
        purpose: what it is for in a plan, as the end of its sentence; None is `as_asked`.
    """

    skill: str
    arguments: tuple[str, ...]
    phrase: str
    needs: tuple[Literal, ...] = ()
    adds: frozenset[Fact] = frozenset()
    removes: frozenset[Fact] = frozenset()
    reaches: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    proof: tuple[Literal, ...] | None = None
    purpose: Purpose | None = None

    @cached_property
    def key(self) -> StepKey:
        """The skill and its arguments."""
        return (self.skill, self.arguments)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every object that it gets at or moves."""
        return frozenset((*self.reaches, *self.moves))

    @cached_property
    def replaces(self) -> bool:
        """Whether it changes where something is."""
        return bool(self.moves) or any(x[0] in PLACES for x in self.adds | self.removes)

    @cached_property
    def effects(self) -> tuple[Literal, ...]:
        """The literals physics has to show afterwards."""
        if self.proof is not None:
            return self.proof
        ended = (Literal(x[0], x[1:], negated=True) for x in sorted(self.removes))
        return (*(Literal(x[0], x[1:]) for x in sorted(self.adds)), *ended)

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


@dataclass(frozen=True)
class Course:
    """A plan, seen from one of its steps.

    Attributes:
        number: of the step.
        operators: the whole plan.
        places: where the objects are before each step, and at the end.
        goal: its ground literals.
    """

    number: int
    operators: tuple[Operator, ...]
    places: tuple[Places, ...]
    goal: tuple[Literal, ...]

    @property
    def operator(self) -> Operator:
        """The step."""
        return self.operators[self.number]

    @property
    def earlier(self) -> tuple[Operator, ...]:
        """The operators before it."""
        return self.operators[: self.number]

    @property
    def later(self) -> tuple[Operator, ...]:
        """The operators after it."""
        return self.operators[self.number + 1 :]


Purpose = Callable[[Course], str]
"""What a step is for, such as ` so that its inside is within reach`; it ends the sentence."""


def relevant(operators: Iterable[Operator], wanted: Iterable[Literal]) -> tuple[Operator, ...]:
    """The operators that bring about something wanted, or what such an operator needs, in order."""
    waiting, found = tuple(operators), dict[StepKey, Operator]()
    literals = tuple(wanted)
    while literals:
        new = [x for x in waiting if x.key not in found and x.helps(literals)]
        found |= {x.key: x for x in new}
        literals = tuple(need for x in new for need in x.needs)
    return tuple(x for x in waiting if x.key in found)
