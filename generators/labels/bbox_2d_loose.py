"""Boxes around whole projections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.outlines import boxes_2d

    return Labelled(objects={"bbox_2d_loose": boxes_2d(view.extent, view.camera)})


PLUGIN = Label(
    values=(
        of_object(
            "bbox_2d_loose",
            "around the whole projection, occluded or not, clipped to the image; null where it is "
            "out of view",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "scipy")),
)
