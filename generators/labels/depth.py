"""Distance from the camera's centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.camera.distance import distance
    from ..images.encode import depth_units, png

    away = distance(view.truth.depth, view.camera)
    return Labelled(files={"depth.png": png(depth_units(away))})


PLUGIN = Label(
    values=(
        file(
            "depth.png",
            "16 bits",
            "distance from the camera's centre, in the same units as `depth_linear`",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "pillow")),
)
