"""Which category each pixel sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import png

    semantic = view.labeller.semantic_mask(view.truth.geoms)
    return Labelled(files={"seg_semantic.png": png(semantic)})


PLUGIN = Label(
    values=(file("seg_semantic.png", "16 bits", "`semantic_id` likewise"),),
    make=_make,
    needs=Needs(packages=("bddl", "numpy", "pillow")),
)
