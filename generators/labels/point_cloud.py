"""The points hit by pixels, in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.clouds import point_cloud

    cloud = point_cloud(view.truth, view.mask, view.camera)
    return Labelled(files={"point_cloud.ply": cloud})


PLUGIN = Label(
    values=(
        file(
            "point_cloud.ply",
            "binary",
            "the points that every second pixel of every second row sees (through a distorting "
            "lens, within a quarter of a pixel of its centre), row by row from pixel (0, 0): x, y, "
            "z, float32, metres in the world, and `instance`, uint16",
        ),
    ),
    make=_make,
)
