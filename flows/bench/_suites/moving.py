"""Suites of picking and placing, and of opening and closing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ....schemas import Asset, Scene
from .case import Case, Suite, case, one

FOOD = ("apple.n.01", "lemon.n.01", "muffin.n.01", "walnut.n.01", "potato.n.01")
CANS = ("can__of__soda.n.01", "jar__of__honey.n.01", "salt__shaker.n.01", "toy_dice.n.01")
DISHES = ("mug.n.04", "bowl.n.01", "plate.n.04", "teacup.n.02", "water_glass.n.02")
TIN, CAN, HONEY = "canned_food.n.01", "can__of__soda.n.01", "jar__of__honey.n.01"
DIE, SODA, PARCEL = "toy_dice.n.01", "box__of__baking_soda.n.01", "package.n.02"
PAIRS = ((TIN, TIN), (CAN, CAN), (CAN, TIN), (HONEY, TIN), (DIE, DIE), (DIE, SODA), (SODA, SODA),
         (DIE, PARCEL), (PARCEL, PARCEL), ("gift_box.n.01", PARCEL), ("plate.n.04", "plate.n.04"),
         ("bowl.n.01", "plate.n.04"))  # fmt: skip
SUNK = 0.01
"""How far below its vessel's brim something ends so that no hand beside it reaches it, metres."""
DRAWN = ("book.n.02", "notebook.n.01", "clipboard.n.01", "tablet.n.05", "comic_book.n.01",
         "letter.n.01", "board_game.n.01", "calculator.n.02")  # fmt: skip
TOWERS = ((TIN, TIN, TIN), (HONEY, TIN, TIN), (DIE, DIE, DIE), (DIE, SODA, PARCEL),
          (DIE, PARCEL, PARCEL), ("gift_box.n.01", PARCEL, PARCEL))  # fmt: skip


def _place_on(number: int, rng: np.random.Generator) -> Case:
    """Something onto something."""
    things = {"thing": one(rng, *FOOD, *CANS), "target": one(rng, "tray.n.01", "plate.n.04")}
    return case(number, things, "(ontop thing target)", clutter=1)


def _place_inside(number: int, rng: np.random.Generator) -> Case:
    """Something into an open vessel."""
    vessel = one(rng, "wicker_basket.n.01", "bowl.n.01", "tupperware.n.01")
    return case(number, {"thing": one(rng, *FOOD), "vessel": vessel}, "(inside thing vessel)")


def _place_next_to(number: int, rng: np.random.Generator) -> Case:
    """Something next to something that is left alone."""
    thing, other = rng.permutation([*FOOD, *CANS, *DISHES])[:2].tolist()
    return case(number, {"thing": thing, "other": other}, "(nextto thing other)", clutter=1)


def _stack(number: int, rng: np.random.Generator) -> Case:
    """One on top of another of about its size; in a third of the cases three."""
    if rng.random() < 1 / 3:
        top, middle, low = TOWERS[int(rng.integers(len(TOWERS)))]
        things = {"top": top, "middle": middle, "low": low}
        return case(number, things, "(and (ontop top middle) (ontop middle low))")
    top, low = PAIRS[int(rng.integers(len(PAIRS)))]
    return case(number, {"top": top, "low": low}, "(ontop top low)", clutter=1)


def _regrasp(number: int, rng: np.random.Generator) -> Case:
    """Out of a deep vessel, where it is held from above, into a low shelf, where it is not."""
    vessel = one(rng, "carton.n.02", "wicker_basket.n.01", "packing_box.n.02", "tupperware.n.01")
    things = {"vessel": vessel, "shelf": "shelf.n.01", "thing": one(rng, *FOOD, *CANS, TIN, SODA)}
    made = case(number, things, "(inside thing shelf)", "(inside thing vessel)")
    return replace(made, unlike=_standing_out)


def _standing_out(scene: Scene, assets: Mapping[str, Asset]) -> str | None:
    """The reason to refuse: a thing that stands out can be held by its side."""
    height = {
        name: assets[scene.object(name).asset_hash].extents[2] for name in ("thing", "vessel")
    }
    return "it stands out of its vessel" if height["thing"] > height["vessel"] - SUNK else None


def _pull(number: int, rng: np.random.Generator) -> Case:
    """Something flat or wide from the far side of the table onto a mat nearer to the robot."""
    things = {"thing": one(rng, *DRAWN), "mat": "place_mat.n.01"}
    ahead = {"thing": float(rng.uniform(0.56, 0.64)), "mat": float(rng.uniform(0.33, 0.38))}
    return case(number, things, "(ontop thing mat)", ahead=ahead)


SUITES: Mapping[str, Suite] = {
    "place_on": _place_on,
    "place_inside": _place_inside,
    "place_next_to": _place_next_to,
    "stack": _stack,
    "regrasp": _regrasp,
    "pull": _pull,
}
