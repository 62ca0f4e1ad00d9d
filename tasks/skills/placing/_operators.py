"""Placing as operators: they are made for each state, since things are put next to moving ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...bddl.formula import Literal
from ...symbolic.domain import Candidates, Capabilities, Focus, Prospects, Relation
from ...symbolic.operators import Fact, Operator, fact
from ...symbolic.sentences import spoken
from ...symbolic.state import State, standing
from ._purpose import why_place

RELATIONS = {"place_on": "ontop", "place_inside": "inside", "place_next_to": "nextto"}
"""What each skill brings about."""
EFFECTS = ("ontop", "inside", "under", "nextto", "touching")
"""Predicates that change when something is put down."""
MANY = 8192

Way = tuple[str, str, str]
"""A skill, the object that it moves, and the target."""


@lru_cache(maxsize=MANY)
def onto(thing: str, target: str, lidded: bool = False) -> Operator:
    """Put the object on the target; where the target has a `lid`, that must be shut."""
    shut = (Literal("open", (target,), negated=True),) if lidded else ()
    return _put("place_on", thing, target, "on", standing(thing, "ontop", target), shut)


@lru_cache(maxsize=MANY)
def into(thing: str, target: str, gated: bool = False) -> Operator:
    """Put the object inside the target; where that can be shut, it must be open."""
    opened = (Literal("open", (target,)),) if gated else ()
    return _put("place_inside", thing, target, "inside", standing(thing, "inside", target), opened)


@lru_cache(maxsize=MANY)
def beside(thing: str, target: str, places: tuple[Fact, ...]) -> Operator:
    """Put the object next to the target, on and in what the target is on and in."""
    adds = frozenset({fact("nextto", thing, target)})
    adds = adds.union(*(standing(thing, relation, where) for relation, _, where in places))
    return _put("place_next_to", thing, target, "next to", adds, ())


def _put(
    skill: str,
    thing: str,
    target: str,
    where: str,
    adds: frozenset[Fact],
    needs: tuple[Literal, ...],
) -> Operator:
    return Operator(
        skill=skill,
        arguments=(thing, target),
        phrase=f"put {spoken(thing)} {where} {spoken(target)}",
        needs=needs,
        adds=adds,
        reaches=(target,),
        moves=(thing,),
        proof=(Literal(RELATIONS[skill], (thing, target)),),
        purpose=why_place,
    )


@dataclass(frozen=True)
class _Option:
    """The operators for one object at one target.

    Attributes:
        target: of the operators.
        operators: that are the same in every state.
        beside: whether to put it next to the target.
    """

    target: str
    operators: tuple[Operator, ...]
    beside: bool


@dataclass(frozen=True)
class Placements:
    """Whatever can be lifted, put wherever sizes allow."""

    known: tuple[Operator, ...] = ()

    def candidates(self, able: Capabilities, focus: Focus) -> Candidates:
        """Every object at every target; what is in or on something is taken out first."""
        wanted = None if focus.literals is None else _ways(focus.literals)
        options = {
            thing: tuple(_options(thing, able, wanted))
            for thing in able.objects
            if thing in able.movable and (focus.things is None or thing in focus.things)
        }
        support, shifted = able.support, focus.shifted

        def made(state: State, within_reach: Sequence[str]) -> Iterator[Operator]:
            near = frozenset(within_reach)
            for thing in sorted(within_reach, key=lambda x: _stands_on(state, x, support)):
                if thing not in options or thing in state.loaded:
                    continue
                there = ("ontop", thing, support) in state.facts
                stays = there and shifted is not None and thing not in shifted
                for option in options[thing]:
                    if option.target not in near:
                        continue
                    if not (stays and option.target == support):
                        yield from option.operators
                    if option.beside:
                        yield from _beside(state, thing, option.target, able)

        return made

    def attainable(self, literal: Literal, prospects: Prospects) -> bool:
        """Whether some placement makes it so, as far as sizes go."""
        if literal.predicate not in EFFECTS:
            return False
        thing, other = literal.arguments
        if literal.negated or literal.predicate == "nextto":
            return not prospects.capabilities.movable.isdisjoint((thing, other))
        return any(
            _possible(skill, moved, target, prospects)
            for skill, moved, target in _ways_to(literal.predicate, thing, other)
        )


def _options(thing: str, able: Capabilities, wanted: frozenset[Way] | None) -> Iterator[_Option]:
    """The targets of an object, in their order; putting it on the support is always one."""
    for target in able.objects:
        if target == thing:
            continue

        def asked(skill: str, target: str = target) -> bool:
            return wanted is None or (skill, thing, target) in wanted

        operators: list[Operator] = []
        if able.allows(thing, target, "ontop") and (target == able.support or asked("place_on")):
            operators.append(onto(thing, target, target in able.lidded))
        if able.allows(thing, target, "inside") and asked("place_inside"):
            operators.append(into(thing, target, target in able.gated))
        next_to = asked("place_next_to")
        if operators or next_to:
            yield _Option(target, tuple(operators), next_to)


def _beside(state: State, thing: str, target: str, able: Capabilities) -> Iterator[Operator]:
    """Next to the target, where there may be room for it."""
    places = tuple(where for where in state.places.get(target, ()) if where[2] != thing)
    if places and all(able.allows(thing, x[2], _relation(x)) for x in places):
        yield beside(thing, target, places)


def _relation(where: Fact) -> Relation:
    """The relation of a fact that says where an object is."""
    return "inside" if where[0] == "inside" else "ontop"


def _stands_on(state: State, thing: str, support: str) -> bool:
    """Whether it is on the support, and in or on nothing else."""
    return all(where[2] == support for where in state.places.get(thing, ()))


def _ways(literals: frozenset[Literal]) -> frozenset[Way]:
    """The placements that the literals speak of."""
    spoken_of = (x for x in literals if x.predicate in EFFECTS)
    return frozenset(way for x in spoken_of for way in _ways_to(x.predicate, *x.arguments))


def _ways_to(predicate: str, thing: str, other: str) -> set[Way]:
    """The placements that can make an atom true: nothing is put under what stands there."""
    match predicate:
        case "ontop":
            return {("place_on", thing, other)}
        case "inside":
            return {("place_inside", thing, other)}
        case "under":
            return {("place_on", other, thing)}
        case "nextto":
            return {("place_next_to", thing, other), ("place_next_to", other, thing)}
        case _:
            pairs = ((thing, other), (other, thing))
            return {(skill, *pair) for skill in ("place_on", "place_inside") for pair in pairs}


def _possible(skill: str, thing: str, target: str, prospects: Prospects) -> bool:
    """Whether the skill, or placing the object next to another one there, is possible."""
    able = prospects.capabilities
    relation: Relation = "ontop" if skill == "place_on" else "inside"
    if not able.allows(thing, target, relation):
        return False
    opened = Literal("open", (target,))
    if relation == "inside" and target in able.gated and not prospects.attainable(opened):
        return False
    if (skill, (thing, target)) not in prospects.forbidden:
        return True
    return any(
        ("place_next_to", (thing, x)) not in prospects.forbidden
        for x in able.objects
        if x != thing and able.allows(x, target, relation)
    )


PLACEMENTS = Placements()
