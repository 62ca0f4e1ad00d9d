"""From the categories people and BDDL ask for to the nearest ones a library offers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..schemas import SpecError
from . import taxonomy

FARTHEST = 0.30
"""Greatest taxonomy distance at which one category may stand in for another."""
MISMATCH = 0.12
"""Added to the distance for an ability (fillable) that only one of the two has."""
CONTAINERS = {
    "bottle": ("water_bottle.n.01", "wine_bottle.n.01"),
    "jar": ("jar.n.01",),
    "box": ("box__of__baking_soda.n.01", "box__of__cereal.n.01"),
    "carton": ("box__of__baking_soda.n.01", "box__of__cereal.n.01"),
    "package": ("box__of__baking_soda.n.01", "box__of__cereal.n.01"),
    "pack": ("box__of__baking_soda.n.01", "box__of__cereal.n.01"),
    "can": ("can__of__soda.n.01",),
    "tin": ("can__of__soda.n.01",),
    "cup": ("dixie_cup.n.01", "teacup.n.02"),
    "mug": ("mug.n.04",),
    "glass": ("water_glass.n.02",),
    "bowl": ("bowl.n.01",),
    "shaker": ("salt__shaker.n.01",),
    "bar": ("bar_soap.n.01",),
    "tray": ("tray.n.01",),
    "basket": ("wicker_basket.n.01",),
}
"""What stands in for `X__of__Y` and `Y__X`, by X: BDDL files these under groceries."""


def resolve(category: str, offered: Iterable[str]) -> str:
    """The offered category that best stands in for `category`.

    In order: the category itself; its container for `jar__of__honey` or `vinegar__bottle`; the
    nearest offered hyponym (`table.n.02` gives a breakfast table); the nearest by hypernyms
    that can be opened if the category can.

    Raises:
        SpecError: where BDDL has no such category, or nothing offered is near enough.
    """
    return _resolve(category, tuple(offered))


@lru_cache(maxsize=8192)
def _resolve(category: str, offered: tuple[str, ...]) -> str:
    if category in offered:
        return category
    wanted = taxonomy.node(category)
    for stand_in in CONTAINERS.get(_container(category), ()):
        if stand_in in offered:
            return stand_in
    ranked = ranking(category, offered)
    for name, _ in ranked:
        if taxonomy.is_a(name, category):
            return name
    for name, apart in ranked:
        openable = "openable" in taxonomy.abilities(name)
        if apart <= FARTHEST and ("openable" not in wanted.abilities or openable):
            return name
    near = ", ".join(f"{name} ({apart:.2f})" for name, apart in ranked[:4])
    raise SpecError(
        f"no asset stands in for {category!r}; the nearest categories offered are {near}"
        f" (allowed: distance up to {FARTHEST}, openable if it is)"
    )


def ranking(category: str, offered: Iterable[str]) -> list[tuple[str, float]]:
    """Offered categories with their distance, nearest first, ties in the order offered."""
    mine = taxonomy.abilities(category) & {"fillable"}
    scored = [
        (
            name,
            taxonomy.distance(category, name)
            + (MISMATCH if taxonomy.abilities(name) & {"fillable"} != mine else 0.0),
        )
        for name in offered
    ]
    return sorted(scored, key=lambda pair: pair[1])


def _container(category: str) -> str:
    """`jar` for `jar__of__honey.n.01`, `bottle` for `vinegar__bottle.n.01`, else empty."""
    stem = category.rsplit(".", 2)[0]
    if "__of__" in stem:
        return stem.split("__of__")[0]
    return stem.split("__")[-1] if "__" in stem else ""
