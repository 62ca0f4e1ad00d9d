"""Facts and formulas of a given task, over objects that its words bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from ....schemas import DatasetSpec, ObjectSpec, SpecError
from ....schemas.reserved import is_reserved
from ....tasks.bddl.formula import And, Atom, Formula, Literal, Not
from ....tasks.bddl.ordering import Precedence
from ....tasks.bddl.reader import (
    CONNECTIVES,
    Reader,
    Token,
    Tokens,
    as_group,
    read_group,
    show,
)
from ...proposing.catalogue import Catalogue
from ...proposing.draft import SUPPORT_CATEGORIES
from ...proposing.offered import OfferedCategory
from .places import placed
from .words import SYNSET, category_of, scene_name

STARTS = ("ontop", "inside", "nextto", "open", "toggled_on")
"""Predicates that can be arranged."""
RELATIONS = {"on": "ontop", "inside": "inside", "next_to": "nextto"}
"""Keys of an object, and the facts that they stand for."""

EVERYDAY = {"in": "inside", "on": "ontop", "next_to": "nextto"}
"""Words that people write for predicates."""


class Objects:
    """Whom a task's words mean, gathered while they are read.

    Attributes:
        catalogue: what the library offers.
        support: what everything stands on.
        kinds: of the objects that play so far, by scene name, without the support.
    """

    def __init__(self, spec: DatasetSpec, index: int, catalogue: Catalogue) -> None:
        """Begin with the objects that the task of this number lists.

        Raises:
            SpecError: the library has no such asset, or nothing for a category.
        """
        given = spec.tasks.given[index]
        self.catalogue = catalogue
        self.support = spec.scene.support
        self.kinds: dict[str, OfferedCategory] = {}
        self._listed = {thing.name: thing for thing in (*spec.scene.objects, *given.objects)}
        for number, thing in enumerate(given.objects):
            key = "category" if thing.asset is None else "asset"
            with placed(("tasks", "given", index, "objects", number, key)):
                self._play(thing.name, thing.category)

    def named(self, word: str) -> str:
        """The scene name of what a word means, which from now on plays.

        Raises:
            SpecError: where it means nothing.
        """
        if word == self.support:
            return word
        if word in self._listed:
            self._play(word, self._listed[word].category)
            return word
        name = scene_name(word)
        if is_reserved(name):
            raise SpecError(
                f"{word!r} is no object of a task; what everything stands on is {self.support!r}"
            )
        if name not in self.kinds:
            self._play(name, category_of(word.lower(), tuple(self.catalogue.ids)))
        return name

    def kind(self, name: str, category: str) -> OfferedCategory:
        """The kind of an object: of its one asset, where that is said."""
        thing = self._listed.get(name)
        if thing is None or thing.asset is None:
            return self.catalogue.kind(category)
        asset = self.catalogue.library.get(thing.asset)
        return self.catalogue.kind_of(
            category, (asset,) * len(self.catalogue.kind(category).assets)
        )

    def categories(self) -> dict[str, str]:
        """The category of every object that plays, the support included."""
        own = {name: kind.category for name, kind in self.kinds.items()}
        return {self.support: SUPPORT_CATEGORIES[self.support], **own}

    def facts(self, init: Sequence[Literal]) -> tuple[Literal, ...]:
        """All that holds at the start: what is stated, and what listed objects say of themselves.

        Raises:
            SpecError: where a listed object is placed beside something unknown.
        """
        stated = list(init)
        placed = {fact.arguments[0] for fact in init if fact.predicate in RELATIONS.values()}
        waiting = list(self.kinds)
        while waiting:
            name = waiting.pop(0)
            thing = self._listed.get(name)
            if thing is None or name in placed:
                continue
            for fact in self._own_facts(thing):
                before = set(self.kinds)
                target = self.named(fact.arguments[1])
                waiting += [x for x in self.kinds if x not in before]
                stated.append(Literal(fact.predicate, (name, target)))
        return tuple(stated)

    def _own_facts(self, thing: ObjectSpec) -> list[Literal]:
        targets = {key: getattr(thing, key) for key in RELATIONS}
        return [
            Literal(RELATIONS[key], (thing.name, str(target)))
            for key, target in targets.items()
            if target is not None and target != self.support
        ]

    def _play(self, name: str, category: str) -> None:
        if name not in self.kinds:
            self.kinds[name] = self.kind(name, category)


def read_goal(texts: Sequence[str], objects: Objects) -> Formula:
    """The conjunction of facts and formulas.

    Raises:
        SpecError: naming the text, what is wrong with it, and what is allowed.
    """
    parts = tuple(_formula(text, objects) for text in texts)
    return parts[0] if len(parts) == 1 else And(parts)


def read_init(texts: Sequence[str], objects: Objects) -> tuple[Literal, ...]:
    """Facts of the start.

    Raises:
        SpecError: naming the text, what is wrong with it, and what is allowed.
    """
    facts: list[Literal] = []
    for text in texts:
        formula = _formula(text, objects)
        negated = isinstance(formula, Not)
        atom = formula.body if isinstance(formula, Not) else formula
        if not isinstance(atom, Atom) or atom.predicate not in STARTS:
            raise SpecError(
                f"{text!r} cannot be arranged; allowed are facts with {', '.join(STARTS)}, and "
                "`not` before open and toggled_on"
            )
        facts.append(Literal(atom.predicate, atom.arguments, negated))
    return tuple(facts)


def read_order(chains: Sequence[Sequence[str]], known: Mapping[str, str]) -> tuple[Precedence, ...]:
    """Of each chain of facts: each comes about only while all before it hold.

    Args:
        chains: of facts.
        known: categories of the task's objects by scene name.

    Raises:
        SpecError: naming the text, what is wrong with it, and what is allowed.
    """
    found: list[Precedence] = []
    for chain in chains:
        facts = [_literal(text, known) for text in chain]
        found += [Precedence(first, then) for first, then in combinations(facts, 2)]
    return tuple(found)


def _literal(text: str, known: Mapping[str, str]) -> Literal:
    """One fact over objects that play already."""
    group = _group(text)
    negated = group[:1] == ["not"] and len(group) == 2
    head, *words = as_group(group[1], f"in {text!r}") if negated else group
    try:
        Reader.check_predicate([head, *words])
        names = [show(x) if isinstance(x, list) or x in known else scene_name(x) for x in words]
        atom = Reader(dict(known)).atom([head, *names], {})
    except SpecError as error:
        raise SpecError(f"{text!r}: {error}") from error
    return Literal(atom.predicate, atom.arguments, negated)


def _formula(text: str, objects: Objects) -> Formula:
    """One fact such as `not inside lemon bowl`, or a BDDL formula."""
    try:
        named = _named(_group(text), objects, frozenset())
        return Reader(objects.categories()).formula(named, {})
    except SpecError as error:
        raise SpecError(f"{text!r}: {error}") from error


def _group(text: str) -> Tokens:
    words = text.split()
    if not words:
        raise SpecError("a fact is empty; write one such as `inside lemon bowl`")
    if words[0].startswith("("):
        return read_group(text)
    negated = words[0] == "not"
    head, *rest = words[1:] if negated else words or [""]
    fact: Tokens = [EVERYDAY.get(head, head), *rest]
    return ["not", fact] if negated else fact


def _named(group: Tokens, objects: Objects, bound: frozenset[str]) -> Tokens:
    """The formula with scene names for words, and categories for words after a hyphen."""
    head = group[0] if group else ""
    if head not in CONNECTIVES:
        # The reader says what is wrong with the predicate before anything is made of its words.
        Reader.check_predicate(group)
        return [head, *(_name(x, objects, bound) for x in group[1:])]
    if head in ("and", "or", "not", "imply"):
        return [head, *(_named(as_group(x, f"after {head}"), objects, bound) for x in group[1:])]
    variables = [part for part in group[1:-1] if isinstance(part, list) and len(part) == 3]
    inner = bound | {str(variable[0]).lstrip("?") for variable in variables}
    typed: Tokens = [
        [part[0], part[1], _category(part[2], objects)] if part in variables else part
        for part in group[1:-1]
    ]
    return [head, *typed, _named(as_group(group[-1], f"after {head}"), objects, inner)]


def _name(token: Token, objects: Objects, bound: frozenset[str]) -> Token:
    if not isinstance(token, str) or token.lstrip("?") in bound:
        return token
    return objects.named(token.lstrip("?"))


def _category(token: Token, objects: Objects) -> Token:
    if not isinstance(token, str) or SYNSET.fullmatch(token):
        return token
    return category_of(token, tuple(objects.catalogue.ids))
