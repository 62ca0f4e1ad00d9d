"""Suites of picking and placing, and of opening and closing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .case import Case, Suite, case, one

FOOD = ("apple.n.01", "lemon.n.01", "muffin.n.01", "walnut.n.01", "potato.n.01")
CANS = ("can__of__soda.n.01", "jar__of__honey.n.01", "salt__shaker.n.01", "toy_dice.n.01")


def _place_on(number: int, rng: np.random.Generator) -> Case:
    """Something onto something."""
    things = {"thing": one(rng, *FOOD, *CANS), "target": one(rng, "tray.n.01", "plate.n.04")}
    return case(number, things, "(ontop thing target)", clutter=1)


def _place_inside(number: int, rng: np.random.Generator) -> Case:
    """Something into an open vessel."""
    vessel = one(rng, "wicker_basket.n.01", "bowl.n.01", "tupperware.n.01")
    return case(number, {"thing": one(rng, *FOOD), "vessel": vessel}, "(inside thing vessel)")


SUITES: Mapping[str, Suite] = {"place_on": _place_on, "place_inside": _place_inside}
