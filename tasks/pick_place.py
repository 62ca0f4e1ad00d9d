"""Pick and place: search over grasps and placements together, then carry out and verify.

A grasp only counts when some placement can be reached with it. What is chosen is carried out
in closed loop: the object's pose in the hand is measured after lifting, and the placement is
planned again with it.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..scenes.geometry import Array, inverse, quaternion, transform
from ..schemas import PlanningError, TraceEvent
from .blocking import BlockedError, blocked, obstacles
from .collision import PRESS_DEPTH, Held
from .grasps import MAX_WIDTH, OPENING_MARGIN, Grasps, Kind, grasps_of, lowest
from .manipulation import CAREFUL, FAST, SLOW, Manipulator
from .placements import Placement, exit_of, placements
from .predicates import PhysicsFacts

MAX_GRASPS = 60
"""Grasps tried per round."""
NOISE = (0.25, 0.8, 2.0)
"""Noise on the grasps' scores in each round: first the best, then anything."""
DENSE_NOISE = 1.0
"""From this noise on, grasps are drawn from the denser set."""
MAX_PLACEMENTS = 24
CONFIGURATIONS = 3
"""Distinct inverse kinematics solutions tried per pose."""
MAX_CARRIAGES = 4
"""Placements to which a path is looked for."""
CARRY = 0.65
"""Share of the joints' limits at which objects are carried."""
HAND_CLEARANCE = 0.002
"""Between the hand and the top of the support, metres."""
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
BACK_OFF = 0.09
"""How far the hand leaves what it let go of, metres; out of a cupboard, farther."""
HELD_OPENING = 0.0015
"""A hand that closes to less than this above its least opening holds nothing, metres."""
MOVED = 0.008
"""An object that moved farther is taken with a new grasp, metres."""
LIFT_CHECK = 0.05
"""How far an object may shift in the hand, metres; less is measured and made good."""


class ExecutionError(PlanningError):
    """Something went wrong in physics, not in the plan; `cause` says what."""


@dataclass(frozen=True)
class Grasp:
    """A grasp whose approach and exit are free, with the paths that carry it out."""

    pose: Array
    opening: float
    before: Array
    approach: list[Array]
    exit: list[Array]
    held: Held
    path: list[Array] = field(default_factory=list[Array])
    """From where the arm was to `before`."""


@dataclass(frozen=True)
class Drop:
    """A placement that can be reached, with the paths that carry it out."""

    placement: Placement
    before: Array
    path: list[Array]


def _let_go(arm: Manipulator, thing: str, target: str, placement: Placement) -> None:
    """Nothing is done before the hand lets go."""
    del arm, thing, target, placement


@dataclass(frozen=True)
class Manner:
    """A special way to put something down.

    Attributes:
        options: where an object can go, the best first.
        finish: what is done there before the hand lets go.
    """

    options: Callable[[Manipulator, str, str], list[Placement]]
    finish: Callable[[Manipulator, str, str, Placement], None] = _let_go


def pick_and_place(
    arm: Manipulator, relation: str, thing: str, target: str, manner: Manner | None = None
) -> None:
    """Move an object so that `relation(thing, target)` holds.

    Args:
        arm: the robot at work.
        relation: ontop, inside, or nextto; any other with a `manner`.
        thing: what to move.
        target: where to.
        manner: how to put it down, where that is special.

    Raises:
        PlanningError: no grasp, placement or path was found; nothing was moved yet.
        ExecutionError: it was tried and failed in physics.
    """
    arm.clear()
    grasp, drop = choose(arm, relation, thing, target, manner=manner)
    pick(arm, thing, grasp)
    _put_down(arm, relation, thing, target, drop.placement, grasp, manner)


def pick(arm: Manipulator, thing: str, grasp: Grasp) -> None:
    """Carry out a grasp that has a path to it, and lift the object.

    Raises:
        ExecutionError: the object moved before, or was missed, or slipped.
    """
    arm.follow(grasp.path, grasp.opening, FAST)
    _verify_still(arm, thing, grasp)
    arm.follow(grasp.approach, grasp.opening, CAREFUL)
    arm.grip(0.0)
    _verify_grasp(arm, thing)
    arm.follow(grasp.exit, 0.0, CAREFUL)
    _verify_lift(arm, thing, grasp)


def ways_to_grasp(arm: Manipulator, thing: str, level: bool) -> Iterator[Grasp]:
    """Grasps of an object that can be reached and lifted, without a path to them, lazily.

    Args:
        arm: the robot at work.
        thing: what to grasp.
        level: prefer a level hand.
    """
    arm.look()
    ways = (way for noise in NOISE for way in _candidates(arm, thing, noise, level))
    for number, (pose, width, _) in enumerate(ways):
        subject = f"grasp {number} of {thing}"
        try:
            yield _reachable_grasp(arm, thing, thing, pose, width)
        except PlanningError as error:
            arm.note(_tried("grasp", "reject", subject, pose, str(error)))


def choose(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    rounds: tuple[float, ...] = NOISE,
    manner: Manner | None = None,
) -> tuple[Grasp, Drop]:
    """The first grasp, in order of score with some noise, from which a placement is reached.

    Args:
        arm: the robot at work.
        relation: ontop, inside, or nextto.
        thing: what to move.
        target: where to.
        rounds: noise on the grasps' scores, round by round.
        manner: how to put it down, where that is special.

    Raises:
        PlanningError: where there is none; every rejection is in the trace.
    """
    arm.look()
    options = _options(arm, relation, thing, target, manner)
    if not options:
        raise PlanningError("no_room", f"no room for {thing}: {relation} {target}")
    errors: list[PlanningError] = []
    level = bool(abs(options[0].out[2]) < 0.5)
    ways = (way for noise in rounds for way in _candidates(arm, thing, noise, level))
    for number, (pose, width, kind) in enumerate(ways):
        subject = f"grasp {number} of {thing}"
        try:
            grasp = _reachable_grasp(arm, thing, target, pose, width)
            drop = next(_drops(arm, options, grasp))
            arm.look()
            path = arm.planner.connect(arm.q, grasp.before, grasp.opening, arm.rng)
        except PlanningError as error:
            errors.append(error)
            arm.note(_tried("grasp", "reject", subject, pose, str(error)))
            continue
        arm.note(_tried("grasp", "choose", subject, pose, kind))
        return replace(grasp, path=path), drop
    reasons = Counter(error.cause for error in errors)
    counted = ", ".join(f"{cause} x{count}" for cause, count in reasons.most_common())
    cause = "no_grasp" if not reasons else f"no_grasp_{reasons.most_common(1)[0][0]}"
    message = f"no grasp of {thing} works for {relation} {target}: {counted}"
    raise BlockedError(cause, message, obstacles(errors))


def _options(
    arm: Manipulator, relation: str, thing: str, target: str, manner: Manner | None
) -> list[Placement]:
    """Where an object can go, what this attempt prefers first."""
    data, compiled = arm.executor.data, arm.compiled
    if manner is not None:
        return manner.options(arm, thing, target)
    found = placements(compiled, data, relation, thing, target, MAX_PLACEMENTS, arm.rng)
    if arm.variety is None:
        return found
    low, high = PhysicsFacts(compiled, data).box(target)
    return arm.variety.placements(thing, found, (low + high) / 2)


def _tried(
    stage: Literal["grasp", "placement"],
    event: Literal["reject", "choose"],
    subject: str,
    pose: Array,
    reason: str = "",
) -> TraceEvent:
    """What the trace says of a pose in the world: position, then quaternion."""
    values = (*pose[:3, 3].tolist(), *quaternion(pose[:3, :3]))
    rounded = tuple(round(float(v), 4) for v in values)
    return TraceEvent(stage=stage, event=event, subject=subject, reason=reason, values=rounded)


def graspable(arm: Manipulator, thing: str) -> None:
    """Make sure that some grasp of an object can be reached now.

    Raises:
        PlanningError: where none can.
    """
    reasons: Counter[str] = Counter()
    for pose, width, _ in (way for noise in NOISE for way in _candidates(arm, thing, noise, False)):
        try:
            _reachable_grasp(arm, thing, thing, pose, width)
        except PlanningError as error:
            reasons[error.cause] += 1
        else:
            arm.look()
            return
    cause = f"no_grasp_{reasons.most_common(1)[0][0]}" if reasons else "no_grasp"
    raise PlanningError(cause, f"no grasp of {thing} can be reached")


def _candidates(
    arm: Manipulator, thing: str, noise: float, level: bool
) -> list[tuple[Array, float, Kind]]:
    """Grasps in the world, the promising first, as (`world_from_tool`, width, kind).

    `noise` is the standard deviation of what is added to the scores; `level` prefers a level
    hand, as needed to reach into something from the front, to one that comes from above.
    """
    compiled, data = arm.compiled, arm.executor.data
    key = compiled.scene.object(thing).asset_hash
    grasps: Grasps = grasps_of(compiled.asset_of(thing), key, noise > DENSE_NOISE)
    if len(grasps) == 0:
        raise PlanningError("no_grasp", f"{thing} has no part narrow enough to grasp")
    body = compiled.objects[thing].body
    world_from_object = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    poses = world_from_object @ grasps.poses
    outward, _ = exit_of(compiled, PhysicsFacts(compiled, data), thing)
    # Coming in against the way out is what leaves free hands.
    along = -(poses[:, :3, 2] @ outward)
    floor = compiled.scene.robot.pos[2] + HAND_CLEARANCE
    poses, raised = _raised(poses, floor)
    clear = lowest(poses) > floor - 1e-9
    usable = np.flatnonzero((poses[:, 2, 2] < 0.25) & (along > -0.2) & clear)
    down = np.maximum(0.0, -poses[usable, 2, 2])
    if level:
        down = np.maximum(0.0, down - LEVEL)
    score = grasps.scores[usable] + 0.6 * along[usable] + (-2.0 if level else 0.8) * down
    score = score + arm.rng.normal(0.0, noise, len(usable))
    if arm.variety is not None:
        low, high = PhysicsFacts(compiled, data).box(thing)
        score = score + arm.variety.grasps(thing, poses[usable], (low + high) / 2, noise)
    order = usable[np.argsort(-score, kind="stable")]
    kinds: list[Kind] = [
        TIP if high else kind for high, kind in zip(raised, grasps.kinds, strict=True)
    ]
    return [(poses[i], float(grasps.widths[i]), kinds[i]) for i in _spread(order, poses)]


def _raised(poses: Array, floor: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Poses from above that reach below the floor are drawn back until the tips just do not.

    What is flat is then held by the ends of the fingers. Returns the poses (N, 4, 4), and which
    of them are held like that (N,).
    """
    deep = np.clip(floor - lowest(poses), 0.0, MAX_RAISE) * (poses[:, 2, 2] < -STEEP)
    raised = poses.copy()
    raised[:, :3, 3] -= poses[:, :3, 2] * (deep / np.maximum(-poses[:, 2, 2], STEEP))[:, None]
    return raised, deep > TIP_RAISE


def _spread(order: npt.NDArray[np.int64], poses: Array) -> list[int]:
    """The first MAX_GRASPS of an order, leaving out near repeats of earlier ones."""
    chosen: list[int] = []
    for i in order[:1500]:
        kept = poses[chosen]
        if chosen:
            near = np.linalg.norm(kept[:, :3, 3] - poses[i][:3, 3], axis=1) < 0.012
            alike = np.einsum("nij,ij->n", kept[:, :3, :3], poses[i][:3, :3]) > 2.6
            if bool((near & alike).any()):
                continue
        chosen.append(int(i))
        if len(chosen) >= MAX_GRASPS:
            break
    return chosen


def _reachable_grasp(arm: Manipulator, thing: str, target: str, pose: Array, width: float) -> Grasp:
    """Inverse kinematics, a free straight approach, and a free way out with the object."""
    opening = float(min(width + 2 * OPENING_MARGIN, MAX_WIDTH + 0.01))
    touch = frozenset({thing})
    error = PlanningError("unreachable", "no arm configuration reaches the grasp")
    body, data = arm.compiled.objects[thing].body, arm.executor.data
    world_from_object = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    held = Held(thing, inverse(pose) @ world_from_object)
    out, distance = exit_of(arm.compiled, PhysicsFacts(arm.compiled, data), thing)
    for q in arm.arm.distinct(pose, arm.q, CONFIGURATIONS):
        arm.world.update(data)
        hit = arm.world.hit(q, opening, touch, near=True)
        if hit is not None:
            error = blocked("the open hand would hit", hit)
            continue
        before = pose.copy()
        before[:3, 3] -= pose[:3, 2] * APPROACH
        try:
            approach = arm.straight(q, before, opening, touch)[::-1]
            hit = arm.world.hit(approach[0], opening)
            if hit is not None:
                raise blocked("the approach begins too close to", hit)
            arm.world.update(data, held)
            leave = pose.copy()
            leave[:3, 3] += out * distance + np.array([0, 0, 0.0 if out[2] > 0.5 else 0.004])
            holding = touch | {target}
            leaving = arm.straight(q, leave, width, holding, slide=True, depth=PRESS_DEPTH)
        except PlanningError as failed:
            error = failed
            continue
        return Grasp(pose, opening, approach[0], approach, leaving, held)
    raise error


def _drops(arm: Manipulator, options: list[Placement], grasp: Grasp) -> Iterator[Drop]:
    """The placements that can be reached with the object held as it is.

    Raises:
        PlanningError: `placement_...` after the last one, with the reasons counted.
    """
    errors: list[PlanningError] = []
    opening = max(0.0, grasp.opening - 2 * OPENING_MARGIN)
    arm.world.update(arm.executor.data, grasp.held)
    touch = frozenset({grasp.held.name})
    object_from_tool = inverse(grasp.held.tool_from_object)
    for placement in options:
        pose = placement.pose @ object_from_tool
        above = pose.copy()
        above[:3, 3] += placement.out * placement.travel
        found = arm.arm.distinct(above, grasp.exit[-1], CONFIGURATIONS)
        if not found:
            errors.append(PlanningError("unreachable", "out of reach"))
        for q in found:
            hit = arm.world.hit(q, opening)
            if hit is not None:
                errors.append(blocked("before it hits", hit))
                continue
            try:
                path = arm.straight(q, pose, opening, touch, depth=PRESS_DEPTH)
            except PlanningError as error:
                errors.append(error)
            else:
                yield Drop(placement, q, path)
    reasons = Counter(error.cause for error in errors)
    cause = reasons.most_common(1)[0][0] if reasons else "none"
    details = Counter(map(str, errors)).most_common()
    counted = ", ".join(f"{name} x{count}" for name, count in details)
    message = f"{len(options)} placements: {counted}"
    raise BlockedError(f"placement_{cause}", message, obstacles(errors))


def _verify_still(arm: Manipulator, thing: str, grasp: Grasp) -> None:
    """The object is where it was when the grasp was planned."""
    arm.executor.refresh()
    now = arm.executor.data.xpos[arm.compiled.objects[thing].body]
    moved = float(np.linalg.norm(now - (grasp.pose @ grasp.held.tool_from_object)[:3, 3]))
    if moved > MOVED:
        raise ExecutionError("target_moved", f"{thing} moved by {moved * 100:.1f} cm")


def _verify_grasp(arm: Manipulator, thing: str) -> None:
    """Fingers closed on something."""
    if _empty(arm):
        raise ExecutionError("grasp_missed", f"the hand closed on nothing instead of {thing}")


def _empty(arm: Manipulator) -> bool:
    least = arm.compiled.robot.spec.gripper.openings[0]
    return arm.executor.opening < least + HELD_OPENING


def _verify_lift(arm: Manipulator, thing: str, grasp: Grasp) -> None:
    """The object came along with the hand."""
    now = arm.held(thing).tool_from_object
    lag = float(np.linalg.norm(now[:3, 3] - grasp.held.tool_from_object[:3, 3]))
    if lag > LIFT_CHECK or _empty(arm):
        raise ExecutionError("grasp_slipped", f"{thing} stayed {lag * 100:.1f} cm behind the hand")


def _put_down(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    first: Placement,
    grasp: Grasp,
    manner: Manner | None,
) -> None:
    """Plan the placement again with the object as it lies in the hand, carry it, and let go.

    Raises:
        PlanningError: where no placement works any more; the object is back where it was.
    """
    held = arm.held(thing)
    arm.look(held)
    measured = replace(grasp, exit=[arm.q], held=held)
    more = _options(arm, relation, thing, target, manner)
    try:
        drop, path = _carriage(arm, [first, *more], measured)
    except PlanningError:
        arm.follow(grasp.exit[::-1], 0.0, CAREFUL)
        arm.grip(grasp.opening)
        arm.back_off(-grasp.pose[:3, 2], grasp.opening)
        raise
    place = drop.placement.pose
    arm.note(_tried("placement", "choose", f"{thing} {relation} {target}", place))
    arm.follow(path, 0.0, CARRY)
    _verify_held(arm, thing, held)
    arm.follow(drop.path, 0.0, SLOW)
    _verify_held(arm, thing, held)
    if manner is not None:
        manner.finish(arm, thing, target, drop.placement)
    arm.grip(grasp.opening)
    arm.back_off(drop.placement.out, grasp.opening, max(BACK_OFF, drop.placement.travel))


def _carriage(arm: Manipulator, options: list[Placement], grasp: Grasp) -> tuple[Drop, list[Array]]:
    """A placement that can be reached, and the path to where it begins."""
    failed = PlanningError("no_path", "no placement is left")
    opening = arm.executor.opening
    for drop in islice(_drops(arm, options, grasp), MAX_CARRIAGES):
        try:
            return drop, arm.planner.connect(arm.q, drop.before, opening, arm.rng)
        except PlanningError as error:
            failed = error
    raise failed


def _verify_held(arm: Manipulator, thing: str, held: Held) -> None:
    arm.executor.refresh()
    now = arm.held(thing).tool_from_object
    if np.linalg.norm(now[:3, 3] - held.tool_from_object[:3, 3]) > LIFT_CHECK:
        raise ExecutionError("dropped", f"{thing} was lost on the way")
