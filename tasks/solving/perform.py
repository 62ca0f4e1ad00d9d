"""Carrying out one step of a plan by the skill that it names, and checking what came of it."""

from __future__ import annotations

from ...schemas import Cause, PlanningError, PluginError, SkillCall
from ..bddl.goals import Facts
from ..motion.manipulator import Manipulator
from ..physics.execution import SkillFailedError
from ..physics.predicates import PhysicsFacts
from ..pick_place.choosing import PlacementStrategy
from ..skill import Outlook
from ..skills import skill_named, undeclared
from ..symbolic.search import Step

SETTLE_SECONDS = 0.2
"""Before an effect is looked for."""


def present_facts(arm: Manipulator) -> PhysicsFacts:
    """The facts that hold in physics now."""
    arm.executor.refresh()
    return PhysicsFacts(arm.compiled, arm.executor.data)


def perform(
    arm: Manipulator,
    step: Step,
    later: tuple[Step, ...] = (),
    manner: PlacementStrategy | None = None,
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
        PluginError: it failed of a cause that no plug-in declares.
    """
    outlook = Outlook(tuple(x.operator for x in later), manner)
    try:
        skill_named(step.skill).perform(arm, step.operator, outlook)
    except PlanningError as error:
        unknown = undeclared(error.cause)
        if unknown is not None:
            raise PluginError(
                f"skill {step.skill!r} failed of {unknown}, which no plug-in declares; add it to "
                f"the `causes` of the SkillPlugin {unknown.plugin!r}"
            ) from error
        raise
    arm.executor.hold(SETTLE_SECONDS)
    if not achieved(present_facts(arm), step):
        raise SkillFailedError(Cause.EFFECT_MISSING, f"{in_words(step)} had no effect")


def achieved(facts: Facts, step: Step) -> bool:
    """Whether a step's effect is the case."""
    effects = step.operator.effects
    return all(facts.holds(x.predicate, x.arguments) != x.negated for x in effects)


def in_words(step: Step) -> str:
    """A step as the trace writes it: `place_on(cup, tray)`."""
    return str(SkillCall(step.skill, step.arguments))
