"""Whether handles are within reach, and how a scene looks with a container open."""

from __future__ import annotations

from ....schemas import Refusal, RefusalKind
from ...motion.manipulator import Manipulator
from ...sampling.joint_shares import is_open
from ...skill import Survey
from ...symbolic.operators import Operator
from .joints import joints_to_move
from .motion import reachable_share

OPEN_IN_THOUGHT = 0.88
"""Share of a joint's range at which it counts as opened, where no step says how far."""
OVERSHOOT = 0.02
"""How much farther than meant a joint may end: what can be shut from just there may not be."""


def out_of_reach(
    arm: Manipulator, operator: Operator, survey: Survey, *, opening: bool
) -> Refusal | None:
    """Why a thing cannot be opened or closed; None is well."""
    (thing,) = operator.arguments
    if not opening and not survey.facts.holds("open", (thing,)):
        open_in_thought(arm, survey, thing, survey.plan)
    elif opening == is_open(arm.compiled, arm.executor.data, thing):
        return None
    joints = joints_to_move(arm, survey.facts, thing, opening, survey.plan)
    shares = [reachable_share(arm, thing, joint, opening) for joint in joints]
    if not (any if opening else all)(shares):
        return Refusal(RefusalKind.HANDLES_OUT_OF_REACH, (thing,))
    if opening:
        survey.opened[thing] = next(share for share in shares if share)
    return None


def open_in_thought(
    arm: Manipulator, survey: Survey, name: str, operators: tuple[Operator, ...]
) -> None:
    """Open the joint that the operators need, and carry along what lies in its drawer.

    Args:
        arm: the robot at work; the joint moves in its state and its planner's world.
        survey: says how far the joint can be opened.
        name: of a container.
        operators: what is done with it once it is open.
    """
    compiled, data = arm.compiled, arm.executor.data
    joint = joints_to_move(arm, survey.facts, name, True, operators)[0]
    asset, where = compiled.asset_of(name), compiled.objects[name].joints[joint]
    link = next(link for link in asset.links if link.joint and link.joint.name == joint)
    body = compiled.objects[name].bodies[link.name]
    cavities = {cavity.name for cavity in asset.cavities if cavity.link == link.name}
    load = [
        other
        for other in compiled.objects
        if other != name and cavities & set(survey.facts.cavities_with(other, name))
    ]
    before = data.xpos[body].copy()
    share = min(1.0, survey.opened.get(name, OPEN_IN_THOUGHT) + OVERSHOOT)
    data.qpos[where.qpos] = where.low + share * (where.high - where.low)
    arm.executor.refresh()
    for other in load:
        address = compiled.objects[other].free_qpos
        if address is not None:
            data.qpos[address : address + 3] += data.xpos[body] - before
    arm.sync_planning_scene()
