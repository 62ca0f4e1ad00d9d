"""Boxes around visible pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.tight_boxes import tight_boxes

    return Labelled(objects={"bbox_2d_tight": tight_boxes(view.mask)})


PLUGIN = Label(
    values=(
        of_object(
            "bbox_2d_tight",
            "x_min, y_min, x_max, y_max around the visible pixels; the maxima lie one past the "
            "last pixel; null where none is visible",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "scipy")),
)
