"""Named points of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.keypoints import keypoints

    found = keypoints(view.moment.marks, view.truth.depth, view.camera)
    ids = range(1, len(view.visible))
    return Labelled(objects={"keypoints": {key: found.get(key, ()) for key in ids}})


PLUGIN = Label(
    values=(
        of_object(
            "keypoints",
            "named points, each with `kind`, `pos` in the world, `pixel` (x, y, also outside of "
            "the image; null behind the camera) and `visibility`; see below",
        ),
    ),
    make=_make,
    needs=Needs(packages=("embreex", "numpy", "scipy", "trimesh")),
)
