"""Put things on, inside, and next to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....schemas import Asset, Refusal
from ...motion.manipulator import Manipulator
from ...pick_place.placing import pick_and_place
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ._operators import EFFECTS, PLACEMENTS, RELATIONS, beside, into, onto
from ._reach import out_of_reach

NEEDS = (
    "a thing that the gripper lifts and that carries nothing; "
    "no closed container around it or the target"
)
HOW = "antipodal grasp, free approach and exit, placement that the held pose reaches"


@dataclass(frozen=True)
class Placing:
    """Take a thing and put it down so that `RELATIONS[name]` holds of it and its target."""

    name: str
    about: About

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """None from the start: `PLACEMENTS` makes them for each state."""
        return iter(())

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Take it, and put it down.

        Raises:
            PlanningError: no grasp, placement or path was found; the thing is where it was.
            SkillFailedError: it was tried and failed in physics.
        """
        thing, target = operator.arguments
        pick_and_place(arm, RELATIONS[self.name], thing, target, outlook.manner)

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no grasp goes together with a placement, and nothing in the way can be moved."""
        return out_of_reach(arm, operator, survey)


def _about(relation: str, words: str, prompt: str, needs: str, suites: tuple[str, ...]) -> About:
    return About(
        summary=f"puts a thing {words} another",
        prompt=prompt,
        effects=EFFECTS,
        needs=needs,
        brings_about=f"`{relation}(thing, target)`",
        how=HOW,
        suites=suites,
    )


PLACE_ON = Placing(
    "place_on",
    _about(
        "ontop",
        "on",
        "place_on(a, b): takes a, which is graspable and carries nothing, and puts it on b, a "
        "support that it fits on; makes ontop(a, b) and touching(a, b)",
        f"{NEEDS}; room on the target",
        ("place_on", "stack", "place_on_shelf", "pull", "regrasp", "clutter"),
    ),
)
PLACE_INSIDE = Placing(
    "place_inside",
    _about(
        "inside",
        "inside",
        "place_inside(a, b): takes a likewise and puts it into b, a container that it fits into "
        "and that is open if it can be closed; makes inside(a, b) and touching(a, b)",
        f"{NEEDS}; the target is open if it can be closed",
        ("place_inside", "place_in_drawer", "place_in_cabinet", "place_in_box", "microwave"),
    ),
)
PLACE_NEXT_TO = Placing(
    "place_next_to",
    _about(
        "nextto",
        "next to",
        "place_next_to(a, b): takes a likewise and puts it next to b, where b stands; "
        "makes nextto(a, b)",
        f"{NEEDS}; room where the target stands",
        ("place_next_to",),
    ),
)
PLUGIN = SkillPlugin((PLACE_ON, PLACE_INSIDE, PLACE_NEXT_TO), PLACEMENTS)

__all__ = ["PLUGIN", "RELATIONS", "beside", "into", "onto"]
