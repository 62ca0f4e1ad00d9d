"""Suites of opening and closing furniture, and of putting things into it and taking them out.

Left and right are those of who stands before a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ....scenes.libraries.procedural import ProceduralLibrary
from .case import Case, Suite, case, one

DRAWERS, CUPBOARD, SHELF = "cabinet.n.01", "cabinet.n.03", "shelf.n.01"
MICROWAVE, TOASTER_OVEN = "microwave.n.02", "toaster_oven.n.01"
BOXES = ("cedar_chest.n.01", "toolbox.n.01", "lunch_box.n.01")
LIDDED = (*BOXES, "rice_cooker.n.01", "coffee_maker.n.01", "laptop.n.01")
SMALL = ("apple.n.01", "lemon.n.01", "muffin.n.01", "walnut.n.01", "potato.n.01", "toy_dice.n.01",
         "bar_soap.n.01", "adhesive_tape.n.01", "battery.n.02", "eraser.n.01")  # fmt: skip
DISHES = ("mug.n.04", "bowl.n.01", "plate.n.04", "teacup.n.02", "tupperware.n.01")
UPRIGHT = ("can__of__soda.n.01", "jar__of__honey.n.01", "salt__shaker.n.01", "canned_food.n.01",
           "water_glass.n.02", "bottle__of__lotion.n.01", "box__of__baking_soda.n.01",
           "pillar_candle.n.01")  # fmt: skip
OPEN = "(open holder)"


def _open_drawer(number: int, rng: np.random.Generator) -> Case:
    """One of a cabinet's drawers."""
    del rng
    return case(number, {"holder": DRAWERS}, OPEN, clutter=1)


def _close_drawer(number: int, rng: np.random.Generator) -> Case:
    """The drawer of a cabinet that is open."""
    del rng
    return case(number, {"holder": DRAWERS}, f"(not {OPEN})", OPEN, clutter=1)


def _open_left(number: int, rng: np.random.Generator) -> Case:
    """A door whose hinge is at the left."""
    return _with_door(number, one(rng, *_doors(one(rng, CUPBOARD, MICROWAVE), -1.0)))


def _open_right(number: int, rng: np.random.Generator) -> Case:
    """A door whose hinge is at the right."""
    return _with_door(number, one(rng, *_doors(CUPBOARD, 1.0)))


def _close_door(number: int, rng: np.random.Generator) -> Case:
    """A door whose hinge is at the left, at the right, or below."""
    holder = {"holder": one(rng, CUPBOARD, CUPBOARD, MICROWAVE, TOASTER_OVEN)}
    return case(number, holder, f"(not {OPEN})", OPEN, clutter=1)


def _open_lid(number: int, rng: np.random.Generator) -> Case:
    """A lid whose hinge is at the back."""
    return case(number, {"holder": one(rng, *LIDDED)}, OPEN, clutter=1)


def _close_lid(number: int, rng: np.random.Generator) -> Case:
    """A lid that is open."""
    return case(number, {"holder": one(rng, *LIDDED)}, f"(not {OPEN})", OPEN, clutter=1)


def _microwave(number: int, rng: np.random.Generator) -> Case:
    """The door opened; something put inside, where it is open and where it is shut."""
    kind = int(rng.integers(3))
    if kind == 0:
        return case(number, {"holder": MICROWAVE}, OPEN, clutter=1)
    return _put_inside(number, MICROWAVE, one(rng, *SMALL, *DISHES), kind == 1)


def _place_in_drawer(number: int, rng: np.random.Generator) -> Case:
    """Something into a drawer, which in every other case must be opened first."""
    return _put_inside(number, DRAWERS, one(rng, *SMALL, *DISHES), bool(rng.random() < 0.5))


def _take_from_drawer(number: int, rng: np.random.Generator) -> Case:
    """Something out of a drawer, which in every other case must be opened first."""
    things = {"holder": DRAWERS, "thing": one(rng, *SMALL, *DISHES)}
    init = f"(inside thing holder) {OPEN if rng.random() < 0.5 else ''}"
    return case(number, things, "(ontop thing table)", init)


def _place_on_shelf(number: int, rng: np.random.Generator) -> Case:
    """Something onto a shelf: in every other case onto any level, else between two."""
    goal = "(ontop thing holder)" if rng.random() < 0.5 else "(inside thing holder)"
    things = {"holder": SHELF, "thing": one(rng, *SMALL, *DISHES, *UPRIGHT)}
    return case(number, things, goal)


def _place_in_cabinet(number: int, rng: np.random.Generator) -> Case:
    """Something into a cupboard, whose door in every other case must be opened first."""
    thing = one(rng, *SMALL, *DISHES, *UPRIGHT)
    return _put_inside(number, CUPBOARD, thing, bool(rng.random() < 0.5))


def _place_in_box(number: int, rng: np.random.Generator) -> Case:
    """One or two things into a box whose lid in every other case must be opened first."""
    count = int(rng.integers(1, 3))
    things = {f"thing_{k + 1}": one(rng, *SMALL) for k in range(count)}
    goal = " ".join(f"(inside {name} holder)" for name in things)
    init = OPEN if rng.random() < 0.5 else ""
    return case(number, {"holder": one(rng, *BOXES), **things}, f"(and {goal})", init)


def _put_inside(number: int, holder: str, thing: str, opened: bool) -> Case:
    """Something into furniture that is open or shut."""
    things = {"holder": holder, "thing": thing}
    return case(number, things, "(inside thing holder)", OPEN if opened else "")


def _with_door(number: int, asset: str) -> Case:
    """One asset of the library, to be opened."""
    category = ProceduralLibrary().get(asset).category
    return case(number, {"holder": category}, OPEN, clutter=1, assets={"holder": asset})


@lru_cache(maxsize=3)
def _doors(category: str, upwards: float) -> tuple[str, ...]:
    """Assets whose door's axis points up (1) or down (-1): its hinge is right or left."""
    library = ProceduralLibrary()
    ids = library.ids()[category]
    return tuple(x for x in ids if library.get(x).joints[0].axis[2] * upwards > 0.5)


SUITES: Mapping[str, Suite] = {
    "open_drawer": _open_drawer,
    "close_drawer": _close_drawer,
    "open_left": _open_left,
    "open_right": _open_right,
    "close_door": _close_door,
    "open_lid": _open_lid,
    "close_lid": _close_lid,
    "microwave": _microwave,
    "place_in_drawer": _place_in_drawer,
    "take_from_drawer": _take_from_drawer,
    "place_on_shelf": _place_on_shelf,
    "place_in_cabinet": _place_in_cabinet,
    "place_in_box": _place_in_box,
}
