"""A state of the symbolic planner: the facts that are true, and what an operator makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .operators import PLACES, Fact, Operator, fact


@dataclass(frozen=True)
class State:
    """The facts that are true, with what is looked up often."""

    facts: frozenset[Fact]
    places: dict[str, tuple[Fact, ...]] = field(compare=False)
    """Where each object is: its `ontop` and `inside` facts, sorted."""
    loaded: frozenset[str] = field(compare=False)
    """Objects that something is on or in."""
    _left: dict[tuple[str, ...], frozenset[Fact]] = field(
        default_factory=dict[tuple[str, ...], frozenset[Fact]], compare=False, repr=False
    )
    """The facts that end when these objects are picked up, as far as it was asked for."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> State:
        """The state with these facts."""
        held = frozenset(facts)
        places: dict[str, tuple[Fact, ...]] = {}
        for known in held:
            if known[0] in PLACES:
                other = places.get(known[1])
                # Sets have no order of their own, and sentences speak of the first place.
                places[known[1]] = tuple(sorted((*other, known))) if other else (known,)
        loaded = frozenset(fact[2] for where in places.values() for fact in where)
        return cls(held, places, loaded)

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether the atom is true."""
        return fact(predicate, *arguments) in self.facts

    def carries(self, thing: str) -> bool:
        """Whether something stands on the object."""
        return any(("ontop", x, thing) in places for x, places in self.places.items())

    def bears(self, moved: frozenset[str]) -> bool:
        """Whether something is on or in what moves that does not move along with it."""
        return any(
            where[2] in moved and thing not in moved
            for thing, places in self.places.items()
            for where in places
        )

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

    def after(self, operator: Operator) -> State | None:
        """The state after an operator; None where it is not possible, or changes nothing."""
        moved = operator.moves
        if not self.loaded.isdisjoint(moved) and self.bears(frozenset(moved)):
            return None
        if any(self.holds(x.predicate, x.arguments) == x.negated for x in operator.needs):
            return None
        facts = (self.facts - self._about(moved) - operator.removes) | operator.adds
        if facts == self.facts:
            return None
        if operator.replaces:
            return State.of(facts)
        return State(facts, self.places, self.loaded)

    def _about(self, moved: tuple[str, ...]) -> frozenset[Fact]:
        """The facts that end when objects are picked up; nothing is on or in them."""
        if not moved:
            return frozenset()
        if moved not in self._left:
            moving = frozenset(moved)
            self._left[moved] = frozenset(
                x for x in self.facts if len(x) > 2 and not moving.isdisjoint(x[1:])
            )
        return self._left[moved]


def standing(thing: str, relation: str, target: str) -> frozenset[Fact]:
    """The facts about an object that was put on or into another."""
    facts = {fact(relation, thing, target), fact("touching", thing, target)}
    if relation == "ontop":
        facts.add(fact("under", target, thing))
    return frozenset(facts)
