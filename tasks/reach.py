"""Reachability: can the arm do what a plan asks for, as the scene stands at the start?

Assembly asks this so that no task is set out of the robot's reach. It looks at each step on
its own, in the initial state: whether the whole plan works out is for the solver to find.
"""

from __future__ import annotations

from ..scenes.mujoco_model import CompiledScene
from ..scenes.seeds import generator
from ..schemas import PlanningError, Refusal, RefusalKind, Solver
from .capabilities import gated
from .clearing import blockers
from .execution import Executor
from .joints import joints_to_move
from .manipulation import Manipulator
from .open_close import reachable_share
from .pick_place import choose
from .picking import graspable
from .placements import RELATIONS, is_open
from .predicates import PhysicsFacts
from .regrasping import FEW_PLACES, confined, regrasp
from .skills import SKILLS
from .symbolic import Plan, Step

FEW_ROUNDS = (0.3, 2.0)
"""Noise on the grasps' scores: two rounds are enough to know."""
OPEN_IN_THOUGHT = 0.88
"""Share of a joint's range at which it counts as opened, where no step says how far."""
OVERSHOOT = 0.02
"""How much farther than meant a joint may end: what can be shut from just there may not be."""


def out_of_reach(
    compiled: CompiledScene, plan: Plan, solvers: tuple[Solver, ...]
) -> Refusal | None:
    """The first step that the arm cannot do for want of reach; None is well."""
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator(compiled.scene.seed, "reach"))
    arm.solvers = solvers
    facts = PhysicsFacts(compiled, executor.data)
    opened: dict[str, float] = {}
    for step in dict.fromkeys(plan.steps):
        refusal = _step(arm, facts, step, plan.steps, opened)
        if refusal is not None:
            return refusal
    return None


def _step(
    arm: Manipulator,
    facts: PhysicsFacts,
    step: Step,
    later: tuple[Step, ...],
    opened: dict[str, float],
) -> Refusal | None:
    """Why a step is out of reach; `opened` keeps how far what is opened can be."""
    thing = step.arguments[0]
    arm.executor.data = arm.compiled.new_data()
    arm.look()
    if step.operator is not None:
        return SKILLS[step.skill].unreachable(arm, step.operator)
    if step.skill not in RELATIONS:
        opening = step.skill == "open"
        if not opening and not facts.holds("open", (thing,)):
            _open_in_thought(arm, facts, thing, later, opened)
        elif opening == is_open(arm.compiled, arm.executor.data, thing):
            return None
        joints = joints_to_move(arm, facts, thing, opening, later)
        shares = [reachable_share(arm, thing, joint, opening) for joint in joints]
        if not (any if opening else all)(shares):
            return Refusal(RefusalKind.HANDLES_OUT_OF_REACH, (thing,))
        if opening:
            opened[thing] = next(share for share in shares if share)
        return None
    target = step.arguments[1]
    for name in _shut(arm, facts, thing, target):
        _open_in_thought(arm, facts, name, (step,), opened)
    try:
        if _in_the_way(facts, thing, target, later):
            graspable(arm, thing)
        else:
            choose(arm, RELATIONS[step.skill], thing, target, FEW_ROUNDS)
    except PlanningError as error:
        if any(_movable(arm, name) for name in blockers(arm, error, step.arguments)):
            return None
        if _taken_anew(arm, RELATIONS[step.skill], thing, target, error):
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
    """Closed containers that the step reaches into; other steps will have opened them."""
    compiled = arm.compiled
    closed = [
        name
        for name in compiled.objects
        if gated(compiled.asset_of(name)) and not facts.holds("open", (name,))
    ]
    return [
        name
        for name in closed
        if name == target or (name != thing and facts.holds("inside", (thing, name)))
    ]


def _open_in_thought(
    arm: Manipulator,
    facts: PhysicsFacts,
    name: str,
    steps: tuple[Step, ...],
    opened: dict[str, float],
) -> None:
    """Open the joint that the steps need, and carry along what lies in its drawer."""
    compiled, data = arm.compiled, arm.executor.data
    joint = joints_to_move(arm, facts, name, True, steps)[0]
    asset, where = compiled.asset_of(name), compiled.objects[name].joints[joint]
    link = next(link for link in asset.links if link.joint and link.joint.name == joint)
    body = compiled.objects[name].bodies[link.name]
    cavities = {cavity.name for cavity in asset.cavities if cavity.link == link.name}
    load = [
        other
        for other in compiled.objects
        if other != name and cavities & set(facts.cavities_with(other, name))
    ]
    before = data.xpos[body].copy()
    share = min(1.0, opened.get(name, OPEN_IN_THOUGHT) + OVERSHOOT)
    data.qpos[where.qpos] = where.low + share * (where.high - where.low)
    arm.executor.refresh()
    for other in load:
        address = compiled.objects[other].free_qpos
        if address is not None:
            data.qpos[address : address + 3] += data.xpos[body] - before
    arm.look()


def _in_the_way(facts: PhysicsFacts, thing: str, target: str, steps: tuple[Step, ...]) -> bool:
    """Whether other steps have to clear the target, or the object, before this one."""
    moved = {step.arguments[0] for step in steps if step.skill in RELATIONS} - {thing}
    return any(
        facts.holds(relation, (other, where))
        for other in moved | {target}
        for where in (target, thing)
        for relation in ("ontop", "inside")
        if other != where
    )
