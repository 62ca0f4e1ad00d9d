"""Slide flat things onto a mat with the fingertips on top of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....schemas import Asset, PlanningError, Refusal, RefusalKind
from ...motion.manipulator import Manipulator
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ..pushing import onto_mat, onto_mats
from .motion import drag, plan

THICK = 0.05
"""Greatest height of what is slid from above, metres."""
NARROW = 0.014
"""Least breadth of what the fingertips rest on, metres."""
LONG = 0.06
"""Least length of what is slid and not swept, metres."""


def slidable(asset: Asset) -> bool:
    """Whether it is flat, loose, and not to be lifted."""
    loose = not asset.graspable and not asset.fixed and not asset.joints
    narrow, long = sorted(asset.extents[:2])
    return loose and asset.extents[2] <= THICK and narrow >= NARROW and long >= LONG


ABOUT = About(
    summary="slides a flat thing onto a mat from above",
    prompt="slide(a, b): drags a, which is flat and not graspable, along the table onto the "
    "mat b with the fingertips on top of it; makes ontop(a, b)",
    effects=("ontop", "touching"),
    needs="a flat thing (5 cm at most) that cannot be lifted; it and a mat on the support",
    brings_about="`ontop(thing, mat)`",
    how="fingertips press on top and drag, with a force that is felt and kept",
    suites=("slide",),
)


@dataclass(frozen=True)
class Slide:
    """Slide flat things onto mats."""

    name: str = "slide"
    about: About = ABOUT

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every flat thing and every mat on which it finds room."""
        things = {name: x for name, x in assets.items() if name != support and slidable(x)}
        yield from onto_mats(self.name, "slide", things, assets, support)

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Drag until all of the thing lies on the mat.

        Raises:
            PlanningError: no drag is possible.
            SkillFailedError: it did not get there.
        """
        thing, mat = operator.arguments
        drag(arm, thing, onto_mat(arm, thing, mat))

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no drag leads there from where the thing lies at the start."""
        thing, mat = operator.arguments
        try:
            plan(arm, thing, onto_mat(arm, thing, mat))
        except PlanningError as error:
            words = ("slid onto", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE, (thing, mat), words=words)
        return None


SLIDE = Slide()
PLUGIN = SkillPlugin((SLIDE,))
