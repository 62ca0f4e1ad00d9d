"""From the categories people and BDDL ask for to the nearest ones a library offers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from ...schemas import SpecError
from ..assets.meanings import stand_ins
from ..core import taxonomy
from . import text_similarity

OUTSIZE = 0.5
"""Greatest mean |ln ratio| of the sorted extents of two categories' typical models."""
MISMATCH = 0.12
"""Added to the distance for an ability (fillable) that only one of the two has."""
NAMESAKE = 0.5
"""Greatest taxonomy distance of `bar_stool` and `stool`, whose last words are alike."""
KINDS = (
    "bag.n.01", "ball.n.01", "basket.n.01", "bin.n.01", "bottle.n.01", "bread.n.01", "cake.n.03",
    "candle.n.01", "chair.n.01", "cheese.n.01", "chest.n.02", "clock.n.01", "crate.n.01",
    "cup.n.01", "drinking_vessel.n.01", "edible_fruit.n.01", "edible_nut.n.01", "flatware.n.01",
    "fork.n.01", "glass.n.02", "jar.n.01", "knife.n.01", "lamp.n.02", "pan.n.01",
    "personal_computer.n.01", "pot.n.01", "refrigerator.n.01", "root_vegetable.n.01",
    "sandwich.n.01", "seat.n.03", "soap.n.01", "spoon.n.01", "table.n.02", "tape.n.01",
    "tissue.n.02", "writing_implement.n.01",
)  # fmt: skip
"""Synsets narrow enough that, size permitting, any member may stand in for any other. Wider ones
(`device.n.01`, `implement.n.01`, `vegetable.n.01`) would make an eraser a toothbrush."""
REFUSED = frozenset({"broken__glass.n.01", "grape.n.01", "saw.n.02"})
"""What only looks like something offered: shards, bunches, and saws (pruning shears to BDDL)."""


def resolve(category: str, offered: Iterable[str]) -> str:
    """The offered category that best stands in for `category`.

    In order: the category itself; what is declared to stand in for it, since hypernyms lead astray
    or it is too large for a table; its container for `jar__of__honey` or `vinegar__bottle`; the
    nearest offered hyponym (`table.n.02` gives a breakfast table); what has its last word
    (`bar_stool` gives a stool); what it is a kind of (`pocketknife`, a knife), or shares one of
    the `KINDS` with (a mango and an apple), nearest first. The last two open if and only if the
    category does; the last is also hollow alike and, unless it opens, of a like size. Substances
    have no stand-in but their container. Names alike in meaning decide between equally near
    ones, where the extra `text` is there.

    Raises:
        SpecError: where BDDL has no such category, or nothing offered is near enough.
    """
    return _resolve(category, tuple(offered))


@lru_cache(maxsize=8192)
def _resolve(category: str, offered: tuple[str, ...]) -> str:
    if category in offered:
        return category
    ranked = ranking(category, offered)
    found = None if category in REFUSED else _stand_in(category, offered, ranked)
    if found is not None:
        return found
    near = ", ".join(f"{name} ({apart:.2f})" for name, apart in ranked[:4])
    raise SpecError(
        f"no asset stands in for {category!r}; the nearest categories offered are {near}"
        " (allowed: of one narrow kind, openable alike, and of a like size)"
    )


def _stand_in(
    category: str, offered: tuple[str, ...], ranked: list[tuple[str, float]]
) -> str | None:
    for name in (*stand_ins(category), *stand_ins(_container(category))):
        if name in offered:
            return name
    if "substance" in taxonomy.abilities(category):
        return None
    for fits in (_narrower, _namesake, _akin):
        for name, _ in ranked:
            if fits(category, name):
                return name
    return None


def _narrower(category: str, name: str) -> bool:
    """Whether what is offered is a kind of what is asked for."""
    return taxonomy.is_a(name, category)


def _namesake(category: str, name: str) -> bool:
    """Whether both have one last word, and open alike."""
    word = _stem(category).rsplit("_", 1)[-1]
    near = _stem(name) == word and taxonomy.distance(category, name) <= NAMESAKE
    return near and "openable" not in taxonomy.abilities(category) ^ taxonomy.abilities(name)


def _akin(category: str, name: str) -> bool:
    """Whether both are of one narrow kind, open and hold alike, and are of a like size."""
    up, other = taxonomy.ancestors(category), taxonomy.ancestors(name)
    if name not in up and not any(kind in up and kind in other for kind in KINDS):
        return False
    mine, theirs = taxonomy.abilities(category), taxonomy.abilities(name)
    if (mine ^ theirs) & {"fillable", "openable"}:
        return False
    return "openable" in mine or _like_size(category, name)


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
    """The everyday words for a synset: `jar of honey` for `jar__of__honey.n.01`."""
    return " ".join(_stem(category).replace("_", " ").split())


def _container(category: str) -> str:
    """`jar` for `jar__of__honey.n.01`, `bottle` for `vinegar__bottle.n.01`, else empty."""
    stem = _stem(category)
    if "__of__" in stem:
        return stem.split("__of__")[0]
    return stem.split("__")[-1] if "__" in stem else ""
