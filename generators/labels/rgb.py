"""The picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import jpeg

    return Labelled(files={"rgb.jpg": jpeg(view.picture)})


PLUGIN = Label(
    values=(
        file(
            "rgb.jpg",
            "quality 95, no chroma subsampling",
            "what the camera shows; exposed so that white at 560 lux just reaches full scale",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.COLOUR}),
    needs=Needs(packages=("mujoco", "numpy", "pillow")),
)
