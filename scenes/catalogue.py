"""From the categories people and BDDL ask for to the nearest ones a library offers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from ..schemas import SpecError
from . import taxonomy, text_similarity

FARTHEST = 0.26
"""Greatest taxonomy distance at which one category may stand in for another."""
OUTSIZE = 0.7
"""Greatest mean |ln ratio| of the sorted extents of two categories' typical models."""
MISMATCH = 0.12
"""Added to the distance for an ability (fillable) that only one of the two has."""
CONTAINERS: dict[str, tuple[str, ...]] = {
    "bottle": ("water_bottle.n.01", "wine_bottle.n.01"),
    "jar": ("jar__of__honey.n.01", "jar.n.01"),
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

PREFERRED: dict[str, tuple[str, ...]] = {
    "bookcase.n.01": ("shelf.n.01",),
    "wardrobe.n.01": ("cabinet.n.03",),
    "casserole.n.02": ("bowl.n.01",),
    "bucket.n.01": ("ashcan.n.01", "saucepot.n.01"),
    "compost_bin.n.01": ("ashcan.n.01",),
}
"""Where BDDL's hypernyms lead astray."""


def resolve(category: str, offered: Iterable[str]) -> str:
    """The offered category that best stands in for `category`.

    In order: the category itself; its container for `jar__of__honey` or `vinegar__bottle`; the
    nearest offered hyponym (`table.n.02` gives a breakfast table); the nearest by hypernyms
    that can be opened if and only if the category can and, unless it can, is of a like size.
    Names alike in meaning decide between equally near ones, where the extra `text` is there.

    Raises:
        SpecError: where BDDL has no such category, or nothing offered is near enough.
    """
    return _resolve(category, tuple(offered))


@lru_cache(maxsize=8192)
def _resolve(category: str, offered: tuple[str, ...]) -> str:
    if category in offered:
        return category
    wanted = taxonomy.node(category)
    for stand_in in (*PREFERRED.get(category, ()), *CONTAINERS.get(_container(category), ())):
        if stand_in in offered:
            return stand_in
    ranked = ranking(category, offered)
    for name, _ in ranked:
        if taxonomy.is_a(name, category):
            return name
    openable = "openable" in wanted.abilities
    head = _stem(category).rsplit("_", 1)[-1]
    for name, _ in ranked:
        if _stem(name) == head and ("openable" in taxonomy.abilities(name)) == openable:
            return name
    for name, apart in ranked:
        if ("openable" in taxonomy.abilities(name)) != openable or apart > FARTHEST:
            continue
        if openable or _like_size(category, name):
            return name
    near = ", ".join(f"{name} ({apart:.2f})" for name, apart in ranked[:4])
    raise SpecError(
        f"no asset stands in for {category!r}; the nearest categories offered are {near}"
        f" (allowed: distance up to {FARTHEST}, openable alike, and of a like size)"
    )


def ranking(category: str, offered: Iterable[str]) -> list[tuple[str, float]]:
    """Offered categories with their distance, nearest first.

    Among equally near ones, those come first whose names are alike in meaning, where the extra
    `text` is installed; else the order is the one offered.
    """
    mine = taxonomy.abilities(category) & {"fillable"}
    scored = [
        (
            name,
            taxonomy.distance(category, name)
            + (MISMATCH if taxonomy.abilities(name) & {"fillable"} != mine else 0.0),
        )
        for name in offered
    ]
    if not text_similarity.installed():
        return sorted(scored, key=lambda pair: pair[1])
    words = _words(category)
    return sorted(scored, key=lambda p: (p[1], -text_similarity.similarity(words, _words(p[0]))))


def _like_size(first: str, second: str) -> bool:
    """Whether BEHAVIOR's models of two categories are typically of a like size."""
    sizes = [taxonomy.metric_boxes(category) for category in (first, second)]
    if not all(sizes):
        return False
    typical = [np.sort(np.median(np.array(boxes), axis=0)) for boxes in sizes]
    return float(np.abs(np.log(typical[0] / typical[1])).mean()) <= OUTSIZE


def _stem(category: str) -> str:
    """The word of a synset: `mixing_bowl` for `mixing_bowl.n.01`."""
    return category.rsplit(".", 2)[0]


def _words(category: str) -> str:
    """What people call a synset: `jar of honey` for `jar__of__honey.n.01`."""
    return " ".join(_stem(category).replace("_", " ").split())


def _container(category: str) -> str:
    """`jar` for `jar__of__honey.n.01`, `bottle` for `vinegar__bottle.n.01`, else empty."""
    stem = _stem(category)
    if "__of__" in stem:
        return stem.split("__of__")[0]
    return stem.split("__")[-1] if "__" in stem else ""
