"""Surface normals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.encode import png
    from ..images.truth.normals import coded_normals

    return Labelled(files={"normal.png": png(coded_normals(view.truth, view.camera))})


PLUGIN = Label(
    values=(
        file(
            "normal.png",
            "8-bit colour",
            "unit normal n in the camera's frame as round((n + 1) * 127); black where unknown. "
            "Those of the facets that are drawn; a backend without normals (`blenderproc`) derives "
            "them from depth: the same on flat faces",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.NORMALS}),
    needs=Needs(packages=("numpy", "pillow")),
)
