"""Common sense: what people put into and onto what, by sorts of things and by declaration."""

from __future__ import annotations

from collections.abc import Callable

from ...scenes.assets.meanings import carries, keeps
from ...scenes.assets.sorts import Contents, Sort
from ...scenes.core.taxonomy import ancestors
from .offered import OfferedCategory

VESSELS = frozenset[Sort | None]({"cup", "vessel"})
TRAYS = frozenset[Sort | None]({"board", "tray"})
STORAGE = frozenset[Sort | None]({"box", "storage"})
FLAT = frozenset[Sort | None]({"block", "book", "box"})
"""What stands on its like."""
TINNED = frozenset({"canned_food.n.01"})
THROWN_AWAY = frozenset({"dixie_cup.n.01", "paper.n.01"})
READY = frozenset({"baked_goods.n.01", "dish.n.02"})
STEAMED = frozenset({"egg.n.02", "vegetable.n.01"})


def sensible_inside(thing: OfferedCategory, target: OfferedCategory) -> bool:
    """Cups hold nothing, dishes hold food and small loose things, storage holds anything."""
    if target.low_door or (target.drawers and thing.wide):
        return False
    declared = keeps(target.category)
    if declared is not None:
        return CONTENTS[declared](thing)
    if target.furniture:
        return True
    if target.sort in VESSELS | TRAYS:
        return False
    if target.sort == "dish":
        return thing.sort not in VESSELS | STORAGE | TRAYS | {"dish", "book"}
    return thing.sort not in STORAGE | TRAYS


def sensible_on(thing: OfferedCategory, target: OfferedCategory) -> bool:
    """Dishes and trays carry food and crockery, books carry books, like carries like."""
    declared = carries(target.category)
    if declared is not None:
        return CONTENTS[declared](thing)
    if target.furniture:
        return True
    if target.sort == "dish":
        return thing.is_food or thing.sort == "cup"
    if target.sort in TRAYS:
        return thing.sort not in STORAGE | TRAYS | {"book"}
    if target.sort == "book":
        return thing.sort in ("book", "cup")
    if target.sort in STORAGE and target.assets[0].cavities:
        return False
    return thing.sort in FLAT and target.sort in FLAT


def _served(thing: OfferedCategory) -> bool:
    """Whether it is food, or what food is served in: no pan, and no tin."""
    if thing.category in TINNED:
        return False
    return thing.is_food or (thing.sort in ("cup", "dish") and not _cooked_in(thing))


def _cooked_in(thing: OfferedCategory) -> bool:
    """Whether food is heated in it."""
    return "cooking_utensil.n.01" in ancestors(thing.category)


def _steamed(thing: OfferedCategory) -> bool:
    """Whether it is cooked over water: an egg or a vegetable."""
    return not STEAMED.isdisjoint(ancestors(thing.category))


CONTENTS: dict[Contents, Callable[[OfferedCategory], bool]] = {
    "candles": lambda thing: thing.head == "candle",
    "cups": lambda thing: thing.sort == "cup",
    "cookware": lambda thing: thing.sort == "dish" and _cooked_in(thing),
    "food": lambda thing: thing.is_food,
    "ingredients": lambda thing: thing.is_food and READY.isdisjoint(ancestors(thing.category)),
    "inedible": lambda thing: not _served(thing) and not thing.is_food,
    "no food": lambda thing: not thing.is_food,
    "nothing": lambda _: False,
    "served": _served,
    "steamed": _steamed,
    "waste": lambda thing: thing.is_food or not THROWN_AWAY.isdisjoint(ancestors(thing.category)),
}
"""What categories that declare it keep inside or carry on top."""
