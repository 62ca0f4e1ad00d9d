"""Whether a placement is within reach, as the scene stands at the start."""

from __future__ import annotations

from ....schemas import PlanningError, Refusal, RefusalKind
from ...motion.manipulator import Manipulator
from ...physics.predicates import PhysicsFacts
from ...pick_place.choosing import choose
from ...pick_place.clearing import blockers
from ...pick_place.picking import graspable
from ...pick_place.regrasping import FEW_PLACES, confined, regrasp
from ...skill import Survey
from ...symbolic.fitting import requires_opening
from ...symbolic.operators import Operator
from ..opening import open_in_thought
from ._operators import RELATIONS

FEW_ROUNDS = (0.3, 2.0)
"""Noise on the grasps' scores: two rounds are enough to know."""


def out_of_reach(arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
    """Why a thing cannot be moved to its target; None is well."""
    thing, target = operator.arguments
    relation = RELATIONS[operator.skill]
    for name in _shut(arm, survey.facts, thing, target):
        open_in_thought(arm, survey, name, (operator,))
    try:
        if _in_the_way(survey, thing, target):
            graspable(arm, thing)
        else:
            choose(arm, relation, thing, target, FEW_ROUNDS)
    except PlanningError as error:
        if any(_movable(arm, name) for name in blockers(arm, error, operator.arguments)):
            return None
        if _taken_anew(arm, relation, thing, target, error):
            return None
        words = ("moved to", str(error.cause))
        return Refusal(RefusalKind.UNREACHABLE, (thing, target), words=words)
    return None


def _taken_anew(
    arm: Manipulator, relation: str, thing: str, target: str, error: PlanningError
) -> bool:
    """Whether it can be put down on the support, and moved on from there."""
    if not confined(arm, thing):
        return False
    manner = regrasp(arm, relation, thing, target, error, FEW_PLACES)
    if manner is None:
        return False
    try:
        choose(arm, "ontop", thing, arm.compiled.scene.support, FEW_ROUNDS, manner)
    except PlanningError:
        return False
    return True


def _movable(arm: Manipulator, thing: str) -> bool:
    """Whether some grasp of what is in the way can be reached."""
    try:
        graspable(arm, thing)
    except PlanningError:
        return False
    return True


def _shut(arm: Manipulator, facts: PhysicsFacts, thing: str, target: str) -> list[str]:
    """Closed containers that the placement reaches into; other steps will have opened them."""
    compiled = arm.compiled
    closed = [
        name
        for name in compiled.objects
        if requires_opening(compiled.asset_of(name)) and not facts.holds("open", (name,))
    ]
    return [
        name
        for name in closed
        if name == target or (name != thing and facts.holds("inside", (thing, name)))
    ]


def _in_the_way(survey: Survey, thing: str, target: str) -> bool:
    """Whether other placements have to clear the target, or the thing, before this one."""
    placed = {x.arguments[0] for x in survey.plan if x.skill in RELATIONS}
    return any(
        survey.facts.holds(relation, (other, where))
        for other in (placed - {thing}) | {target}
        for where in (target, thing)
        for relation in ("ontop", "inside")
        if other != where
    )
