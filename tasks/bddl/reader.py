"""The grammar of BDDL texts: sections, objects, formulas, with errors that say what is allowed.

The tokens are the `bddl` package's; the sections are read here, because its own reader prints
to the terminal and fails with bare IndexErrors.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import TypeAlias

from bddl.parsing import scan_tokens

from ...scenes.core.taxonomy import is_a
from ...schemas import SpecError
from .formula import (
    PREDICATES,
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    ForN,
    ForNPairs,
    ForPairs,
    Imply,
    Not,
    Or,
    Variable,
)

Token: TypeAlias = "str | list[Token]"
Tokens = list[Token]
"""A parenthesised group: strings and further groups."""

CONNECTIVES = ("and", "or", "not", "imply", "forall", "exists", "forn", "forpairs", "fornpairs")


MAX_DEPTH = 100
"""Levels of parentheses: several times what any activity has, and within Python's stack."""
MAX_COUNT_DIGITS = 6


def used_predicates(text: str) -> frozenset[str]:
    """Every predicate in :init and :goal, supported or not.

    Raises:
        SpecError: where the text is no BDDL problem.
    """
    found: set[str] = set()

    def walk(group: Tokens) -> None:
        head = str(group[0]) if group else ""
        if head in CONNECTIVES:
            quantified = head not in ("and", "or", "not", "imply")
            for part in group[-1:] if quantified else group[1:]:
                walk(as_group(part, f"after {head}"))
        else:
            found.add(head)

    parts = sections(text)
    for part in (*parts[":init"], *parts[":goal"]):
        walk(as_group(part, "in :init or :goal"))
    return frozenset(found)


def sections(text: str) -> dict[str, Tokens]:
    """The groups of each section, by its head.

    Raises:
        SpecError: where the text is no BDDL problem.
    """
    try:
        tokens = as_group(scan_tokens(string=text), "instead of a problem")
    except Exception as error:  # bddl raises bare Exception for unbalanced parentheses
        raise SpecError(f"BDDL: {error}; a problem is one (define ..) expression") from error
    if _depth(tokens) > MAX_DEPTH:
        raise SpecError(f"BDDL: more than {MAX_DEPTH} levels of parentheses")
    if tokens[:1] != ["define"]:
        raise SpecError(f"BDDL: a problem starts with (define .., got {text.strip()[:60]!r}")
    found: dict[str, Tokens] = {}
    for group in tokens[1:]:
        if group == "\\":  # stands loose in one of BEHAVIOR-1K's files
            continue
        head = show(group[0]) if isinstance(group, list) and group else show(group)
        if head not in ("problem", ":domain", ":requirements", ":objects", ":init", ":goal"):
            raise SpecError(
                f"BDDL: unknown section {head!r}; allowed: problem, :domain, :objects, :init, :goal"
            )
        if head in found:
            raise SpecError(f"BDDL: section {head!r} is there twice")
        found[head] = as_group(group, "between the sections")[1:]
    missing = [head for head in (":objects", ":init", ":goal") if head not in found]
    if missing:
        raise SpecError(f"BDDL: no section {', '.join(missing)}")
    return found


def read_group(text: str) -> Tokens:
    """One parenthesised expression.

    Raises:
        SpecError: where the text is none.
    """
    try:
        tokens = as_group(scan_tokens(string=text), "instead of a formula")
    except Exception as error:  # bddl raises bare Exception for unbalanced parentheses
        raise SpecError(f"BDDL: {error}; a formula is one (..) expression") from error
    if _depth(tokens) > MAX_DEPTH:
        raise SpecError(f"BDDL: more than {MAX_DEPTH} levels of parentheses")
    return tokens


def read_objects(tokens: Tokens) -> dict[str, str]:
    """Instances and their categories, from `a b - category c - other`."""
    objects: dict[str, str] = {}
    waiting: list[str] = []
    rest = iter(tokens)
    for token in rest:
        if not isinstance(token, str):
            raise SpecError(f"BDDL: {show(token)} in :objects; write: instance .. - category")
        if token != "-":
            waiting.append(token.lstrip("?"))
            continue
        category = next(rest, None)
        if not isinstance(category, str) or not waiting:
            raise SpecError("BDDL: in :objects a hyphen stands between instances and a category")
        for instance in waiting:
            if objects.get(instance, category) != category:
                raise SpecError(
                    f"BDDL: object {instance!r} is both a {category} and a {objects[instance]}"
                )
            objects[instance] = category
        waiting = []
    if waiting:
        raise SpecError(f"BDDL: {', '.join(waiting)} in :objects without `- category`")
    return objects


class Reader:
    """Reads formulas over a set of declared objects."""

    def __init__(self, objects: dict[str, str]) -> None:
        self.objects = objects

    def name(self, token: Token, bound: dict[str, Variable]) -> str:
        """An instance or a bound variable, without its question mark."""
        name = token.lstrip("?") if isinstance(token, str) else show(token)
        if name not in bound and name not in self.objects:
            allowed = ", ".join((*bound, *self.objects))
            raise SpecError(f"BDDL: unknown object {name!r}; declared are: {allowed}")
        return name

    def atom(self, group: Tokens, bound: dict[str, Variable]) -> Atom:
        """A predicate over names."""
        head = self.check_predicate(group)
        return Atom(head, tuple(self.name(token, bound) for token in group[1:]))

    @staticmethod
    def check_predicate(group: Tokens) -> str:
        """The predicate of an atom, if there is such a one and it takes as many objects.

        Raises:
            SpecError: naming those there are.
        """
        head = str(group[0]) if group else ""
        if head not in PREDICATES:
            raise SpecError(
                f"BDDL: predicate {head!r} is not supported; supported are: "
                f"{', '.join(PREDICATES)} (and inroom in :init)"
            )
        if len(group) - 1 != PREDICATES[head]:
            raise SpecError(f"BDDL: {show(group)}: {head} takes {PREDICATES[head]} objects")
        return head

    def variable(self, group: Token) -> Variable:
        """A typed variable `(?x - category)`; it ranges over the category's kinds too."""
        if not isinstance(group, list) or len(group) != 3 or group[1] != "-":
            raise SpecError(f"BDDL: {show(group)}: a variable is written (?name - category)")
        category = str(group[2])
        found = tuple(
            x for x, kind in self.objects.items() if kind == category or is_a(kind, category)
        )
        if not found:
            kinds = ", ".join(sorted(set(self.objects.values())))
            raise SpecError(f"BDDL: no object is a {category!r}; there are: {kinds}")
        return Variable(str(group[0]).lstrip("?"), category, found)

    def formula(self, group: Tokens, bound: dict[str, Variable]) -> Formula:
        """Any formula."""
        head = str(group[0]) if group else ""
        if head not in CONNECTIVES:
            return self.atom(group, bound)
        wanted = {"not": 1, "imply": 2, "forall": 2, "exists": 2, "forn": 3, "forpairs": 3}
        wanted["fornpairs"] = 4
        if head in wanted and len(group) - 1 != wanted[head]:
            raise SpecError(f"BDDL: {show(group)}: {head} takes {wanted[head]} parts")
        if head in ("and", "or", "not", "imply"):
            parts = tuple(self.formula(as_group(x, f"after {head}"), bound) for x in group[1:])
            if head == "and":
                return And(parts)
            if head == "or":
                return Or(parts)
            return Not(parts[0]) if head == "not" else Imply(parts[0], parts[1])
        return self.quantified(head, group[1:], bound)

    def quantified(self, head: str, parts: Tokens, bound: dict[str, Variable]) -> Formula:
        """A quantifier, its variables, and its body."""
        count = _count(parts[0]) if head in ("forn", "fornpairs") else 0
        typed = parts[1:-1] if head in ("forn", "fornpairs") else parts[:-1]
        variables = [self.variable(group) for group in typed]
        inner = bound | {variable.name: variable for variable in variables}
        body = self.formula(as_group(parts[-1], f"after {head}"), inner)
        match head:
            case "forall":
                return Forall(variables[0], body)
            case "exists":
                return Exists(variables[0], body)
            case "forn":
                return ForN(count, variables[0], body)
            case "forpairs":
                return ForPairs(variables[0], variables[1], body)
            case _:
                return ForNPairs(count, variables[0], variables[1], body)


def as_group(token: Token, where: str) -> Tokens:
    """The token, which must be a parenthesised group."""
    if not isinstance(token, list):
        raise SpecError(f"BDDL: {show(token)!r} {where}: expected a parenthesised expression")
    return token


def _depth(tokens: Tokens) -> int:
    """Levels of parentheses, counted without recursion."""
    depth, level = 0, [tokens]
    while level:
        depth += 1
        level = [token for group in level for token in group if isinstance(token, list)]
    return depth


def _count(token: Token) -> int:
    """The number of `(n)`."""
    number = token[0] if isinstance(token, list) and len(token) == 1 else token
    if (
        not isinstance(number, str)
        or not (number.isascii() and number.isdigit())
        or len(number) > MAX_COUNT_DIGITS
    ):
        raise SpecError(f"BDDL: {show(token)}: a count is written (2)")
    return int(number)


def show(token: Token) -> str:
    """A token as text."""
    return f"({' '.join(map(show, token))})" if isinstance(token, list) else str(token)
