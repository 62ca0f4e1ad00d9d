"""The planning domain: what an arm with one gripper can do, as changes to a set of BDDL facts.

Every skill starts and ends with an empty hand. An object can be moved when it is graspable,
carries nothing, and is in no closed container. Placing, opening and closing follow from sizes
and are said here; every other skill says what it needs and changes as operators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal as OneOf

from .formula import Literal
from .operators import Fact, Operator, StepKey, fact

Relation = OneOf["ontop", "inside", "under"]


@dataclass(frozen=True)
class Capabilities:
    """What can be done with the objects of a scene.

    Attributes:
        objects: every object that may be acted on, in a stable order; the support included.
        support: what everything stands on in the end.
        movable: objects that the gripper can lift.
        openable: objects with a handle on a joint.
        gated: containers whose inside is out of reach while they are closed.
        lidded: containers whose top is the lid: nothing may stand on it when it moves.
        fits: (object, target, relation) triples that the sizes allow; anything movable may
            stand on the support.
        operators: whatever else can be done.
    """

    objects: tuple[str, ...]
    support: str
    movable: frozenset[str]
    openable: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    lidded: frozenset[str] = frozenset()
    fits: frozenset[tuple[str, str, Relation]] = frozenset()
    operators: tuple[Operator, ...] = ()

    @cached_property
    def together(self) -> Mapping[str, str]:
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
class State:
    """The facts that are true, with what is looked up often."""

    facts: frozenset[Fact]
    places: dict[str, tuple[Fact, ...]] = field(compare=False)
    """Where each object is: its `ontop` and `inside` facts."""
    loaded: frozenset[str] = field(compare=False)
    """Objects that something is on or in."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> State:
        """The state with these facts."""
        held = frozenset(facts)
        places: dict[str, tuple[Fact, ...]] = {}
        for known in held:
            if known[0] in ("ontop", "inside"):
                places[known[1]] = (*places.get(known[1], ()), known)
        loaded = frozenset(fact[2] for where in places.values() for fact in where)
        return cls(held, places, loaded)

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether the atom is true."""
        return fact(predicate, *arguments) in self.facts

    def carries(self, thing: str) -> bool:
        """Whether something stands on the object."""
        return any(("ontop", x, thing) in places for x, places in self.places.items())

    def closed_around(self, thing: str, gated: frozenset[str]) -> frozenset[str]:
        """Closed containers that the object is in, directly or through what carries it."""
        found: set[str] = set()
        waiting, seen = [thing], {thing}
        while waiting:
            for relation, _, target in self.places.get(waiting.pop(), ()):
                if relation == "inside" and target in gated and ("open", target) not in self.facts:
                    found.add(target)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return frozenset(found)


@dataclass(frozen=True)
class Focus:
    """What is worth considering; None is everything.

    Attributes:
        movers: objects to move.
        openers: objects to open and close.
        shifted: objects to put elsewhere on the support they stand on.
        pairs: (skill, object, target) of placements, besides putting things on the support.
        operators: other skills.
    """

    movers: frozenset[str] | None = None
    openers: frozenset[str] | None = None
    shifted: frozenset[str] | None = None
    pairs: frozenset[tuple[str, str, str]] | None = None
    operators: frozenset[StepKey] | None = None

    def worth_doing(self, operator: Operator) -> bool:
        """Whether to consider the operator."""
        return self.operators is None or operator.key in self.operators

    def worth_moving(self, thing: str) -> bool:
        """Whether to consider moving the object at all."""
        return self.movers is None or thing in self.movers

    def worth_opening(self, thing: str) -> bool:
        """Whether to consider opening or closing the object."""
        return self.openers is None or thing in self.openers

    def worth(self, skill: str, thing: str, target: str, support: str, state: State) -> bool:
        """Whether to consider the placement."""
        if skill == "place_on" and target == support:
            there = ("ontop", thing, support) in state.facts
            return not there or self.shifted is None or thing in self.shifted
        return self.pairs is None or (skill, thing, target) in self.pairs


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
            facts |= _standing(thing, "ontop", capabilities.support)
    return State.of(facts)


def successors(
    state: State, capabilities: Capabilities, focus: Focus
) -> Iterator[tuple[StepKey, State]]:
    """Every skill that is possible in the state and worth considering, and what it leads to.

    Of skills in any order those come first that the others may get in the way of: what is
    pushed, swept or poured needs more room than what is put down, and what lies in or on
    something is taken out before other things are put there.
    """
    for thing in capabilities.objects:
        pinned = thing in capabilities.lidded and state.carries(thing)
        if thing in capabilities.openable and not pinned and focus.worth_opening(thing):
            yield _toggled(state, thing)
    reachable = [x for x in capabilities.objects if not state.closed_around(x, capabilities.gated)]
    for operator in capabilities.operators:
        if focus.worth_doing(operator) and operator.names.issubset(reachable):
            done = _done(state, operator)
            if done is not None and done != state.facts:
                yield operator.key, State.of(done)
    for thing in sorted(reachable, key=lambda x: _stands_on(state, x, capabilities.support)):
        if thing not in capabilities.movable or thing in state.loaded:
            continue
        if not focus.worth_moving(thing):
            continue
        for target in reachable:
            if target == thing:
                continue
            for skill, added in _placements(state, thing, target, capabilities):
                if focus.worth(skill, thing, target, capabilities.support, state):
                    after = (state.facts - _about(state, thing)) | added
                    if after != state.facts:
                        yield (skill, (thing, target)), State.of(after)


def _stands_on(state: State, thing: str, support: str) -> bool:
    """Whether it is on the support, and in or on nothing else."""
    return all(where[2] == support for where in state.places.get(thing, ()))


def _done(state: State, operator: Operator) -> frozenset[Fact] | None:
    """The facts after an operator; None where it is not possible."""
    if not state.loaded.isdisjoint(operator.moves) and _bears(state, frozenset(operator.moves)):
        return None
    if any(state.holds(x.predicate, x.arguments) == x.negated for x in operator.needs):
        return None
    left = frozenset[Fact]().union(*(_about(state, thing) for thing in operator.moves))
    return (state.facts - left - operator.removes) | operator.adds


def _bears(state: State, moved: frozenset[str]) -> bool:
    """Whether something is on or in what moves that does not move along with it."""
    return any(
        where[2] in moved and thing not in moved
        for thing, places in state.places.items()
        for where in places
    )


def _toggled(state: State, thing: str) -> tuple[StepKey, State]:
    """Opening what is closed, closing what is open."""
    is_open = ("open", thing) in state.facts
    facts = state.facts - {("open", thing)} if is_open else state.facts | {("open", thing)}
    return ("close" if is_open else "open", (thing,)), State(facts, state.places, state.loaded)


def _placements(
    state: State, thing: str, target: str, capabilities: Capabilities
) -> Iterator[tuple[str, frozenset[Fact]]]:
    """The ways to put the object at the target, with the facts that become true."""
    support = capabilities.support
    is_open = ("open", target) in state.facts
    if capabilities.allows(thing, target, "ontop") and not (
        target in capabilities.lidded and is_open
    ):
        yield "place_on", _standing(thing, "ontop", target)
    shut = target in capabilities.gated and not is_open
    if capabilities.allows(thing, target, "inside") and not shut:
        yield "place_inside", _standing(thing, "inside", target)
    if capabilities.allows(thing, target, "under"):
        under = fact("under", thing, target)
        yield "place_under", _standing(thing, "ontop", support) | {under}
    places = [where for where in state.places.get(target, ()) if where[2] != thing]
    if places and all(capabilities.allows(thing, x[2], _relation(x)) for x in places):
        beside = frozenset({fact("nextto", thing, target)})
        yield "place_next_to", beside.union(*(_standing(thing, x[0], x[2]) for x in places))


def _relation(where: Fact) -> Relation:
    """The relation of a fact that says where an object is."""
    return "inside" if where[0] == "inside" else "ontop"


def _standing(thing: str, relation: str, target: str) -> frozenset[Fact]:
    """What is true of an object that was put on or into another."""
    facts = {fact(relation, thing, target), fact("touching", thing, target)}
    if relation == "ontop":
        facts.add(fact("under", target, thing))
    return frozenset(facts)


def _about(state: State, thing: str) -> frozenset[Fact]:
    """The facts that end when the object is picked up; nothing is on or in it."""
    return frozenset(x for x in state.facts if len(x) > 2 and thing in x[1:])
