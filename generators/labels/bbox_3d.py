"""Oriented boxes in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    return Labelled(objects={"bbox_3d": view.moment.boxes})


PLUGIN = Label(
    values=(
        of_object(
            "bbox_3d",
            "centre, full extents, and `world_from_box`, oriented as the object's root; it "
            "encloses doors and drawers as they stand",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "scipy")),
)
