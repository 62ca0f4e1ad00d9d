"""Templates of meals: what people do with tableware."""

from __future__ import annotations

from ....tasks.bddl.formula import Formula
from ...proposing.cast import ObjectBinding
from ...proposing.draft import TaskProposal
from ...proposing.offered import OfferedCategory
from .templates import beside, draft, on, template, the

CUTLERY = ("fork", "knife", "tablespoon")
"""Nouns of what one eats with."""


def _plate(kind: OfferedCategory) -> bool:
    """Whether a meal is served on it."""
    return kind.sort == "dish" and kind.head == "plate"


def _drink(kind: OfferedCategory) -> bool:
    """Whether one drinks from it at a table."""
    return kind.easy and kind.sort == "cup"


def _cutlery(kind: OfferedCategory) -> bool:
    """Whether one eats with it."""
    return kind.easy and kind.head in CUTLERY


@template(2, "A meal is served")
def serve(cast: ObjectBinding) -> TaskProposal:
    """Food on a plate, with something to drink."""
    plate = cast.pick(_plate)
    fits = cast.onto(plate)
    food = cast.pick(lambda kind: kind.is_food and fits(kind))
    cup = cast.pick(_drink)
    a, b, c = the(food), the(cup), the(plate)
    text = cast.phrase(
        f"serve {a} on {c}, with {b} next to it", f"put {a} on {c} and {b} next to {c}"
    )
    goals: list[Formula] = [on(food, plate), beside(cup, plate)]
    return draft(cast, f"serve {a}", text, goals)


@template(2, "A place is laid")
def lay_cover(cast: ObjectBinding) -> TaskProposal:
    """Cutlery next to a plate."""
    plate = cast.pick(_plate)
    first, second = cast.pick(_cutlery), cast.pick(_cutlery)
    a, b, c = the(first), the(second), the(plate)
    text = cast.phrase(f"lay {a} and {b} next to {c}", f"lay a place: {a} and {b} beside {c}")
    goals: list[Formula] = [beside(first, plate), beside(second, plate)]
    return draft(cast, f"lay a place with {a} and {b}", text, goals)


@template(3, "A place is laid, with something to drink")
def lay_place_to_drink(cast: ObjectBinding) -> TaskProposal:
    """Cutlery and a cup next to a plate."""
    plate = cast.pick(_plate)
    first, second, cup = cast.pick(_cutlery), cast.pick(_cutlery), cast.pick(_drink)
    a, b, c, d = the(first), the(second), the(cup), the(plate)
    text = cast.phrase(
        f"lay a place: {a}, {b} and {c} next to {d}", f"set {a}, {b} and {c} beside {d}"
    )
    goals: list[Formula] = [beside(x, plate) for x in (first, second, cup)]
    return draft(cast, "lay a place", text, goals)
