"""Distance along the optical axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import depth_units, png

    return Labelled(files={"depth_linear.png": png(depth_units(view.truth.depth))})


PLUGIN = Label(
    values=(
        file(
            "depth_linear.png",
            "16 bits",
            "distance along the optical axis in units of `depth_scale` = 0.0001 m; 0 where nothing "
            "was hit or beyond 6.5535 m",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "pillow")),
)
