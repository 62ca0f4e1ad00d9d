"""How far joints are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, of_object

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    return Labelled(objects={"joints": view.moment.joints})


PLUGIN = Label(
    values=(
        of_object("joints", "position of each joint by name, metres or radians; the robot's too"),
    ),
    make=_make,
    needs=Needs(packages=("mujoco", "numpy")),
)
