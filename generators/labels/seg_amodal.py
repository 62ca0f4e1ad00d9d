"""Whole objects, as if each stood alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    masks = view.amodal.encoded()
    return Labelled(files={"seg_amodal.json": masks.canonical_json().encode()})


PLUGIN = Label(
    values=(
        file(
            "seg_amodal.json",
            "",
            "`AmodalMasks`: every object's mask as if it stood alone, within the image; COCO's "
            "compressed run lengths by `instance_id`, without what is out of view",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.SILHOUETTES}),
    needs=Needs(packages=("numpy", "pycocotools")),
)
