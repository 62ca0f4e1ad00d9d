"""How far a state is from a goal, and what no skill could ever bring about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..bddl.formula import Literal
from ..bddl.goals import All, Exactly, Ground, Leaf, Never, Pairs, Some
from .domain import Capabilities, Focus, Prospects
from .operators import relevant
from .state import State

PLACED = ("ontop", "inside", "under", "nextto", "touching")
"""Predicates about where things are, which change when one of them is moved."""


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
    blockers: set[str] = set()
    if not held_down.isdisjoint(state.loaded):
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
    """The focus of a goal: with the targets that it names, and with any target.

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
    named = Focus(
        things=frozenset(movers),
        containers=frozenset(around),
        shifted=frozenset(x for lit in literals if lit.negated for x in lit.arguments),
        literals=frozenset(literals),
        operators=frozenset(operator.key for operator in doing),
    )
    return named, replace(named, literals=None)


def possible(formula: Ground, wanted: bool, prospects: Prospects) -> bool:
    """Whether each part of the formula could be made `wanted`, taken one by one."""

    def could(part: Ground, wanted: bool = True) -> bool:
        return possible(part, wanted, prospects)

    match formula:
        case Leaf(predicate, arguments):
            return prospects.attainable(Literal(predicate, arguments, negated=not wanted))
        case Never(body):
            return could(body, not wanted)
        case All(parts) | Some(parts):
            each = [could(part, wanted) for part in parts]
            return all(each) if isinstance(formula, All) == wanted else any(each)
        case Exactly(count, parts):
            can = sum(could(part) for part in parts)
            must = sum(not could(part, False) for part in parts)
            return must <= count <= can if wanted else not must == count == can
        case Pairs(count, rows):
            table = [[x is not None and could(x) for x in row] for row in rows]
            columns = zip(*table, strict=True)
            enough = sum(map(any, table)) >= count and sum(map(any, columns)) >= count
            return enough or not wanted
