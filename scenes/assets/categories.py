"""Categories of assets made by code: what a builder module declares, and all that are declared.

A builder module is a plug-in of the group `categories`. It builds one family of things, such as
vessels, and says all that other code wants to know about each of its categories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...schemas import Asset, PluginError
from ...schemas.plugins import Group, Needs, Source, until_forgotten
from .licences import permits_commercial
from .sorts import Contents, Goods, Sort
from .uses import Use

Builder = Callable[[str, str, np.random.Generator], Asset]
"""Makes the asset of an id and a category; the generator decides all that is random."""
ORDER = Path(__file__).parent.with_name("libraries") / "procedural" / "order.txt"
"""Categories whose place among all is part of the bytes of datasets, one a line. It only ever grows
at its end; categories that are not in it follow by name."""


@dataclass(frozen=True)
class Category:
    """A category of assets that a builder makes.

    Attributes:
        name: a BDDL synset, such as `mug.n.04`.
        prefix: of the ids of its assets, such as `mug` for `mug-0000`.
        build: makes one.
        sort: what people take it for; None leaves it to the noun of its name.
        keeps: what goes inside, where `sort` does not say it.
        carries: likewise, what goes on top.
        stands_in: categories it is the first choice for where the library lacks them; a word
            without a dot, such as `jar`, is for all that comes in one (`jar__of__jam.n.01`).
        also_stands_in: those it is the second choice for.
        goods: what it is among, in the rooms that have such goods.
        uses: parts of life that it belongs to; None leaves it to its hypernyms.
    """

    name: str
    prefix: str
    build: Builder
    sort: Sort | None = None
    keeps: Contents | None = None
    carries: Contents | None = None
    stands_in: tuple[str, ...] = ()
    also_stands_in: tuple[str, ...] = ()
    goods: tuple[Goods, ...] = ()
    uses: tuple[Use, ...] | None = None


class Builders:
    """The categories of a builder module.

    Attributes:
        categories: that it builds.
        needs: packages whose versions shape its assets.
        licence: SPDX identifier of its assets.
    """

    def __init__(
        self,
        *categories: Category,
        needs: Needs | None = None,
        licence: str = "Apache-2.0",
    ) -> None:
        """Offer categories.

        Raises:
            PluginError: the licence forbids commercial use.
        """
        if not permits_commercial(licence):
            raise PluginError(
                f"licence {licence} of {', '.join(x.name for x in categories)} does not permit "
                "commercial use; offer such assets as a library of their own"
            )
        self.categories = categories
        self.needs = needs or Needs()
        self.licence = licence


@dataclass(frozen=True)
class Declared:
    """A category and the module that declares it."""

    category: Category
    builders: Builders
    source: Source


MODULES = Group("categories", Builders, "module of categories")


@until_forgotten
def categories() -> Mapping[str, Declared]:
    """All categories by name, in the order that is part of the bytes.

    Raises:
        PluginError: two have one name or one prefix, or a module cannot be used.
    """
    found: dict[str, Declared] = {}
    prefixes: dict[str, Declared] = {}
    for declared in _declared():
        one = declared.category
        _distinct("name", one.name, found.setdefault(one.name, declared), declared)
        _distinct("prefix", one.prefix, prefixes.setdefault(one.prefix, declared), declared)
    listed = ORDER.read_text(encoding="utf-8").split()
    first = [name for name in listed if name in found]
    names = (*first, *sorted(set(found) - set(first)))
    return MappingProxyType({name: found[name] for name in names})


def _declared() -> Iterator[Declared]:
    for name, builders in MODULES.all():
        for category in builders.categories:
            yield Declared(category, builders, MODULES.source(name))


def _distinct(word: str, value: str, first: Declared, second: Declared) -> None:
    if first is not second:
        raise PluginError(
            f"two categories have the {word} {value!r}: {first.category.name} of "
            f"{first.source.module} and {second.category.name} of {second.source.module}; "
            f"give one another {word}, or uninstall its distribution"
        )
