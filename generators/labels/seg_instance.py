"""Which object each pixel sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import png

    return Labelled(files={"seg_instance.png": png(view.mask)})


PLUGIN = Label(
    values=(
        file(
            "seg_instance.png",
            "8 bits, or 16 from 256 instances on",
            "`instance_id` of what the pixel's centre sees; 0 is background, floor, and wall",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "pillow")),
)
