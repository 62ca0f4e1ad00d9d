"""How much of each object is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.outlines import truncated

    ids = range(1, len(view.visible))
    shares = {key: view.amodal.fraction(key, view.visible[key]) for key in ids}
    cut = truncated(view.extent, view.camera)
    return Labelled(objects={"visible_fraction": shares, "truncated": cut})


PLUGIN = Label(
    values=(
        of_object(
            "visible_fraction",
            "`visible_pixels` over the pixels of its amodal mask: what hides it counts, the "
            "image's edge does not; null where it is out of view",
        ),
        of_object(
            "truncated",
            "whether the image's edge cuts its projection, or all of it is out of view",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.SILHOUETTES}),
    needs=Needs(packages=("numpy", "scipy")),
)
