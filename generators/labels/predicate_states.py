"""Which literals hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, of_frame

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    return Labelled(frame={"predicates": view.moment.facts})


PLUGIN = Label(
    values=(
        of_frame(
            "predicates",
            "every ground literal that holds, such as `ontop mug table`; see [tasks.md](tasks.md) "
            "for their meaning",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.FACTS}),
    needs=Needs(packages=("mujoco", "numpy")),
)
