"""Order as part of a task: facts that may come about only while other facts hold.

Such a constraint speaks of a moment: when `then` becomes true, `first` is true already. It is
PDDL3's `sometime-before` (Gerevini and Long, 2005) made strict: what was true once and is no
longer does not do, so that a toaster oven is closed and loaded *when* it is switched on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from ...schemas import OrderConstraint, OrderReport, SpecError, TaskSpec
from .formula import Atom, Literal, Not
from .goals import Facts, SymbolicFacts
from .reader import Reader, read_group


@dataclass(frozen=True)
class Precedence:
    """`then` comes about only while `first` holds."""

    first: Literal
    then: Literal

    def broken(self, before: Facts, after: Facts) -> bool:
        """Whether `then` came about between two states although `first` did not hold."""
        came = not _true(self.then, before) and _true(self.then, after)
        return came and not _true(self.first, before)

    def constraint(self) -> OrderConstraint:
        """As a task stores it."""
        return OrderConstraint(first=str(self.first), then=str(self.then))


def task_order(task: TaskSpec) -> tuple[Precedence, ...]:
    """The order that a task asks for, over scene names.

    Raises:
        SpecError: where a fact is no literal over objects of the task.
    """
    known = tuple((thing.name, thing.category) for thing in task.objects)
    return tuple(Precedence(_literal(x.first, known), _literal(x.then, known)) for x in task.order)


@dataclass
class OrderWatch:
    """Looks at one state after another for constraints that are broken.

    Attributes:
        order: what to look for.
        broken: what was broken so far.
    """

    order: tuple[Precedence, ...]
    broken: set[Precedence] = field(default_factory=set[Precedence])
    _before: SymbolicFacts | None = None

    def look(self, facts: Facts) -> None:
        """See the next state."""
        literals = {x for each in self.order for x in (each.first, each.then)}
        atoms = {Literal(x.predicate, x.arguments) for x in literals}
        now = SymbolicFacts(frozenset(x for x in atoms if _true(x, facts)))
        if self._before is not None:
            before = self._before
            self.broken.update(x for x in self.order if x.broken(before, now))
        self._before = now

    def report(self) -> tuple[OrderReport, ...]:
        """Each constraint, and whether it was kept."""
        return tuple(
            OrderReport(first=str(x.first), then=str(x.then), kept=x not in self.broken)
            for x in self.order
        )


def _true(literal: Literal, facts: Facts) -> bool:
    return facts.holds(literal.predicate, literal.arguments) != literal.negated


@lru_cache(maxsize=4096)
def _literal(text: str, objects: tuple[tuple[str, str], ...]) -> Literal:
    formula = Reader(dict(objects)).formula(read_group(text), {})
    atom = formula.body if isinstance(formula, Not) else formula
    if not isinstance(atom, Atom):
        raise SpecError(f"order: {text!r} is no single fact; write one such as (inside a b)")
    return Literal(atom.predicate, atom.arguments, negated=isinstance(formula, Not))
