"""The declared meanings of categories, by the questions of other code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ...schemas.plugins import until_forgotten
from ..core.taxonomy import ancestors
from .categories import categories
from .sorts import WORDS, Contents, Goods, Sort, head
from .uses import HYPERNYMS, Use

T = TypeVar("T")
_NO_USE: frozenset[Use] = frozenset()


@until_forgotten
def _stand_ins() -> Mapping[str, tuple[str, ...]]:
    known = [declared.category for declared in categories().values()]
    choices = [(x.name, wanted) for x in known for wanted in x.stands_in]
    choices += [(x.name, wanted) for x in known for wanted in x.also_stands_in]
    found: dict[str, tuple[str, ...]] = {}
    for name, wanted in choices:
        found[wanted] = (*found.get(wanted, ()), name)
    return found


def stand_ins(wanted: str) -> tuple[str, ...]:
    """Categories declared to stand in for another, or for what comes in `jar`, best first."""
    return _stand_ins().get(wanted, ())


@until_forgotten
def _sorts() -> Mapping[str, Sort]:
    known = [declared.category for declared in categories().values()]
    declared: dict[str, Sort] = {x.name: x.sort for x in known if x.sort is not None}
    return {**WORDS, **_with_nouns(declared)}


def sort_of(category: str) -> Sort | None:
    """The sort of a category: as declared, else that of others with its noun."""
    return _sorts().get(category) or _sorts().get(head(category))


@until_forgotten
def _contents() -> tuple[Mapping[str, Contents], Mapping[str, Contents]]:
    known = [declared.category for declared in categories().values()]
    keeps: dict[str, Contents] = {x.name: x.keeps for x in known if x.keeps is not None}
    carries: dict[str, Contents] = {x.name: x.carries for x in known if x.carries is not None}
    return _with_nouns(keeps), _with_nouns(carries)


def _with_nouns(declared: dict[str, T]) -> dict[str, T]:
    """Add to values by category, for each noun, that of the first category that ends in it."""
    return {**{head(name): what for name, what in reversed(declared.items())}, **declared}


def keeps(category: str) -> Contents | None:
    """The contents that go inside, if declared of it or of its noun."""
    return _contents()[0].get(category) or _contents()[0].get(head(category))


def carries(category: str) -> Contents | None:
    """The contents that go on top, if declared of it or of its noun."""
    return _contents()[1].get(category) or _contents()[1].get(head(category))


@until_forgotten
def _uses() -> Mapping[str, frozenset[Use]]:
    """The uses that are declared, and of each noun all that categories with it declare."""
    known = [declared.category for declared in categories().values()]
    declared: dict[str, frozenset[Use]] = {
        x.name: frozenset(x.uses) for x in known if x.uses is not None
    }
    nouns: dict[str, frozenset[Use]] = {}
    for name, uses in declared.items():
        nouns[head(name)] = nouns.get(head(name), _NO_USE) | uses
    return {**nouns, **declared}


def uses_of(category: str) -> frozenset[Use]:
    """The parts of life that a category belongs to; empty where it goes with everything.

    They are as declared, else those of its hypernyms, else those of others with its noun.

    Raises:
        SpecError: the taxonomy does not know it.
    """
    if category in _uses():
        return _uses()[category]
    above: frozenset[Use] = frozenset(HYPERNYMS[x] for x in ancestors(category) if x in HYPERNYMS)
    return above or _uses().get(head(category), _NO_USE)


@until_forgotten
def _goods() -> Mapping[Goods, tuple[str, ...]]:
    found: dict[Goods, tuple[str, ...]] = {}
    for name, declared in categories().items():
        for goods in declared.category.goods:
            found[goods] = (*found.get(goods, ()), name)
    return found


def among(goods: Goods) -> tuple[str, ...]:
    """The categories that are declared to be among some goods, in order."""
    return _goods().get(goods, ())
