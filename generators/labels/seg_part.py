"""Which link of an object each pixel sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import png

    parts = view.labeller.parts
    return Labelled(
        files={"seg_part.png": png(parts.of_geom[view.truth.geoms])},
        objects={"parts": parts.names},
    )


PLUGIN = Label(
    values=(
        file(
            "seg_part.png",
            "8 bits, or 16 from 256 parts on",
            "the part likewise: the links of articulated objects and of the robot, numbered "
            "through the scene from 1; `parts` of each object in `frames.json` says which",
        ),
        of_object("parts", "link name to value in the part mask"),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "pillow")),
)
