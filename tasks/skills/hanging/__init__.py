"""Hang things by their loops on hooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....schemas import Asset, PlanningError, Refusal, RefusalKind
from ...bddl.formula import Literal
from ...motion.manipulator import Manipulator
from ...pick_place.choosing import PlacementStrategy, choose
from ...pick_place.placing import pick_and_place
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ...symbolic.sentences import spoken
from .poses import fits, hangings, hangs_free

ONE_ROUND = (0.3,)
ON_HOOK = PlacementStrategy(hangings)
SWING_SECONDS = 1.5
"""Time to come to rest on the hook."""


ABOUT = About(
    summary="hangs a thing by its loop on a hook",
    prompt="hang(a, b): takes a, which is hangable and graspable, and hangs it on a hook of b; "
    "makes attached(a, b)",
    effects=("attached",),
    needs="a thing with a loop that the gripper lifts, and a hook that goes through it, high "
    "enough",
    brings_about="`attached(thing, target)`",
    how="the loop is led over the hook along it, let go, and swings out",
    suites=("hang",),
)


@dataclass(frozen=True)
class Hanging:
    """Bring the loop over the hook, let go, and let it swing out."""

    name: str = "hang"
    about: About = ABOUT

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for everything with a loop and everything with a hook for it."""
        for thing, hung in assets.items():
            for target, rack in assets.items():
                suits = hung.graspable and any(
                    fits(loop, hook) and hangs_free(hung, loop, rack, hook)
                    for loop in hung.loops
                    for hook in rack.hooks
                )
                if not suits or thing == target:
                    continue
                yield Operator(
                    skill=self.name,
                    arguments=(thing, target),
                    phrase=f"hang {spoken(thing)} on {spoken(target)}",
                    needs=(Literal("attached", (thing, target), negated=True),),
                    adds=frozenset({("attached", thing, target)}),
                    reaches=(target,),
                    moves=(thing,),
                )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Hang it.

        Raises:
            PlanningError: no grasp brings its loop over a free hook.
            SkillFailedError: it was lost on the way.
        """
        thing, target = operator.arguments
        pick_and_place(arm, "attached", thing, target, ON_HOOK)
        arm.executor.hold(SWING_SECONDS)

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no grasp brings its loop over a free hook."""
        thing, target = operator.arguments
        try:
            choose(arm, "attached", thing, target, ONE_ROUND, ON_HOOK)
        except PlanningError as error:
            words = ("hung on", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE, (thing, target), words=words)
        return None


HANG = Hanging()
PLUGIN = SkillPlugin((HANG,))
