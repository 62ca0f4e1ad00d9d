"""Picking things up: grasps that can be reached and left with, carried out and verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, inverse, quaternion, transform
from ...schemas import Cause, Failure, PlanningError, TraceEvent
from ..grasping.grasps import Grasps, Kind, grasps_of, lowest, opening_for
from ..motion.blocking import blocked, mostly
from ..motion.collision import PRESS_DEPTH, Held
from ..motion.manipulator import BESIDE, CAREFUL, FAST, Manipulator
from ..physics.execution import SkillFailedError
from ..physics.predicates import PhysicsFacts
from ..sampling.placements import post_grasp_retreat

MAX_GRASPS = 60
"""Grasps tried per round."""
NOISE = (0.25, 0.8, 2.0)
"""Noise on the grasps' scores in each round: first the best, then anything."""
TURN_WEIGHT = 0.4
"""Of the angle between a grasp and the hand at home against the grasp's score, per radian."""
SKEW_WEIGHT = 1.0
"""Of how far a consistent grasp is from square against its score, per radian."""
DENSE_NOISE = 1.0
"""From this noise on, grasps are drawn from the denser set, those left out at which the hand
would hit something."""
MAX_LOOKED, MAX_SEARCHED = 1500, 2500
"""Grasps of either set that are looked at for the best."""
CONFIGURATIONS = 3
"""Distinct inverse kinematics solutions tried per pose."""
HAND_CLEARANCE = 0.0022
"""Between the hand and the top of the support, metres: a hair more than is checked for."""
MAX_RAISE = 0.007
"""How far a grasp is drawn back so that the fingertips clear the support, metres."""
TIP_RAISE = 0.002
"""Drawn back by more than this, it is held by the ends of the fingers, metres."""
TIP: Kind = "tip"
STEEP = 0.8
"""Sine of the approaches that are."""
LEVEL = 0.55
"""Sine of the steepest approach that still counts as from the front."""
APPROACH = 0.09
"""Length of the straight approach to a grasp, metres."""
HELD_OPENING = 0.0015
"""A hand that closes to less than this above its least opening holds nothing, metres."""
MOVED = 0.008
"""An object that moved farther is taken with a new grasp, metres."""
LIFT_CHECK = 0.05
"""How far an object may shift in the hand, metres; less is measured and made good."""


@dataclass(frozen=True)
class Candidate:
    """A grasp in the world that nothing has been asked of yet.

    Attributes:
        pose: (4, 4) `world_from_tool`.
        width: of the thing there, metres.
        kind: of the grasp.
        cost: by how much it scores less than the best one.
    """

    pose: Array
    width: float
    kind: Kind
    cost: float


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


def candidates(arm: Manipulator, thing: str, noise: float, level: bool) -> Iterator[Candidate]:
    """Grasps in the world, the promising first, lazily.

    `noise` is the standard deviation of what is added to the scores; `level` prefers a level
    hand, as needed to reach into something from the front, to one that comes from above.

    Raises:
        PlanningError: `no_grasp` where it has none at all.
    """
    compiled, data = arm.compiled, arm.executor.data
    key = compiled.scene.object(thing).asset_hash
    robot = compiled.robot.spec
    grasps: Grasps = grasps_of(compiled.asset_of(thing), key, robot, noise > DENSE_NOISE)
    if len(grasps) == 0:
        raise PlanningError(Cause.NO_GRASP, f"{thing} has no part narrow enough to grasp")
    poses = _world_from_object(arm, thing) @ grasps.poses
    if arm.habits.near_grasps:
        poses = arm.facing.nearer(poses)
    outward, _ = post_grasp_retreat(compiled, PhysicsFacts(compiled, data), thing)
    # Coming in against the way out is what leaves free hands.
    along = -(poses[:, :3, 2] @ outward)
    floor = compiled.scene.robot.pos[2] + HAND_CLEARANCE
    foot = float(PhysicsFacts(compiled, data).box(thing)[0][2])
    poses, raised = _raised(poses, max(floor, foot + HAND_CLEARANCE))
    clear = lowest(poses) > floor - 1e-9
    usable = np.flatnonzero((poses[:, 2, 2] < 0.25) & (along > -0.2) & clear)
    down = np.maximum(0.0, -poses[usable, 2, 2])
    if level:
        down = np.maximum(0.0, down - LEVEL)
    score = grasps.scores[usable] + 0.6 * along[usable] + (-2.0 if level else 0.8) * down
    if arm.habits.near_grasps:
        score = score - TURN_WEIGHT * arm.facing.angles(poses[usable])
        score = score - SKEW_WEIGHT * grasps.skews[usable]
    if not (arm.habits.near_grasps and noise == NOISE[0]):
        score = score + arm.rng.normal(0.0, noise, len(usable))
    if arm.variety is not None:
        low, high = PhysicsFacts(compiled, data).box(thing)
        score = score + arm.variety.grasps(thing, poses[usable], (low + high) / 2, noise)
    order = usable[np.argsort(-score, kind="stable")]
    touch = frozenset({thing})

    def free(i: int) -> bool:
        arm.world.update(data)
        opening = opening_for(float(grasps.widths[i]), robot)
        return arm.world.check_hand_collision(poses[i], opening, touch) is None

    search = noise > DENSE_NOISE
    looked = order[: MAX_SEARCHED if search else MAX_LOOKED]
    scores = dict(zip(usable.tolist(), score.tolist(), strict=True))
    for i in _spread(looked, poses, free if search else lambda _: True):
        kind = TIP if raised[i] else grasps.kinds[i]
        cost = scores[int(order[0])] - scores[i]
        yield Candidate(poses[i], float(grasps.widths[i]), kind, cost)


def _world_from_object(arm: Manipulator, thing: str) -> Array:
    body, data = arm.compiled.objects[thing].body, arm.executor.data
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))


def _raised(poses: Array, floor: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Poses from above that reach below the floor are drawn back until the tips just do not.

    What is flat is then held by the ends of the fingers. Returns the poses (N, 4, 4), and which
    of them are held like that (N,).
    """
    deep = np.clip(floor - lowest(poses), 0.0, MAX_RAISE) * (poses[:, 2, 2] < -STEEP)
    raised = poses.copy()
    raised[:, :3, 3] -= poses[:, :3, 2] * (deep / np.maximum(-poses[:, 2, 2], STEEP))[:, None]
    return raised, deep > TIP_RAISE


def _spread(
    order: npt.NDArray[np.int64], poses: Array, good: Callable[[int], bool]
) -> Iterator[int]:
    """The first MAX_GRASPS good ones of an order, leaving out near repeats of earlier ones."""
    chosen: list[int] = []
    for i in order.tolist():
        kept = poses[chosen]
        if chosen:
            near = np.linalg.norm(kept[:, :3, 3] - poses[i][:3, 3], axis=1) < 0.012
            alike = np.einsum("nij,ij->n", kept[:, :3, :3], poses[i][:3, :3]) > 2.6
            if bool((near & alike).any()):
                continue
        if not good(i):
            continue
        chosen.append(i)
        yield i
        if len(chosen) >= MAX_GRASPS:
            break


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
    held = Held(thing, inverse(pose) @ _world_from_object(arm, thing))
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
