"""Suites of pushing, sliding and sweeping."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .case import Case, Suite, case, one

MAT = "place_mat.n.01"
WIDE = ("book.n.02", "board_game.n.01", "pizza_box.n.01", "dutch_oven.n.02", "chopping_board.n.01",
        "folder.n.02", "calculator.n.02", "notebook.n.01")  # fmt: skip
FLAT = ("clipboard.n.01", "notebook.n.01", "tablet.n.05", "comic_book.n.01", "letter.n.01")
SMALL = ("die.n.01", "almond.n.02")
BY_IT = ("vase.n.01", "canned_food.n.01", "bowl.n.01", "mug.n.04", "dutch_oven.n.02")


def _push(number: int, rng: np.random.Generator) -> Case:
    """Something too wide to be picked up, onto a mat."""
    return case(number, {"thing": one(rng, *WIDE), "mat": MAT}, "(ontop thing mat)")


def _push_next_to(number: int, rng: np.random.Generator) -> Case:
    """Something too wide to be picked up, next to something else that is left alone."""
    thing = one(rng, *WIDE)
    other = one(rng, *(x for x in BY_IT if x != thing))
    return case(number, {"thing": thing, "other": other}, "(nextto thing other)")


def _slide(number: int, rng: np.random.Generator) -> Case:
    """Something too flat to be picked up, or to be pushed by its side, onto a mat."""
    return case(number, {"thing": one(rng, *FLAT), "mat": MAT}, "(ontop thing mat)")


def _sweep(number: int, rng: np.random.Generator) -> Case:
    """Something too small to be picked up, into a dustpan or onto a mat, with a brush."""
    things = {"thing": one(rng, *SMALL), "tool": one(rng, "scrub_brush.n.01", "sponge.n.01")}
    if rng.random() < 0.6:
        return case(number, {**things, "pan": "dustpan.n.02"}, "(inside thing pan)")
    return case(number, {**things, "mat": MAT}, "(ontop thing mat)")


SUITES: Mapping[str, Suite] = {
    "push": _push,
    "push_next_to": _push_next_to,
    "slide": _slide,
    "sweep": _sweep,
}
