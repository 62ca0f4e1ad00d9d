"""States as they are after a miss: the hand is beside what it came for, closed on nothing.

Whoever learns from demonstrations misses sooner or later, and is then where no smooth one leads.
Some attempts therefore begin there. Nothing that is done in them is wrong: the hand opens, and
takes the thing as it should.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation
from ...schemas import Disturbance, PlanningError
from ..bddl.formula import Formula
from ..bddl.ordering import Precedence
from ..motion.manipulator import Manipulator
from ..physics.execution import full_state
from ..physics.predicates import literals
from ..symbolic.search import plans
from .capabilities import capabilities
from .perform import present_facts

CLOSED = 0.7
"""Share of the states in which the hand is closed; in the others it is open."""
ASIDE = (0.01, 0.06)
"""From the origin of the thing to the tool, horizontally, metres."""
ABOVE = (0.01, 0.1)
"""Height of the tool over the origin of the thing, which is at its bottom, metres."""
TWIST = 0.4
"""Standard deviation of the hand's turn about the vertical, radians."""
TRIES = 40


@dataclass(frozen=True, eq=False)
class Missed:
    """A state as after a miss.

    Attributes:
        record: of what was missed.
        state: (S,) MuJoCo's full integration state.
    """

    record: Disturbance
    state: Array


def after_miss(
    arm: Manipulator, goal: Formula, order: tuple[Precedence, ...], rng: np.random.Generator
) -> Missed | None:
    """A state as after a miss of what the first step of the plan takes, and the record of it.

    Args:
        arm: in the scene's own state, which is left as it is.
        goal: of the task.
        order: in which things are to be done.
        rng: drawn from.

    Returns:
        The state; None where nothing is taken first, or where the hand has no room beside it.
    """
    thing = _first_taken(arm, goal, order)
    if thing is None:
        return None
    spec = arm.compiled.robot.spec
    closed = bool(rng.random() < CLOSED)
    opening = spec.gripper.openings[0] if closed else spec.max_opening
    q = _beside(arm, thing, opening, rng)
    if q is None:
        return None
    return Missed(Disturbance(kind="miss", object=thing, start=0, end=0), _state(arm, q, opening))


def _first_taken(arm: Manipulator, goal: Formula, order: tuple[Precedence, ...]) -> str | None:
    """What the first step of the plan acts on, if it can be moved."""
    compiled = arm.compiled
    assets = {name: compiled.asset_of(name) for name in compiled.objects}
    able = capabilities(assets, compiled.scene.support)
    known = literals(present_facts(arm))
    try:
        plan = next(plans(known, goal, able, order=order, complete=True))
    except PlanningError:
        return None
    names = plan.steps[0].arguments[:1] if plan.steps else ()
    free = [name for name in names if compiled.objects[name].free_qpos is not None]
    return free[0] if free else None


def _beside(arm: Manipulator, thing: str, opening: float, rng: np.random.Generator) -> Array | None:
    """A configuration (J,) with the hand beside a thing, as it comes for it from home."""
    arm.sync_planning_scene()
    middle = np.array(arm.executor.data.xpos[arm.compiled.objects[thing].body])
    for _ in range(TRIES):
        bearing, far = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(*ASIDE)
        aside = far * np.array([np.cos(bearing), np.sin(bearing)])
        pose = np.eye(4)
        pose[:2, 3] = middle[:2] + aside
        pose[2, 3] = middle[2] + rng.uniform(*ABOVE)
        twist = axis_rotation([0.0, 0.0, 1.0], rng.normal(0.0, TWIST))
        pose[:3, :3] = twist @ arm.facing.at(pose[:2, 3])
        for q in arm.arm.solutions(pose, arm.home)[:1]:
            if arm.world.check_collision(q, opening, near=True) is None:
                return q
    return None


def _state(arm: Manipulator, q: Array, opening: float) -> Array:
    """The scene's own state (S,) with the arm and the hand elsewhere, at rest."""
    robot, data = arm.compiled.robot, arm.compiled.new_data()
    data.qpos[robot.arm_qpos] = q
    data.qpos[robot.fingers] = robot.gripper.fingers(opening)
    data.ctrl[robot.arm_ctrl] = q
    data.ctrl[robot.gripper_ctrl] = robot.gripper.controls(opening)
    return full_state(arm.compiled, data)
