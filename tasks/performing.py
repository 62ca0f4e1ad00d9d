"""Carrying out one step of a plan by the skill that it names, and checking what came of it."""

from __future__ import annotations

from ..schemas import Cause, PlanningError, SkillCall
from .execution import SkillFailedError
from .joints import joints_to_move
from .manipulation import Manipulator
from .open_close import move_joint
from .pick_place import Manner, pick_and_place
from .placements import RELATIONS
from .predicates import PhysicsFacts
from .skills import SKILLS
from .symbolic import Step

SETTLE_SECONDS = 0.2
"""Before an effect is looked for."""


def present_facts(arm: Manipulator) -> PhysicsFacts:
    """What is the case in physics now."""
    arm.executor.refresh()
    return PhysicsFacts(arm.compiled, arm.executor.data)


def perform(
    arm: Manipulator, step: Step, later: tuple[Step, ...] = (), manner: Manner | None = None
) -> None:
    """Carry out a step, and make sure that its effect holds.

    Args:
        arm: the robot at work.
        step: what to do.
        later: what the plan does afterwards, which tells how far to open something.
        manner: how to put something down, where that is special.

    Raises:
        PlanningError: there is no way to do it as things are.
        SkillFailedError: it was tried and failed in physics; `effect_missing` where only its
            effect did not come about.
    """
    if step.skill in RELATIONS:
        thing, target = step.arguments
        pick_and_place(arm, RELATIONS[step.skill], thing, target, manner)
    elif step.operator is not None:
        SKILLS[step.skill].perform(arm, step.operator)
    else:
        _open_or_close(arm, step, later)
    arm.executor.hold(SETTLE_SECONDS)
    if not achieved(present_facts(arm), step):
        raise SkillFailedError(Cause.EFFECT_MISSING, f"{in_words(step)} had no effect")


def achieved(facts: PhysicsFacts, step: Step) -> bool:
    """Whether a step's effect is the case."""
    if step.skill in RELATIONS:
        return facts.holds(RELATIONS[step.skill], step.arguments)
    if step.operator is not None:
        made = all(facts.holds(x[0], x[1:]) for x in step.operator.adds)
        return made and not any(facts.holds(x[0], x[1:]) for x in step.operator.removes)
    return facts.holds("open", step.arguments) == (step.skill == "open")


def in_words(step: Step) -> str:
    """A step as the trace writes it: `place_on(cup, tray)`."""
    return str(SkillCall(step.skill, step.arguments))


def _open_or_close(arm: Manipulator, step: Step, later: tuple[Step, ...]) -> None:
    """Open the first joint that can be opened, or close every one that is open."""
    thing, opening = step.arguments[0], step.skill == "open"
    joints = joints_to_move(arm, present_facts(arm), thing, opening, later)
    if not joints:
        raise PlanningError(Cause.NO_HANDLE, f"{thing} has no joint to {step.skill}")
    if not opening:
        for joint in joints:
            move_joint(arm, thing, joint, opening)
        return
    errors: list[PlanningError] = []
    for joint in joints:
        try:
            move_joint(arm, thing, joint, opening)
        except SkillFailedError:
            raise
        except PlanningError as error:
            if error.kind is Cause.TIME_LIMIT:
                raise
            errors.append(error)
        else:
            return
    raise errors[0]
