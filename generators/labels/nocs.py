"""Where in its own object each pixel lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    import numpy as np

    from ...scenes.core.geometry import rotation
    from ..images.camera.cameras import back_project
    from ..images.encode import png

    truth, camera = view.truth, view.camera
    seen = back_project(camera, truth.depth) if truth.points is None else truth.points
    made = np.zeros((*view.mask.shape, 3), dtype=np.uint8)
    for key, box in view.moment.boxes.items():
        pixels = (view.mask == key) & (truth.depth > 0)
        world = seen[pixels] @ rotation(camera.quat).T + np.asarray(camera.pos)
        local = (world - np.asarray(box.centre)) @ rotation(box.quat)
        share = local / np.linalg.norm(box.extents) + 0.5
        made[pixels] = np.round(np.clip(share, 0.0, 1.0) * 255)
    return Labelled(files={"nocs.png": png(made)})


PLUGIN = Label(
    values=(
        file(
            "nocs.png",
            "8-bit colour",
            "normalised object coordinates (Wang et al., 2019) of what the pixel's centre sees: "
            "round(255 (p / d + 1/2)) of its position p in the object's `bbox_3d`, from the box's "
            "centre, with d the length of the box's diagonal; black in the background",
        ),
    ),
    make=_make,
    needs=Needs(packages=("numpy", "pillow", "scipy")),
)
