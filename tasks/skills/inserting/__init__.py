"""Insert pegs into holes that are barely wider."""

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
from .motion import fits, insertions, lower

ONE_ROUND = (0.3,)
BY_FEEL = PlacementStrategy(insertions, lower)


ABOUT = About(
    summary="puts a peg into a hole that is barely wider",
    prompt="insert(a, b): takes a, a graspable peg that stands upright, and lowers it into b, "
    "a socket with a hole of just its size; makes inside(a, b)",
    effects=("inside", "touching"),
    needs="an upright peg that the gripper lifts, and a round hole that is wider by no more "
    "than 4 mm on each side",
    brings_about="`inside(peg, target)`",
    how="the peg is brought over the hole, its place measured and corrected; it is lowered "
    "step by step, and searched for along a spiral where it sticks",
    suites=("insert",),
)


@dataclass(frozen=True)
class Inserting:
    """Take an upright peg, bring it over the hole, and lower it by feel."""

    name: str = "insert"
    about: About = ABOUT

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every peg and everything with a hole for it."""
        for thing, peg in assets.items():
            for target, asset in assets.items():
                suits = thing != target and any(fits(peg, cavity) for cavity in asset.cavities)
                if not suits or not peg.graspable or thing == support:
                    continue
                yield Operator(
                    skill=self.name,
                    arguments=(thing, target),
                    phrase=f"insert {spoken(thing)} into {spoken(target)}",
                    needs=(Literal("inside", (thing, target), negated=True),),
                    adds=frozenset({("inside", thing, target), ("touching", thing, target)}),
                    reaches=(target,),
                    moves=(thing,),
                )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Insert it.

        Raises:
            PlanningError: no grasp brings the peg over the hole, or it does not stand upright.
            SkillFailedError: it got stuck, or was lost.
        """
        thing, target = operator.arguments
        pick_and_place(arm, "inside", thing, target, BY_FEEL)

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no grasp brings the peg over the hole."""
        thing, target = operator.arguments
        try:
            choose(arm, "inside", thing, target, ONE_ROUND, BY_FEEL)
        except PlanningError as error:
            words = ("inserted into", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE, (thing, target), words=words)
        return None


INSERT = Inserting()
PLUGIN = SkillPlugin((INSERT,))
