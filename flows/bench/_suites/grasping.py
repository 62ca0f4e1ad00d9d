"""Suites of picking, one for each kind of grasp.

Each takes only kinds of things whose other parts the hand cannot hold, so that the kind of
grasp decides. Where a thing goes differs from case to case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .case import Case, Suite, case, one

SOLID = ("can__of__soda.n.01", "jar__of__honey.n.01", "water_bottle.n.01", "wine_bottle.n.01",
         "pillar_candle.n.01", "canned_food.n.01", "box__of__baking_soda.n.01", "orange.n.01",
         "tennis_ball.n.01", "carton__of__milk.n.01", "toilet_tissue.n.01", "gift_box.n.01",
         "potato.n.01")  # fmt: skip
WALLED = ("bowl.n.01", "plate.n.04", "mixing_bowl.n.01", "tupperware.n.01", "carton.n.02",
          "wicker_basket.n.01", "sack.n.01")  # fmt: skip
HANDLED = ("kettle.n.01", "teapot.n.01", "watering_can.n.01", "bucket__of__paint.n.01",
           "briefcase.n.01")  # fmt: skip
THIN = ("spatula.n.01", "ladle.n.01", "wooden_spoon.n.02", "trowel.n.01",
        "table_knife.n.01", "fork.n.01", "tablespoon.n.02", "wrench.n.03",
        "pliers.n.01")  # fmt: skip
MAT = "place_mat.n.01"
LANDMARKS = ("vase.n.01", "canned_food.n.01", "mug.n.04", "pillar_candle.n.01")


def _moved(
    number: int, rng: np.random.Generator, things: Sequence[str], on: Sequence[str],
    inside: Sequence[str] = (),
) -> Case:  # fmt: skip
    """One of the things onto, into, or next to something."""
    thing = one(rng, *things)
    where = int(rng.integers(3 if inside else 2))
    if where == 0:
        other = one(rng, *(x for x in LANDMARKS if x != thing))
        return case(number, {"thing": thing, "other": other}, "(nextto thing other)", clutter=1)
    if where == 1:
        return case(number, {"thing": thing, "base": one(rng, *on)}, "(ontop thing base)")
    return case(number, {"thing": thing, "box": one(rng, *inside)}, "(inside thing box)")


def _pick_body(number: int, rng: np.random.Generator) -> Case:
    """Closed things with neither a rim nor a handle, held around their body."""
    return _moved(number, rng, SOLID, ("tray.n.01", MAT), ("wicker_basket.n.01", "carton.n.02"))


def _pick_rim(number: int, rng: np.random.Generator) -> Case:
    """Open things more than 10 cm wide, without a handle, held by their wall."""
    return _moved(number, rng, WALLED, (MAT,))


def _pick_handle(number: int, rng: np.random.Generator) -> Case:
    """Closed things more than 7 cm wide all round, held by their handle, or a knob or a spout.

    Pans, pots, and jugs are not among them: the hand may hold their rim.
    """
    return _moved(number, rng, HANDLED, (MAT,))


def _pick_edge(number: int, rng: np.random.Generator) -> Case:
    """Thin things that lie flat, held by their edges with the ends of the fingers."""
    return _moved(number, rng, THIN, ("tray.n.01", MAT), ("carton.n.02",))


SUITES: Mapping[str, Suite] = {
    "pick_body": _pick_body,
    "pick_rim": _pick_rim,
    "pick_handle": _pick_handle,
    "pick_edge": _pick_edge,
}
