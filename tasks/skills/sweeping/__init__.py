"""Sweep small things onto a mat or into a dustpan, and put the tool back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....scenes.core.taxonomy import is_a
from ....schemas import Asset, Cavity, PlanningError, Refusal, RefusalKind
from ...bddl.formula import Literal
from ...motion.manipulator import Manipulator
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator, fact
from ...symbolic.sentences import spoken
from ..pushing import flush
from ..pushing.motion import TOLERANCE
from ..pushing.planar import Footprint2D, field
from .motion import Next, SweepTarget, plan, sweep

TOOLS = ("brush.n.02", "sponge.n.01")
LARGEST = 0.03
"""Of what is swept, metres."""
BROAD = 0.085
"""Least length of a tool's broad side, metres."""
INSIDE = 0.045
"""How far behind the lip things are swept, metres."""
BEFORE = 0.055
"""How far before the lip they are brought to the mouth, metres."""
WALL = 0.008
"""Room left between the tool and the walls of a dustpan, metres."""


def sweepable(asset: Asset) -> bool:
    """Whether it is too small to be picked up."""
    loose = not asset.graspable and not asset.fixed and not asset.joints
    return loose and max(asset.extents) <= LARGEST


def sweeps(asset: Asset) -> bool:
    """Whether it is a hand tool with a broad side."""
    kind = any(is_a(asset.category, known) for known in TOOLS)
    return kind and asset.graspable and max(asset.extents[:2]) >= BROAD


def mouth(asset: Asset) -> Cavity | None:
    """The hollow of a dustpan: what lies before it slides in over its lip."""
    if not is_a(asset.category, "dustpan.n.02"):
        return None
    return next((x for x in asset.cavities if x.opening == "front" and x.joint is None), None)


ABOUT = About(
    summary="sweeps a small thing onto a mat or into a dustpan",
    prompt="sweep(a, b, c): takes the brush or sponge c and sweeps a, which is 3 cm or less "
    "and not graspable, onto the mat b or into the dustpan b; makes ontop(a, b) or "
    "inside(a, b)",
    effects=("inside", "ontop", "touching"),
    needs="a thing of 3 cm or less that cannot be lifted; it, a brush or sponge, and a mat or "
    "dustpan on the support",
    brings_about="`ontop(thing, mat)` or `inside(thing, dustpan)`; the tool stands where it stood",
    how="takes the tool by its back, strokes square to its broad side, puts it back",
    suites=("sweep",),
)


@dataclass(frozen=True)
class SweepSkill:
    """Sweep small things onto mats and into dustpans."""

    name: str = "sweep"
    about: About = ABOUT

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every small thing, every mat or dustpan, and every tool."""
        tools = [x for x, asset in assets.items() if x != support and sweeps(asset)]
        for thing, asset in assets.items():
            if thing == support or not sweepable(asset):
                continue
            for target, place in assets.items():
                onto, into = flush(place), mouth(place) is not None
                if target == support or not (onto or into):
                    continue
                for tool in tools:
                    yield self._operator(
                        thing, target, tool, support, "ontop" if onto else "inside"
                    )

    def _operator(
        self, thing: str, target: str, tool: str, support: str, relation: str
    ) -> Operator:
        where = "onto" if relation == "ontop" else "into"
        return Operator(
            skill=self.name,
            arguments=(thing, target, tool),
            phrase=f"sweep {spoken(thing)} {where} {spoken(target)} with {spoken(tool)}",
            needs=(
                *(Literal("ontop", (x, support)) for x in (thing, target, tool)),
                Literal(relation, (thing, target), negated=True),
            ),
            adds=frozenset(
                {
                    fact(relation, thing, target),
                    fact("touching", thing, target),
                    fact("ontop", tool, support),
                    fact("touching", tool, support),
                }
            ),
            reaches=(thing, target, tool),
            moves=(thing, tool),
        )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Take the tool, sweep, and put it back.

        Raises:
            PlanningError: no stroke is possible.
            SkillFailedError: it did not get there, or the tool was lost.
        """
        thing, target, tool = operator.arguments
        sweep(arm, thing, tool, _following(arm, target))

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether the tool cannot be taken, or the strokes do not lead there, at the start."""
        thing, target, tool = operator.arguments
        try:
            plan(arm, thing, tool, _following(arm, target))
        except PlanningError as error:
            words = ("swept to", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE_WITH_TOOL, (thing, target, tool), words=words)
        return None


def _following(arm: Manipulator, target: str) -> Next:
    """The next stroke towards a mat or a dustpan."""
    asset = arm.compiled.asset_of(target)
    cavity = mouth(asset)
    if cavity is not None:
        return _into(arm, target, cavity)
    surface = asset.open_surfaces[0]

    def onto(thing: Footprint2D, data: Any) -> SweepTarget | None:
        place = field(arm.compiled, data, target, surface)
        return None if place.misses(thing) < TOLERANCE else SweepTarget(place.way(thing))

    return onto


def _into(arm: Manipulator, target: str, cavity: Cavity) -> Next:
    """Strokes into a dustpan: from its sides to before its mouth, and straight in."""
    tool_room = cavity.half_size[1] - WALL
    lip = cavity.half_size[0]

    def into(thing: Footprint2D, data: Any) -> SweepTarget | None:
        body = arm.compiled.objects[target].bodies[cavity.link]
        frame = data.xmat[body].reshape(3, 3)
        middle = data.xpos[body] + frame @ np.array(cavity.centre)
        ahead, left = frame[:2, 0], frame[:2, 1]
        x, y = (float(axis @ (thing.centre - middle[:2])) for axis in (ahead, left))
        if abs(x) < lip - TOLERANCE and abs(y) < cavity.half_size[1]:
            return None
        if x > lip and abs(y) < tool_room - TOLERANCE:
            return SweepTarget(ahead * (lip - INSIDE - x), (y - tool_room, y + tool_room))
        if x > lip + BEFORE / 2:
            return SweepTarget(left * (np.sign(y) * tool_room * 0.3 - y))
        return SweepTarget(ahead * (lip + BEFORE - x))

    return into


SWEEP = SweepSkill()
PLUGIN = SkillPlugin((SWEEP,))
