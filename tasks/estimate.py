"""How far a state is from a goal, and what no skill could ever bring about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .domain import Capabilities, Focus, Relation, State
from .formula import Literal
from .goals import All, Exactly, Ground, Leaf, Never, Pairs, Some
from .operators import StepKey, relevant

PLACED = ("ontop", "inside", "under", "nextto", "touching")
"""Predicates that placing something brings about."""


def estimate(
    state: State,
    needed: Iterable[Literal],
    capabilities: Capabilities,
    shut_at_end: frozenset[str],
) -> int:
    """About how many skills the goal still needs.

    Args:
        state: where the search is.
        needed: literals that must become true.
        capabilities: what can be done.
        shut_at_end: what the goal wants closed.
    """
    movers: set[str] = set()
    toggled: set[str] = set()
    others: set[str] = set()
    either: list[tuple[str, ...]] = []
    for literal in needed:
        thing = literal.arguments[0]
        if literal.predicate == "open":
            toggled.add(thing)
        elif literal.predicate not in PLACED:
            others.add(thing)
        elif literal.predicate in ("nextto", "touching"):
            either.append(literal.arguments)
        else:
            lifted = thing in capabilities.movable or literal.predicate != "under"
            movers.add(thing if lifted else literal.arguments[1])
        if literal.predicate == "inside" and not literal.negated:
            container = literal.arguments[1]
            if container in capabilities.gated and ("open", container) not in state.facts:
                toggled.add(container)
    for pair in either:
        if movers.isdisjoint(pair):
            movers.add(next((x for x in pair if x in capabilities.movable), pair[0]))
    for thing in movers | others:
        toggled |= state.closed_around(thing, capabilities.gated)
    held_down = movers | {x for x in toggled if x in capabilities.lidded}
    blockers = {
        thing
        for thing, places in state.places.items()
        if thing not in movers
        and any(
            where[2] in held_down and (where[2] in movers or where[0] == "ontop")
            for where in places
        )
    }
    opened = {x for x in toggled & shut_at_end if ("open", x) not in state.facts}
    moves = {capabilities.together.get(thing, thing) for thing in movers | others}
    return len(moves) + len(blockers) + len(toggled) + len(opened)


def goal_focus(
    literals: Iterable[Literal], start: State, capabilities: Capabilities
) -> tuple[Focus, Focus]:
    """What the goal speaks of: with the targets that it names, and with any target.

    Things that it names can be moved, and what is on or in them, to make room. Anything of
    that can go to the support.
    """
    literals = tuple(literals)
    doing = relevant(capabilities.operators, literals)
    literals += tuple(need for operator in doing for need in operator.needs)
    movers = {thing for literal in literals for thing in literal.arguments}
    movers |= {thing for operator in doing for thing in operator.names}
    movers.discard(capabilities.support)
    waiting = list(movers)
    while waiting:
        target = waiting.pop()
        for thing, places in start.places.items():
            if thing not in movers and any(where[2] == target for where in places):
                movers.add(thing)
                waiting.append(thing)
    around = {box for x in movers for box in start.closed_around(x, capabilities.gated)}
    pairs: set[tuple[str, str, str]] = set()
    for literal in literals:
        if literal.predicate in PLACED:
            pairs |= _ways(literal.predicate, *literal.arguments)
    named = Focus(
        movers=frozenset(movers),
        openers=frozenset(movers | around),
        shifted=frozenset(x for lit in literals if lit.negated for x in lit.arguments),
        pairs=frozenset(pairs),
        operators=frozenset(operator.key for operator in doing),
    )
    return named, replace(named, pairs=None)


def _ways(predicate: str, thing: str, other: str) -> set[tuple[str, str, str]]:
    """The placements that can make the literal true."""
    match predicate:
        case "ontop":
            return {("place_on", thing, other)}
        case "inside":
            return {("place_inside", thing, other)}
        case "under":
            return {("place_under", thing, other), ("place_on", other, thing)}
        case "nextto":
            return {("place_next_to", thing, other), ("place_next_to", other, thing)}
        case _:
            pairs = ((thing, other), (other, thing))
            return {(skill, *pair) for skill in ("place_on", "place_inside") for pair in pairs}


@dataclass(frozen=True)
class Reachable:
    """Which literals some skill could bring about, as far as sizes go and taken one by one."""

    state: State
    capabilities: Capabilities
    forbidden: frozenset[StepKey]

    def literal(self, literal: Literal) -> bool:
        """Whether the literal holds or could be brought about."""
        if self.state.holds(literal.predicate, literal.arguments) != literal.negated:
            return True
        if any(
            operator.key not in self.forbidden and operator.helps([literal])
            for operator in self.capabilities.operators
        ):
            return True
        thing = literal.arguments[0]
        if literal.predicate == "open":
            skill = "close" if literal.negated else "open"
            return thing in self.capabilities.openable and (skill, (thing,)) not in self.forbidden
        if literal.predicate not in PLACED:
            return False
        other = literal.arguments[1]
        if literal.negated or literal.predicate == "nextto":
            return not self.capabilities.movable.isdisjoint((thing, other))
        match literal.predicate:
            case "ontop":
                return self._put("place_on", thing, other)
            case "inside":
                return self._put("place_inside", thing, other)
            case "under":
                return self._put("place_under", thing, other) or self._put("place_on", other, thing)
            case _:
                pairs = ((thing, other), (other, thing))
                ways = ("place_on", "place_inside")
                return any(self._put(way, *pair) for way in ways for pair in pairs)

    def possible(self, formula: Ground, wanted: bool) -> bool:
        """Whether each part of the formula could be made `wanted`, taken one by one."""
        match formula:
            case Leaf(predicate, arguments):
                return self.literal(Literal(predicate, arguments, negated=not wanted))
            case Never(body):
                return self.possible(body, not wanted)
            case All(parts) | Some(parts):
                each = [self.possible(part, wanted) for part in parts]
                return all(each) if isinstance(formula, All) == wanted else any(each)
            case Exactly(count, parts):
                can = sum(self.possible(part, True) for part in parts)
                must = sum(not self.possible(part, False) for part in parts)
                return must <= count <= can if wanted else not must == count == can
            case Pairs(count, rows):
                table = [[x is not None and self.possible(x, True) for x in row] for row in rows]
                columns = zip(*table, strict=True)
                enough = sum(map(any, table)) >= count and sum(map(any, columns)) >= count
                return enough or not wanted

    def _put(self, skill: str, thing: str, target: str) -> bool:
        """Whether the skill, or placing the object next to another one there, is possible."""
        relations: dict[str, Relation] = {
            "place_on": "ontop",
            "place_inside": "inside",
            "place_under": "under",
        }
        relation = relations[skill]
        if not self.capabilities.allows(thing, target, relation):
            return False
        shut = target in self.capabilities.gated and not self.state.holds("open", (target,))
        if relation == "inside" and shut and not self.literal(Literal("open", (target,))):
            return False
        if (skill, (thing, target)) not in self.forbidden:
            return True
        return any(
            ("place_next_to", (thing, x)) not in self.forbidden
            for x in self.capabilities.objects
            if x != thing and self.capabilities.allows(x, target, relation)
        )
