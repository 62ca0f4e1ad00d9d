"""The planning domain: what an arm with one gripper can do, as changes to a set of BDDL facts.

Every skill starts and ends with an empty hand. An object can be moved when it is graspable,
carries nothing, and is in no closed container. Skills say what they can do as operators: some
as a list that is known from the start, some by making them for each state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal as OneOf
from typing import Protocol

from ..bddl.formula import Literal
from .operators import Operator, StepKey, fact
from .state import State, standing

Relation = OneOf["ontop", "inside"]
Candidates = Callable[[State, Sequence[str]], Iterator[Operator]]
"""From a state, and the objects within reach in their order, to operators worth trying."""


class OperatorSource(Protocol):
    """Where operators come from: a list that is known from the start, or made for each state."""

    @property
    def known(self) -> tuple[Operator, ...]:
        """Those that are known from the start; they may need what others of them bring about."""
        ...

    def candidates(self, able: Capabilities, focus: Focus) -> Candidates:
        """Operators that are worth trying in a state, in a stable order.

        What an operator says that it needs is checked afterwards, and so are what must be
        within reach and what must carry nothing.
        """
        ...

    def attainable(self, literal: Literal, prospects: Prospects) -> bool:
        """Whether one of them could bring about the literal, as far as sizes go."""
        ...


@dataclass(frozen=True)
class Capabilities:
    """The possible actions on the objects of a scene.

    Attributes:
        objects: every object that may be acted on, in a stable order; the support included.
        support: what everything stands on in the end.
        movable: objects that the gripper can lift.
        openable: objects with a handle on a joint.
        gated: containers whose inside is out of reach while they are closed.
        lidded: containers whose top is the lid: nothing may stand on it when it moves.
        fits: (object, target, relation) triples that the sizes allow; anything movable may
            stand on the support.
        sources: of operators, in the order in which a search tries them. Those come first that
            the others may get in the way of: what is pushed, swept or poured needs more room
            than what is put down.
    """

    objects: tuple[str, ...]
    support: str
    movable: frozenset[str]
    openable: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    lidded: frozenset[str] = frozenset()
    fits: frozenset[tuple[str, str, Relation]] = frozenset()
    sources: tuple[OperatorSource, ...] = ()

    @cached_property
    def operators(self) -> tuple[Operator, ...]:
        """All that are known from the start."""
        return tuple(operator for source in self.sources for operator in source.known)

    @cached_property
    def together(self) -> dict[str, str]:
        """Of what cannot be lifted by itself, the one that stands for all that moves with it."""
        moved = (x.moves for x in self.operators if len(x.moves) > 1)
        return {thing: group[0] for group in moved for thing in group if thing not in self.movable}

    def allows(self, thing: str, target: str, relation: Relation) -> bool:
        """Whether the object can be put there, as far as sizes go."""
        if thing not in self.movable or thing == target:
            return False
        on_support = relation == "ontop" and target == self.support
        return on_support or (thing, target, relation) in self.fits


@dataclass(frozen=True)
class Focus:
    """The choices worth considering for a goal; None is everything.

    Attributes:
        things: objects that the goal speaks of, that its operators get at, or that are on or
            in one of these.
        containers: closed ones around those.
        shifted: objects to put elsewhere on the support they stand on.
        literals: of the goal, and what its operators need; None where any target will do.
        operators: of those that are known from the start.
    """

    things: frozenset[str] | None = None
    containers: frozenset[str] = frozenset()
    shifted: frozenset[str] | None = None
    literals: frozenset[Literal] | None = None
    operators: frozenset[StepKey] | None = None


@dataclass(frozen=True)
class Prospects:
    """Which literals some skill could bring about, as far as sizes go and taken one by one.

    Attributes:
        state: at the start.
        capabilities: what can be done.
        forbidden: skills that were found to be impossible.
    """

    state: State
    capabilities: Capabilities
    forbidden: frozenset[StepKey]

    def attainable(self, literal: Literal) -> bool:
        """Whether the literal holds or could be brought about."""
        if self.state.holds(literal.predicate, literal.arguments) != literal.negated:
            return True
        return any(x.attainable(literal, self) for x in self.capabilities.sources)


@dataclass(frozen=True)
class GroundOperators:
    """A source whose operators are all known from the start."""

    known: tuple[Operator, ...]

    def candidates(self, able: Capabilities, focus: Focus) -> Candidates:
        """Those that the focus names; in each state the same."""
        keys = focus.operators
        chosen = tuple(x for x in self.known if keys is None or x.key in keys)

        def same(state: State, within_reach: Sequence[str]) -> Iterator[Operator]:
            return iter(chosen)

        return same

    def attainable(self, literal: Literal, prospects: Prospects) -> bool:
        """Whether one that is not forbidden makes it so."""
        return any(x.key not in prospects.forbidden and x.helps([literal]) for x in self.known)


@dataclass(frozen=True)
class Expansion:
    """The possible operators in a state, and what they lead to."""

    capabilities: Capabilities
    candidates: tuple[Candidates, ...]

    @classmethod
    def of(cls, capabilities: Capabilities, focus: Focus) -> Expansion:
        """Everything that is worth considering."""
        return cls(
            capabilities, tuple(x.candidates(capabilities, focus) for x in capabilities.sources)
        )

    def successors(self, state: State) -> Iterator[tuple[Operator, State]]:
        """Every operator that is possible and changes something, and what it leads to."""
        able = self.capabilities
        within_reach = [x for x in able.objects if not state.closed_around(x, able.gated)]
        near = frozenset(within_reach)
        for candidates in self.candidates:
            for operator in candidates(state, within_reach):
                if operator.names <= near:
                    after = state.after(operator)
                    if after is not None:
                        yield operator, after


def start_state(
    literals: Iterable[Literal], capabilities: Capabilities, complete: bool = False
) -> State:
    """A state from what is known; objects of unknown place stand on the support.

    Where the literals are `complete`, what can be moved and has no place lies anywhere: leaning,
    say, or half off something.

    Whatever is on or in something touches it. What hangs on something stands nowhere. Objects
    that are not listed are left out.
    """
    known = frozenset(capabilities.objects)
    facts = {
        fact(literal.predicate, *literal.arguments)
        for literal in literals
        if not literal.negated and known.issuperset(literal.arguments)
    }
    for relation, *arguments in sorted(facts):
        if relation in ("ontop", "inside"):
            facts.add(fact("touching", *arguments))
        if relation == "ontop":
            facts.add(fact("under", *arguments[::-1]))
    placed = {x[1] for x in facts if x[0] in ("ontop", "inside", "attached")}
    adrift = capabilities.movable if complete else frozenset[str]()
    for thing in capabilities.objects:
        if thing not in placed | adrift and thing != capabilities.support:
            facts |= standing(thing, "ontop", capabilities.support)
    return State.of(facts)
