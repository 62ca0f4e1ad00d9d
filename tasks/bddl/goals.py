"""Does a goal hold, which of its literals do not, and what is missing.

A goal is first grounded: quantifiers are replaced by their instances. The semantics are those
of the `bddl` package: `forn` means exactly n; `forpairs` and `fornpairs` ask for enough
distinct instances on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from ...schemas import GoalReport
from .formula import (
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    ForN,
    ForNPairs,
    ForPairs,
    Imply,
    Literal,
    Not,
    Or,
    Variable,
)


class Facts(Protocol):
    """A state of the world, symbolic or physical."""

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether the ground atom is true."""
        ...


@dataclass(frozen=True, slots=True)
class SymbolicFacts:
    """A state given by the set of atoms that are true; `nextto` and `touching` are symmetric."""

    atoms: frozenset[Literal]

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether the atom, or its mirror image where it is symmetric, is in the set."""
        return Literal(predicate, arguments) in self.atoms or (
            predicate in ("nextto", "touching")
            and Literal(predicate, arguments[::-1]) in self.atoms
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """A ground atom."""

    predicate: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold."""

    parts: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """The body does not hold."""

    body: Ground


@dataclass(frozen=True, slots=True)
class Exactly:
    """Exactly `count` parts hold."""

    count: int
    parts: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """At least `count` rows and `count` columns have a cell that holds.

    None stands where row and column are the same instance.
    """

    count: int
    rows: tuple[tuple[Ground | None, ...], ...]


Ground = Leaf | All | Some | Never | Exactly | Pairs


@lru_cache(maxsize=4096)
def ground(goal: Formula) -> Ground:
    """The goal without quantifiers."""
    return _ground(goal, {})


def evaluate(goal: Formula, facts: Facts) -> bool:
    """Whether the goal holds."""
    return holds(ground(goal), facts)


def holds(formula: Ground, facts: Facts) -> bool:
    """Whether a ground formula holds."""
    match formula:
        case Leaf(predicate, arguments):
            return facts.holds(predicate, arguments)
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case Some(parts):
            return any(holds(part, facts) for part in parts)
        case Never(body):
            return not holds(body, facts)
        case Exactly(count, parts):
            return sum(holds(part, facts) for part in parts) == count
        case Pairs(count, rows):
            table = [[cell is not None and holds(cell, facts) for cell in row] for row in rows]
            columns = zip(*table, strict=True)
            return sum(map(any, table)) >= count and sum(map(any, columns)) >= count


def ground_literals(goal: Formula) -> tuple[Literal, ...]:
    """Every ground literal of the goal once, in order, negated where it stands under `not`."""
    return tuple(dict.fromkeys(_literals(ground(goal), False)))


def explain(goal: Formula, facts: Facts) -> tuple[GoalReport, ...]:
    """Each ground literal of the goal and whether it holds.

    Where the goal leaves a choice (`or`, `exists`, counts), it can hold without all of them.
    """
    return tuple(
        GoalReport(
            literal=str(literal),
            holds=facts.holds(literal.predicate, literal.arguments) != literal.negated,
        )
        for literal in ground_literals(goal)
    )


def unsatisfied(goal: Formula, facts: Facts) -> tuple[Literal, ...]:
    """Literals that do not hold and that together would make the goal hold; few rather than many.

    Empty where the goal holds, or where nothing could make it hold. Parts of the goal are
    looked at one by one: where they work against each other, more is needed.
    """
    return missing(ground(goal), facts)


def missing(formula: Ground, facts: Facts, wanted: bool = True) -> tuple[Literal, ...]:
    """Literals to be made true so that the formula is `wanted`; the cheapest choice, ties first."""
    if holds(formula, facts) == wanted:
        return ()
    match formula:
        case Leaf(predicate, arguments):
            return (Literal(predicate, arguments, negated=not wanted),)
        case Never(body):
            return missing(body, facts, not wanted)
        case All(parts) | Some(parts):
            every = [missing(part, facts, wanted) for part in parts]
            if isinstance(formula, All) == wanted:
                return _union(every)
            return min(every, key=len, default=())
        case Exactly(count, parts):
            return _missing_exactly(count, parts, facts, wanted)
        case Pairs(count, rows):
            return _missing_pairs(count, rows, facts, wanted)


def _missing_exactly(
    count: int, parts: tuple[Ground, ...], facts: Facts, wanted: bool
) -> tuple[Literal, ...]:
    """The cheapest parts to switch until exactly `count` hold, or one where they must not."""
    true = [part for part in parts if holds(part, facts)]
    false = [part for part in parts if part not in true]
    on = sorted((missing(part, facts) for part in false), key=len)
    off = sorted((missing(part, facts, False) for part in true), key=len)
    if not wanted:
        return min(on + off, key=len, default=())
    surplus = len(true) - count
    return _union(off[:surplus] if surplus > 0 else on[:-surplus])


def _missing_pairs(
    count: int, rows: tuple[tuple[Ground | None, ...], ...], facts: Facts, wanted: bool
) -> tuple[Literal, ...]:
    """Cheapest cells first, each row and column at most once; or the cheapest lines to clear."""
    if not wanted:
        lines = [rows, tuple(zip(*rows, strict=True))]
        options: list[tuple[Literal, ...]] = []
        for side in lines:
            costs = [_union([missing(x, facts, False) for x in line if x]) for line in side]
            held = sorted((cost for cost in costs if cost), key=len)
            options.append(_union(held[: len(held) - count + 1]))
        return min(options, key=len)
    cells = [
        (missing(cell, facts), row, column)
        for row, line in enumerate(rows)
        for column, cell in enumerate(line)
        if cell is not None
    ]
    cells.sort(key=lambda cell: len(cell[0]))
    chosen: list[tuple[Literal, ...]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for literals, row, column in cells:
        if row not in used_rows and column not in used_columns and len(chosen) < count:
            used_rows.add(row)
            used_columns.add(column)
            chosen.append(literals)
    return _union(chosen)


def _union(groups: list[tuple[Literal, ...]]) -> tuple[Literal, ...]:
    """All literals of the groups, each once, in order."""
    return tuple(dict.fromkeys(literal for group in groups for literal in group))


def _literals(formula: Ground, negated: bool) -> Iterator[Literal]:
    """The literals of a ground formula in order."""
    match formula:
        case Leaf(predicate, arguments):
            yield Literal(predicate, arguments, negated)
        case Never(body):
            yield from _literals(body, not negated)
        case All(parts) | Some(parts) | Exactly(_, parts):
            for part in parts:
                yield from _literals(part, negated)
        case Pairs(_, rows):
            for cell in (cell for row in rows for cell in row if cell is not None):
                yield from _literals(cell, negated)


def _ground(formula: Formula, bound: Mapping[str, str]) -> Ground:
    """The formula with variables replaced by the instances they are bound to."""

    def each(variable: Variable, body: Formula) -> tuple[Ground, ...]:
        return tuple(_ground(body, {**bound, variable.name: x}) for x in variable.instances)

    def pairs(count: int, first: Variable, second: Variable, body: Formula) -> Ground:
        rows = tuple(
            tuple(
                None if x == y else _ground(body, {**bound, first.name: x, second.name: y})
                for y in second.instances
            )
            for x in first.instances
        )
        return Pairs(count, rows)

    match formula:
        case Atom(predicate, arguments):
            return Leaf(predicate, tuple(bound.get(x, x) for x in arguments))
        case And(parts):
            return All(tuple(_ground(part, bound) for part in parts))
        case Or(parts):
            return Some(tuple(_ground(part, bound) for part in parts))
        case Not(body):
            return Never(_ground(body, bound))
        case Imply(antecedent, consequent):
            return Some((Never(_ground(antecedent, bound)), _ground(consequent, bound)))
        case Forall(variable, body):
            return All(each(variable, body))
        case Exists(variable, body):
            return Some(each(variable, body))
        case ForN(count, variable, body):
            return Exactly(count, each(variable, body))
        case ForPairs(first, second, body):
            return pairs(min(len(first.instances), len(second.instances)), first, second, body)
        case ForNPairs(count, first, second, body):
            return pairs(count, first, second, body)
