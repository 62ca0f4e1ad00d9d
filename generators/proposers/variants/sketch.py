"""A task while it is derived: things, facts of the start and of the goal, and what may be so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ....schemas import ObjectSpec
from ....tasks.bddl.formula import Literal
from ....tasks.bddl.ordering import Precedence
from ....tasks.symbolic.domain import Relation
from ...proposing.cast import ObjectBinding
from ...proposing.catalogue import RELATIONS
from ...proposing.offered import OfferedCategory
from .seeds import Seed

PLACES = ("inside", "ontop", "attached")
"""Predicates that say where something is."""


@dataclass(frozen=True)
class Sketch:
    """A task between two changes.

    Attributes:
        support: what everything stands on.
        kinds: of the other objects by name.
        init: what holds at the start, but for what stands on the support.
        goal: facts that shall hold together, or shall not hold.
        order: of facts.
        layout: objects of which a certain asset is wanted.
    """

    support: str
    kinds: Mapping[str, OfferedCategory]
    init: tuple[Literal, ...]
    goal: tuple[Literal, ...]
    order: tuple[Precedence, ...] = ()
    layout: tuple[ObjectSpec, ...] = ()

    @classmethod
    def of(cls, seed: Seed, support: str) -> Sketch:
        """The seed itself."""
        return cls(support, seed.kinds, seed.init, seed.goal, seed.order, seed.layout)

    def about(self, name: str) -> Iterator[Literal]:
        """The facts that speak of an object."""
        return (fact for fact in (*self.init, *self.goal) if name in fact.arguments)

    def moved(self) -> tuple[str, ...]:
        """The objects that the goal wants elsewhere, each once."""
        return tuple(dict.fromkeys(x.arguments[0] for x in self.placings()))

    def placings(self) -> tuple[Literal, ...]:
        """The facts of the goal that put something into or onto another thing."""
        return tuple(x for x in self.goal if self.places(x) and not x.negated)

    def places(self, fact: Literal) -> bool:
        """Whether it says that something is, or is not, in or on another thing of the task."""
        return fact.predicate in PLACES and fact.arguments[1] in self.kinds

    def with_kind(self, name: str, kind: OfferedCategory) -> Sketch:
        """One object more."""
        return replace(self, kinds={**self.kinds, name: kind})

    def exchanged(self, name: str, other: str, kind: OfferedCategory) -> Sketch:
        """Another object in the part of one, wherever facts speak of that."""
        names = {**{x: x for x in (*self.kinds, self.support)}, name: other}

        def fact(old: Literal) -> Literal:
            return replace(old, arguments=tuple(names[x] for x in old.arguments))

        return Sketch(
            self.support,
            {names[x]: kind if x == name else y for x, y in self.kinds.items()},
            tuple(map(fact, self.init)),
            tuple(map(fact, self.goal)),
            tuple(Precedence(fact(x.first), fact(x.then)) for x in self.order),
            tuple(x for x in self.layout if x.name != name),
        )

    def pruned(self) -> Sketch:
        """Without things of which no fact speaks, and without orders of facts that are gone.

        What is placed somewhere at the start, and nothing else is said of it, goes too.
        """
        asked = {name for fact in self.goal for name in fact.arguments}
        needed = _with_supports(asked, self.init)
        kept = {name: kind for name, kind in self.kinds.items() if name in needed}
        known = {*kept, self.support}
        return replace(
            self,
            kinds=kept,
            init=tuple(dict.fromkeys(x for x in self.init if known.issuperset(x.arguments))),
            goal=tuple(dict.fromkeys(self.goal)),
            order=tuple(x for x in self.order if x.then in self.goal and x.first in self.goal),
            layout=tuple(x for x in self.layout if x.name in kept),
        )


def _with_supports(names: set[str], init: tuple[Literal, ...]) -> set[str]:
    """The names, with what carries or holds them at the start, and what lies on or in them."""
    found = set(names)
    while True:
        more = {x for fact in init if found.intersection(fact.arguments) for x in fact.arguments}
        if more <= found:
            return found
        found |= more


def possible(fact: Literal, kinds: Mapping[str, OfferedCategory], cast: ObjectBinding) -> bool:
    """Whether a fact may be so, or may not be so, and people would bring it about.

    Args:
        fact: about objects of these kinds, or the support.
        kinds: by name.
        cast: knows what goes with what.
    """
    first, *rest = (kinds.get(name) for name in fact.arguments)
    if first is None:
        return False
    match fact.predicate:
        case "open":
            return first.openable
        case "toggled_on":
            return first.toggleable
        case "nextto":
            return cast.movable(first) and rest[0] is not None and cast.laid(rest[0])
        case "attached":
            return rest[0] is not None and _hangs(first, rest[0], cast)
        case "inside" | "ontop":
            return first.easy if rest[0] is None else goes(first, rest[0], fact.predicate, cast)
        case _:
            return False


def goes(
    thing: OfferedCategory, target: OfferedCategory, predicate: str, cast: ObjectBinding
) -> bool:
    """Whether it fits there, and people would put it there."""
    relation: Relation | None = next((x for x in RELATIONS if x == predicate), None)
    if relation is None:
        return predicate == "attached" and _hangs(thing, target, cast)
    if target.socket and relation == "inside":
        return cast.catalogue.does("insert", thing, target)
    return cast.catalogue.goes(thing, target, relation)


def _hangs(thing: OfferedCategory, rack: OfferedCategory, cast: ObjectBinding) -> bool:
    return rack.hooked and thing.sort == "cup" and cast.catalogue.does("hang", thing, rack)
