"""Reachability: can the arm do what a plan asks for, as the scene stands at the start?

Assembly asks this so that no task is set out of the robot's reach. It looks at each step on
its own, in the initial state: whether the whole plan works out is for the solver to find.
"""

from __future__ import annotations

from ..scenes.mujoco_model import CompiledScene
from ..scenes.seeds import generator
from ..schemas import PlanningError
from .capabilities import gated
from .execution import Executor
from .manipulation import Manipulator
from .open_close import reachable_joints
from .pick_place import choose, graspable
from .placements import RELATIONS, is_open
from .predicates import PhysicsFacts
from .symbolic import Plan, Step


def out_of_reach(compiled: CompiledScene, plan: Plan) -> str | None:
    """The first step that the arm cannot do for want of reach, as a sentence; None is well."""
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator(compiled.scene.seed, "reach"))
    facts = PhysicsFacts(compiled, executor.data)
    for step in dict.fromkeys(plan.steps):
        arm.look()
        reason = _step(arm, facts, step)
        if reason is not None:
            return reason
    return None


def _step(arm: Manipulator, facts: PhysicsFacts, step: Step) -> str | None:
    thing = step.arguments[0]
    if step.skill not in RELATIONS:
        opening = step.skill == "open"
        if opening == is_open(arm.compiled, arm.executor.data, thing):
            return None
        found = reachable_joints(arm, thing, opening)
        return None if found else f"the handles of {thing} are out of reach"
    if _shut_in(arm, facts, thing):
        return None
    target = step.arguments[1]
    shut = gated(arm.compiled.asset_of(target)) and not facts.holds("open", (target,))
    try:
        if shut or _moves_first(facts, thing, target):
            graspable(arm, thing)
        else:
            choose(arm, RELATIONS[step.skill], thing, target)
    except PlanningError as error:
        return f"{thing} cannot be moved to {target} ({error.cause})"
    return None


def _shut_in(arm: Manipulator, facts: PhysicsFacts, thing: str) -> bool:
    """Whether the object lies in a closed container, where nothing can be said yet."""
    return any(
        facts.holds("inside", (thing, other)) and not facts.holds("open", (other,))
        for other in arm.compiled.objects
        if other != thing and gated(arm.compiled.asset_of(other))
    )


def _moves_first(facts: PhysicsFacts, thing: str, target: str) -> bool:
    """Whether the target carries the object now, so that another step has to come first."""
    return facts.holds("ontop", (target, thing)) or facts.holds("inside", (target, thing))
