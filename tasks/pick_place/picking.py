"""Picking things up: grasps that can be reached and left with, carried out and verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ...scenes.core.geometry import Array, inverse, quaternion
from ...schemas import Cause, Failure, PlanningError, TraceEvent
from ..grasping.hand import opening_for
from ..motion.blocking import blocked, mostly
from ..motion.collision import PRESS_DEPTH, Held
from ..motion.manipulator import BESIDE, CAREFUL, FAST, Manipulator
from ..physics.execution import SkillFailedError
from ..physics.predicates import PhysicsFacts
from ..sampling.leaving import post_grasp_retreat
from .candidates import NOISE, candidates, world_from_object

CONFIGURATIONS = 3
"""Distinct inverse kinematics solutions tried per pose."""
APPROACH = 0.09
"""Length of the straight approach to a grasp, metres."""
HELD_OPENING = 0.0015
"""A hand that closes to less than this above its least opening holds nothing, metres."""
MOVED = 0.008
"""An object that moved farther is taken with a new grasp, metres."""
LIFT_CHECK = 0.05
"""How far an object may shift in the hand, metres; less is measured and made good."""


@dataclass(frozen=True)
class Grasp:
    """A grasp whose approach and exit are free, with the paths that carry it out."""

    pose: Array
    width: float
    opening: float
    before: Array
    approach: list[Array]
    exit: list[Array]
    held: Held
    path: list[Array] = field(default_factory=list[Array])
    """From where the arm was to `before`."""


def pick(arm: Manipulator, thing: str, grasp: Grasp) -> Grasp:
    """Carry out a grasp that has a path to it, and lift the object.

    Returns:
        The grasp with the whole way up as its exit: farther than planned where the object is
        then still too close to something taller beside it.

    Raises:
        SkillFailedError: the object moved before, or was missed, or slipped.
    """
    arm.execute(grasp.path, grasp.opening, FAST)
    _verify_still(arm, thing, grasp)
    arm.execute(grasp.approach, grasp.opening, CAREFUL, BESIDE)
    arm.grip(0.0)
    _verify_grasp(arm, thing)
    arm.execute(grasp.exit, 0.0, CAREFUL, BESIDE, lambda: _verify_lift(arm, thing, grasp))
    _verify_lift(arm, thing, grasp)
    return replace(grasp, exit=[*grasp.exit, *arm.lift_clear(thing)])


def ways_to_grasp(arm: Manipulator, thing: str, level: bool) -> Iterator[Grasp]:
    """Grasps of an object that can be reached and lifted, without a path to them, lazily.

    Args:
        arm: the robot at work.
        thing: what to grasp.
        level: prefer a level hand.
    """
    arm.sync_planning_scene()
    ways = (way for noise in NOISE for way in candidates(arm, thing, noise, level))
    for number, way in enumerate(ways):
        subject = f"grasp {number} of {thing}"
        try:
            yield reachable_grasp(arm, thing, thing, way.pose, way.width)
        except PlanningError as error:
            arm.note(tried("grasp", "reject", subject, way.pose, str(error)))


def graspable(arm: Manipulator, thing: str) -> None:
    """Make sure that some grasp of an object can be reached now.

    Raises:
        PlanningError: where none can.
    """
    refused: Counter[Failure] = Counter()
    for way in (way for noise in NOISE for way in candidates(arm, thing, noise, False)):
        try:
            reachable_grasp(arm, thing, thing, way.pose, way.width)
        except PlanningError as error:
            refused[error.cause] += 1
        else:
            arm.sync_planning_scene()
            return
    raise PlanningError(mostly(Cause.NO_GRASP, refused), f"no grasp of {thing} can be reached")


def reachable_grasp(arm: Manipulator, thing: str, target: str, pose: Array, width: float) -> Grasp:
    """Inverse kinematics, a free straight approach, and a free way out with the object.

    Raises:
        PlanningError: there is none.
    """
    robot = arm.compiled.robot.spec
    narrow = opening_for(width, robot)
    if arm.habits.wide and narrow < robot.max_opening:
        try:
            return _opened_grasp(arm, thing, target, pose, width, robot.max_opening)
        except PlanningError as error:
            if error.kind is not Cause.COLLISION:
                raise
    return _opened_grasp(arm, thing, target, pose, width, narrow)


def _opened_grasp(
    arm: Manipulator, thing: str, target: str, pose: Array, width: float, opening: float
) -> Grasp:
    touch = frozenset({thing})
    error = PlanningError(Cause.UNREACHABLE, "no arm configuration reaches the grasp")
    data = arm.executor.data
    held = Held(thing, inverse(pose) @ world_from_object(arm, thing))
    arm.world.update(data)
    hit = arm.world.check_hand_collision(pose, opening, touch)
    if hit is not None:
        raise blocked("the open hand would hit", hit)
    out, distance = post_grasp_retreat(arm.compiled, PhysicsFacts(arm.compiled, data), thing)
    for q in arm.arm.distinct(pose, arm.q, CONFIGURATIONS):
        arm.world.update(data)
        hit = arm.world.check_collision(q, opening, touch, near=True)
        if hit is not None:
            error = blocked("the open hand would hit", hit)
            continue
        before = pose.copy()
        before[:3, 3] -= pose[:3, 2] * APPROACH
        try:
            approach = arm.plan_cartesian(q, before, opening, touch)[::-1]
            hit = arm.world.check_collision(approach[0], opening)
            if hit is not None:
                raise blocked("the approach begins too close to", hit)
            arm.world.update(data, held)
            leave = pose.copy()
            leave[:3, 3] += out * distance + np.array([0, 0, 0.0 if out[2] > 0.5 else 0.004])
            holding = touch | {target}
            leaving = arm.plan_cartesian(q, leave, width, holding, slide=True, depth=PRESS_DEPTH)
        except PlanningError as failed:
            error = failed
            continue
        return Grasp(pose, width, opening, approach[0], approach, leaving, held)
    raise error


def release_opening(arm: Manipulator, thing: str, grasp: Grasp) -> float:
    """How wide the hand opens to let go of what it has put down, metres."""
    robot = arm.compiled.robot.spec
    if not arm.habits.wide:
        return grasp.opening
    arm.sync_planning_scene()
    hit = arm.world.check_collision(arm.q, robot.max_opening, frozenset({thing}), near=True)
    return robot.max_opening if hit is None else opening_for(grasp.width, robot)


def tried(
    stage: Literal["grasp", "placement"],
    event: Literal["reject", "choose"],
    subject: str,
    pose: Array,
    reason: str = "",
) -> TraceEvent:
    """The trace's event for a pose in the world: position, then quaternion."""
    values = (*pose[:3, 3].tolist(), *quaternion(pose[:3, :3]))
    rounded = tuple(round(float(v), 4) for v in values)
    return TraceEvent(stage=stage, event=event, subject=subject, reason=reason, values=rounded)


def _verify_still(arm: Manipulator, thing: str, grasp: Grasp) -> None:
    """The object is where it was when the grasp was planned."""
    arm.executor.refresh()
    now = arm.executor.data.xpos[arm.compiled.objects[thing].body]
    moved = float(np.linalg.norm(now - (grasp.pose @ grasp.held.tool_from_object)[:3, 3]))
    if moved > MOVED:
        raise SkillFailedError(Cause.TARGET_MOVED, f"{thing} moved by {moved * 100:.1f} cm")


def _verify_grasp(arm: Manipulator, thing: str) -> None:
    """Fingers closed on something."""
    if _empty(arm):
        raise SkillFailedError(Cause.GRASP_MISSED, f"the hand closed on nothing instead of {thing}")


def _empty(arm: Manipulator) -> bool:
    least = arm.compiled.robot.spec.gripper.openings[0]
    return arm.executor.opening < least + HELD_OPENING


def _verify_lift(arm: Manipulator, thing: str, grasp: Grasp) -> None:
    """The object came along with the hand."""
    now = arm.held(thing).tool_from_object
    lag = float(np.linalg.norm(now[:3, 3] - grasp.held.tool_from_object[:3, 3]))
    if lag > LIFT_CHECK or _empty(arm):
        raise SkillFailedError(
            Cause.GRASP_SLIPPED, f"{thing} stayed {lag * 100:.1f} cm behind the hand"
        )


def verify_held(arm: Manipulator, thing: str, held: Held) -> None:
    """Check that the held object is still in hand.

    Raises:
        SkillFailedError: `dropped`.
    """
    arm.executor.refresh()
    now = arm.held(thing).tool_from_object
    lost = np.linalg.norm(now[:3, 3] - held.tool_from_object[:3, 3]) > LIFT_CHECK
    if lost or (arm.habits.watchful and _empty(arm)):
        raise SkillFailedError(Cause.DROPPED, f"{thing} was lost on the way")
