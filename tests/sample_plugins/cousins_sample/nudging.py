"""Nudging: a skill that pushes a thing against another until the two touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cousins.schemas import Asset, CauseInfo, PlanningError, Refusal, RefusalKind, SkillCause
from cousins.schemas.plugins import Needs
from cousins.tasks.bddl.formula import Literal
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import SkillFailedError
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.skill import About, Outlook, SkillPlugin, Survey
from cousins.tasks.skills.pushing.motion import execute_push
from cousins.tasks.skills.pushing.planar import shadow
from cousins.tasks.skills.pushing.planar_push import PlanarPush, pose_behind, stroke_paths
from cousins.tasks.symbolic.operators import Operator, fact
from cousins.tasks.symbolic.sentences import spoken
from cousins.tasks.symbolic.state import standing

STROKES = 3
FURTHER = 0.004
"""How much farther than the gap a stroke goes, so that the two press on each other, metres."""
APART = SkillCause(
    "nudging", "apart", "{0} does not touch {1}", CauseInfo("the two do not touch after pushing")
)


class Nudging:
    """Closed fingers come down behind the thing and move straight towards the other one."""

    name = "nudge"
    about = About(
        summary="pushes a thing against another",
        prompt="nudge(a, b): pushes a, which lies loose on the table, against b; touching(a, b)",
        effects=("touching", "ontop", "under"),
        needs="two things on the support, of which one is loose",
        brings_about="`touching(thing, other)`",
        how="closed fingers push it straight towards the other one",
    )

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every two things of which the first is loose and high enough for fingers."""
        things = {name: asset for name, asset in assets.items() if name != support}
        for thing, asset in things.items():
            if asset.fixed or asset.joints or asset.grain or asset.extents[2] < 0.016:
                continue
            for other in (name for name in things if name != thing):
                yield Operator(
                    skill=self.name,
                    arguments=(thing, other),
                    phrase=f"nudge {spoken(thing)} against {spoken(other)}",
                    needs=tuple(Literal("ontop", (x, support)) for x in (thing, other)),
                    adds=standing(thing, "ontop", support) | {fact("touching", thing, other)},
                    reaches=(thing, other),
                    moves=(thing,),
                    proof=(Literal("touching", (thing, other)),),
                )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Push until they touch; each stroke is planned from the measured poses."""
        thing, other = operator.arguments
        for _ in range(STROKES):
            arm.clear()
            stroke = _stroke(arm, thing, other)
            reach = arm.planner.connect(arm.q, stroke.approach[0], stroke.opening, arm.rng)
            execute_push(arm, stroke, reach)
            if PhysicsFacts(arm.compiled, arm.executor.data).holds("touching", (thing, other)):
                return
        raise SkillFailedError(APART, objects=operator.arguments)

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no stroke leads from where the two lie at the start."""
        try:
            _stroke(arm, *operator.arguments)
        except PlanningError as error:
            words = ("nudged against", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE, operator.arguments, words=words)
        return None


def _stroke(arm: Manipulator, thing: str, other: str) -> PlanarPush:
    """A straight push of the thing, as far as the gap and a little more."""
    seen, goal = (shadow(arm.compiled, arm.executor.data, name) for name in (thing, other))
    way = goal.centre - seen.centre
    along = way / np.linalg.norm(way)
    gap = float(way @ along) - seen.extent(along) - goal.extent(-along)
    touch = pose_behind(seen, along, opening=0.0, tilt=0.0, flip=False)
    try:
        return stroke_paths(arm, thing, touch, along, max(gap, 0.0) + FURTHER, opening=0.0)
    except PlanningError:  # the hand turned half around may come there
        touch[:3, :2] *= -1
        return stroke_paths(arm, thing, touch, along, max(gap, 0.0) + FURTHER, opening=0.0)


PLUGIN = SkillPlugin((Nudging(),), needs=Needs(version=1), causes=(APART,))
