"""The declared meanings of categories, by the questions of other code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ...schemas.plugins import until_forgotten
from .categories import categories
from .sorts import WORDS, Contents, Goods, Sort, head

T = TypeVar("T")


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
def _goods() -> Mapping[Goods, tuple[str, ...]]:
    found: dict[Goods, tuple[str, ...]] = {}
    for name, declared in categories().items():
        for goods in declared.category.goods:
            found[goods] = (*found.get(goods, ()), name)
    return found


def among(goods: Goods) -> tuple[str, ...]:
    """The categories that are declared to be among some goods, in order."""
    return _goods().get(goods, ())
