"""Formulas over BDDL predicates: a small tree of frozen nodes, and their text.

Quantified variables carry the instances they range over, so that a formula can be evaluated
without the problem it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

PREDICATES: dict[str, int] = {
    "attached": 2,
    "inside": 2,
    "nextto": 2,
    "ontop": 2,
    "open": 1,
    "toggled_on": 1,
    "touching": 2,
    "under": 2,
}
"""Supported predicates and their number of arguments."""


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A ground atom that holds, or with `negated` does not."""

    predicate: str
    arguments: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """As BDDL."""
        atom = f"({' '.join((self.predicate, *self.arguments))})"
        return f"(not {atom})" if self.negated else atom


@dataclass(frozen=True, slots=True)
class Variable:
    """A quantified variable and the instances it ranges over, in the problem's order."""

    name: str
    category: str
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate over instances and variables."""

    predicate: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The body does not hold."""

    body: Formula


@dataclass(frozen=True, slots=True)
class Imply:
    """Where the antecedent holds, so does the consequent."""

    antecedent: Formula
    consequent: Formula


@dataclass(frozen=True, slots=True)
class Forall:
    """The body holds for every instance."""

    variable: Variable
    body: Formula


@dataclass(frozen=True, slots=True)
class Exists:
    """The body holds for at least one instance."""

    variable: Variable
    body: Formula


@dataclass(frozen=True, slots=True)
class ForN:
    """The body holds for exactly `count` instances."""

    count: int
    variable: Variable
    body: Formula


@dataclass(frozen=True, slots=True)
class ForPairs:
    """As many distinct instances as the smaller side has take part, on both sides."""

    first: Variable
    second: Variable
    body: Formula


@dataclass(frozen=True, slots=True)
class ForNPairs:
    """At least `count` distinct instances take part, on both sides."""

    count: int
    first: Variable
    second: Variable
    body: Formula


Formula = Atom | And | Or | Not | Imply | Forall | Exists | ForN | ForPairs | ForNPairs


def rename(formula: Formula, names: Mapping[str, str]) -> Formula:
    """The formula with other names for instances; what `names` lacks stays as it is.

    A bound variable that is called like one of the new names is renamed too, so that it does
    not capture that instance.
    """
    match formula:
        case Atom(predicate, arguments):
            return Atom(predicate, tuple(names.get(x, x) for x in arguments))
        case And(parts):
            return And(tuple(rename(part, names) for part in parts))
        case Or(parts):
            return Or(tuple(rename(part, names) for part in parts))
        case Not(body):
            return Not(rename(body, names))
        case Imply(antecedent, consequent):
            return Imply(rename(antecedent, names), rename(consequent, names))
        case Forall(old, body) | Exists(old, body) | ForN(_, old, body):
            (variable,), inner = _renamed((old,), body, names)
            return replace(formula, variable=variable, body=inner)
        case ForPairs(old, other, body) | ForNPairs(_, old, other, body):
            (first, second), inner = _renamed((old, other), body, names)
            return replace(formula, first=first, second=second, body=inner)


def _renamed(
    variables: tuple[Variable, ...], body: Formula, names: Mapping[str, str]
) -> tuple[tuple[Variable, ...], Formula]:
    """Quantified variables and their body with other names for instances."""
    own = {variable.name for variable in variables}
    inner = {old: new for old, new in names.items() if old not in own}
    taken = {inner.get(x, x) for x in free_names(body) - own}
    found: list[Variable] = []
    for variable in variables:
        name = variable.name
        while name in taken:
            name += "_"
        taken.add(name)
        inner[variable.name] = name
        instances = tuple(names.get(x, x) for x in variable.instances)
        found.append(replace(variable, name=name, instances=instances))
    return tuple(found), rename(body, inner)


def free_names(formula: Formula) -> frozenset[str]:
    """Every instance and every variable that the formula names and does not bind."""
    match formula:
        case Atom(_, arguments):
            return frozenset(arguments)
        case And(parts) | Or(parts):
            return frozenset[str]().union(*(free_names(part) for part in parts))
        case Not(body):
            return free_names(body)
        case Imply(antecedent, consequent):
            return free_names(antecedent) | free_names(consequent)
        case Forall(variable, body) | Exists(variable, body) | ForN(_, variable, body):
            return free_names(body) - {variable.name}
        case ForPairs(first, second, body) | ForNPairs(_, first, second, body):
            return free_names(body) - {first.name, second.name}


def to_text(formula: Formula) -> str:
    """The formula as BDDL."""

    def typed(variable: Variable) -> str:
        return f"(?{variable.name} - {variable.category})"

    match formula:
        case Atom(predicate, arguments):
            return f"({' '.join((predicate, *(f'?{x}' for x in arguments)))})"
        case And(parts):
            return f"({' '.join(('and', *(to_text(part) for part in parts)))})"
        case Or(parts):
            return f"({' '.join(('or', *(to_text(part) for part in parts)))})"
        case Not(body):
            return f"(not {to_text(body)})"
        case Imply(antecedent, consequent):
            return f"(imply {to_text(antecedent)} {to_text(consequent)})"
        case Forall(variable, body):
            return f"(forall {typed(variable)} {to_text(body)})"
        case Exists(variable, body):
            return f"(exists {typed(variable)} {to_text(body)})"
        case ForN(count, variable, body):
            return f"(forn ({count}) {typed(variable)} {to_text(body)})"
        case ForPairs(first, second, body):
            return f"(forpairs {typed(first)} {typed(second)} {to_text(body)})"
        case ForNPairs(count, first, second, body):
            return f"(fornpairs ({count}) {typed(first)} {typed(second)} {to_text(body)})"
