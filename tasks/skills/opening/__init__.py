"""Open and close drawers, doors, and lids by their handles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....schemas import Asset, Cause, PlanningError, Refusal
from ...motion.manipulator import Manipulator
from ...physics.execution import SkillFailedError
from ...physics.predicates import PhysicsFacts
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ._operators import TOGGLES
from ._reach import open_in_thought, out_of_reach
from .joints import joints_to_move
from .motion import move_joint

NEEDS = "a handle on a joint; nothing on a lid"


@dataclass(frozen=True)
class Opening:
    """Open the first joint that can be opened."""

    name: str
    about: About

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """None from the start: `TOGGLES` makes them for each state."""
        return iter(())

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Open what later steps need, or any joint where they need none.

        Raises:
            PlanningError: no joint can be opened.
            SkillFailedError: it was tried, and the joint is not where it should be.
        """
        (thing,) = operator.arguments
        errors: list[PlanningError] = []
        for joint in _joints(arm, operator, outlook):
            try:
                move_joint(arm, thing, joint, opening=True)
            except SkillFailedError:
                raise
            except PlanningError as error:
                if error.kind is Cause.TIME_LIMIT:
                    raise
                errors.append(error)
            else:
                return
        raise errors[0]

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether no joint can be opened wide enough to reach inside."""
        return out_of_reach(arm, operator, survey, opening=True)


@dataclass(frozen=True)
class Closing:
    """Close every joint that is open."""

    name: str
    about: About

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """None from the start: `TOGGLES` makes them for each state."""
        return iter(())

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Close them all.

        Raises:
            PlanningError: there is no way to close one, or none is open.
            SkillFailedError: it was tried, and the joint is not where it should be.
        """
        (thing,) = operator.arguments
        for joint in _joints(arm, operator, outlook):
            move_joint(arm, thing, joint, opening=False)

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether one that is open, or will be, cannot be shut."""
        return out_of_reach(arm, operator, survey, opening=False)


def _joints(arm: Manipulator, operator: Operator, outlook: Outlook) -> list[str]:
    """The joints to move, in the order to try them.

    Raises:
        PlanningError: `no_handle`.
    """
    (thing,), opening = operator.arguments, operator.skill == OPEN.name
    arm.executor.refresh()
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    joints = joints_to_move(arm, facts, thing, opening, outlook.later)
    if not joints:
        raise PlanningError(Cause.NO_HANDLE, f"{thing} has no joint to {operator.skill}")
    return joints


OPEN = Opening(
    "open",
    About(
        summary="opens a drawer, a door, or a lid",
        prompt="open(a): opens a, which is openable; nothing may stand on a lid; makes open(a)",
        effects=("open",),
        needs=NEEDS,
        brings_about="`open(thing)`",
        how="takes the handle and follows its joint",
        done="opened",
        suites=("open_drawer", "open_left", "open_right", "open_lid", "take_from_drawer"),
    ),
)
CLOSE = Closing(
    "close",
    About(
        summary="closes drawers, doors, and lids",
        prompt="close(a): closes a likewise; makes open(a) false",
        effects=("open",),
        needs=NEEDS,
        brings_about="`not open(thing)`",
        how="takes the handle and follows its joint, or pushes it shut",
        done="closed",
        suites=("close_drawer", "close_door", "close_lid"),
    ),
)
PLUGIN = SkillPlugin((OPEN, CLOSE), TOGGLES)

__all__ = ["PLUGIN", "open_in_thought"]
