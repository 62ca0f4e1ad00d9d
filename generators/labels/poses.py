"""Where objects are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    places = view.moment.places
    positions = {key: place[0] for key, place in places.items()}
    turns = {key: place[1] for key, place in places.items()}
    return Labelled(objects={"pos": positions, "quat": turns})


PLUGIN = Label(
    values=(
        of_object("pos", "position of `world_from_object`, metres"),
        of_object(
            "quat",
            "rotation of `world_from_object` of the root link: its origin is at the bottom centre "
            "of the bounding box with all joints at zero, its front faces +x",
        ),
    ),
    make=_make,
    needs=Needs(packages=("mujoco", "numpy")),
)
