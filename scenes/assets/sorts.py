"""Sorts of things, as people handle them: what they are, what goes into them, and onto them."""

from __future__ import annotations

from typing import Literal

Sort = Literal[
    "cup", "vessel", "dish", "tray", "board", "storage", "box", "book", "block", "table"
]  # fmt: skip
"""What a category is to people: a cup is drunk from and goes on dishes and books, another vessel
holds a liquid, a board is a tray without a rim, a box is storage that others stand on, and a
table carries a whole scene."""
Contents = Literal[
    "nothing", "food", "ingredients", "steamed", "cups", "cookware", "served", "inedible",
    "no food", "candles", "waste",
]  # fmt: skip
"""What goes into or onto a category, where the rule for its sort of thing is not enough:
`ingredients` are food that is not baked or made ready, `steamed` is food that is cooked over
water, `cookware` what is heated on a stove, `served` is food and what it is served in, `inedible`
the rest, `no food` all but food itself, and `waste` what people throw away: food and paper."""
Goods = Literal["cups", "decor", "groceries", "spices", "spoons", "stationery", "supplies", "tools"]
"""What rooms are filled with: `spoons` are all that one stirs and turns with, `supplies` what a
workshop keeps on its shelves."""

WORDS: dict[str, Sort] = {
    "goblet": "vessel",
    "jug": "vessel",
    "thermos": "vessel",
    "tumbler": "vessel",
    "dish": "dish",
    "platter": "dish",
    "pot": "dish",
    "saucepan": "dish",
    "saucer": "dish",
    "bag": "storage",
    "caddy": "storage",
    "case": "storage",
    "crate": "storage",
    "hamper": "storage",
    "organizer": "storage",
    "tub": "storage",
    "magazine": "book",
    "textbook": "book",
    "block": "block",
    "brick": "block",
    "cube": "block",
    "counter": "table",
}
"""Nouns of categories that no builder declares, but other libraries or activities name."""


def head(category: str) -> str:
    """`jar` for `jar__of__honey.n.01`, `basket` for `wicker_basket.n.01`: the noun it ends in."""
    return category.split(".")[0].split("__of__")[0].split("_")[-1]
