"""Open and close drawers, doors, and lids: take hold of the handle and follow its joint."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ..scenes.geometry import Array, axis_rotation, transform
from ..scenes.layout import link_transform
from ..schemas import Asset, Handle, Joint, PlanningError, TraceEvent
from .collision import PRESS_DEPTH
from .grasps import TIP_REACH
from .kinematics import line
from .manipulation import CAREFUL, FAST, SLOW, Manipulator
from .pick_place import APPROACH, ExecutionError
from .placements import joint_share
from .predicates import PhysicsFacts

TILTS = (0.0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.55, -1.55)
"""Rotations of the approach about the handle's bar, radians; the last hook it from the side."""
FOLLOWS = (1.0, 0.5, 0.0)
"""Share of a hinge's rotation that the hand turns along; a round bar lets it slip."""
OPEN_SHARES = (0.92, 0.8, 0.65, 0.5)
WIDE_SHARE = 0.6
"""Open wide enough to reach inside."""
CLOSED_SHARE = 0.02
HANDLE_MARGIN = 0.024
"""The gripper opens this much wider than the handle, metres."""
HOOK_MARGIN = 0.010
"""Likewise where a finger must pass between the bar and the front."""
HOOK_TILT = 0.6
STEPS_PER_JOINT = 24
CONFIGURATIONS = 5
"""Distinct inverse kinematics solutions tried per pose."""
PUSH_GAP = 0.004
"""Between the fingertips and what they are about to push, metres."""
PUSH_TILTS = (0.0, 0.4, -0.4, 0.8, -0.8)


@dataclass(frozen=True)
class _Way:
    """One way to take hold of a handle and move it.

    Attributes:
        link_from_tool: (4, 4).
        opening: of the hand as it comes, metres.
        share: of the joint's range to move to.
        follow: share of a hinge's rotation that the hand turns along.
        push: with closed fingers from outside, instead of holding on.
    """

    link_from_tool: Array
    opening: float
    share: float
    follow: float
    push: bool = False


@dataclass(frozen=True)
class _Pull:
    """A way to move a joint by its handle, with the paths that carry it out."""

    opening: float
    approach: list[Array]
    path: list[Array]
    push: bool
    share: float
    reach: list[Array] = field(default_factory=list[Array])
    """From where the arm was to the start of the approach."""


def move_joint(arm: Manipulator, thing: str, joint: str, opening: bool) -> None:
    """Open or close one joint of an object.

    Args:
        arm: the robot at work.
        thing: the object.
        joint: of it.
        opening: open it, else close it.

    Raises:
        PlanningError: no way to do it was found; nothing was moved yet.
        ExecutionError: it was tried, and the joint is not where it should be.
    """
    number, pull = _choose(arm, thing, joint, opening)
    arm.avoid.add((thing, joint, str(number)))
    arm.follow(pull.reach, pull.opening, FAST)
    arm.follow(pull.approach, pull.opening, CAREFUL)
    arm.grip(0.0, 0.1 if pull.push else 0.4)
    arm.follow(pull.path, 0.0, SLOW)
    arm.grip(pull.opening, 0.2 if pull.push else 0.4)
    arm.back_off(-arm.arm.forward(arm.q)[:3, 2], pull.opening, 0.1)
    arm.executor.refresh()
    share = joint_share(arm.compiled, arm.executor.data, thing, joint)
    limit = next(j for j in arm.compiled.asset_of(thing).joints if j.name == joint).open_fraction
    if (share > limit) != opening:
        cause = "handle_slipped" if opening else "not_closed"
        raise ExecutionError(cause, f"{thing}: {joint} stands at {share:.0%} of its range")


def reachable_joints(arm: Manipulator, thing: str, opening: bool) -> bool:
    """Whether the arm can close, or open wide, one of an object's joints; changes nothing."""
    for joint in dict.fromkeys(handle.joint for handle in arm.compiled.asset_of(thing).handles):
        if joint is None:
            continue
        try:
            _, pull = _choose(arm, thing, joint, opening)
        except PlanningError:
            continue
        if not opening or pull.share >= WIDE_SHARE:
            return True
    return False


def _choose(arm: Manipulator, thing: str, joint: str, opening: bool) -> tuple[int, _Pull]:
    asset = arm.compiled.asset_of(thing)
    reasons: Counter[str] = Counter()
    for handle in asset.handles:
        if handle.joint != joint:
            continue
        for number, way in enumerate(_ways(asset, handle, opening)):
            subject = f"way {number} to move {joint} of {thing}"
            if (thing, joint, str(number)) in arm.avoid:
                continue
            try:
                pull = _reachable(arm, thing, asset, handle, way)
                arm.look()
                before = pull.approach[0]
                reach = arm.planner.connect(arm.q, before, pull.opening, arm.rng)
            except PlanningError as error:
                reasons[error.cause] += 1
                arm.note(
                    TraceEvent(stage="grasp", event="reject", subject=subject, reason=str(error))
                )
                continue
            arm.note(
                TraceEvent(
                    stage="grasp", event="choose", subject=subject, values=(way.share, way.follow)
                )
            )
            return number, replace(pull, reach=reach)
    counted = ", ".join(f"{cause} x{count}" for cause, count in reasons.most_common())
    cause = f"no_handle_{reasons.most_common(1)[0][0]}" if reasons else "no_handle"
    raise PlanningError(cause, f"no way to move {joint} of {thing}: {counted}")


def _ways(asset: Asset, handle: Handle, opening: bool) -> Iterator[_Way]:
    """All ways, the plain ones first."""
    joint = next(j for j in asset.joints if j.name == handle.joint)
    shares = OPEN_SHARES if opening else (CLOSED_SHARE,)
    follows = FOLLOWS if joint.kind == "hinge" else (1.0,)
    approach, closing = np.array(handle.approach), np.array(handle.closing)
    bar = np.cross(closing, approach)
    for share in shares:
        for follow in follows:
            for tilt in TILTS:
                for sign in (1.0, -1.0):
                    turn = axis_rotation(bar, tilt)
                    z, y = turn @ approach, turn @ (sign * closing)
                    matrix = np.stack([np.cross(y, z), y, z], axis=1)
                    margin = HANDLE_MARGIN if abs(tilt) < HOOK_TILT else HOOK_MARGIN
                    wide = float(min(handle.width + margin, 0.08))
                    yield _Way(transform(handle.pos, matrix), wide, share, follow)
    if not opening:
        yield from _pushes(handle, approach, closing, FOLLOWS if joint.kind == "hinge" else (1.0,))


def _pushes(
    handle: Handle, approach: Array, closing: Array, follows: tuple[float, ...]
) -> Iterator[_Way]:
    """Ways to push from outside with closed fingers, the hand rolled and tilted at will."""
    contact = np.array(handle.pos) - approach * (handle.width / 2 + TIP_REACH + PUSH_GAP)
    bar = np.cross(closing, approach)
    for follow in follows:
        for tilt in PUSH_TILTS:
            for roll in (np.pi / 2, -np.pi / 2, 0.0, np.pi):
                z = axis_rotation(bar, tilt) @ approach
                y = axis_rotation(z, roll) @ (axis_rotation(bar, tilt) @ closing)
                matrix = np.stack([np.cross(y, z), y, z], axis=1)
                yield _Way(transform(contact, matrix), 0.0, 0.0, follow, push=True)


def _reachable(
    arm: Manipulator,
    thing: str,
    asset: Asset,
    handle: Handle,
    way: _Way,
) -> _Pull:
    """Inverse kinematics, a free approach, and a path along which the arm can follow."""
    arm.look()
    data, index = arm.executor.data, arm.compiled.objects[thing]
    joint = next(j for j in asset.joints if j.name == handle.joint)
    where = index.joints[joint.name]
    start = float(data.qpos[where.qpos])
    goal = where.low + way.share * (where.high - where.low)
    opening = way.opening
    touch = frozenset({thing})
    facts = PhysicsFacts(arm.compiled, data)
    load = frozenset(
        other
        for other in arm.compiled.objects
        if other != thing and facts.holds("inside", (other, thing))
    )
    values = np.linspace(start, goal, STEPS_PER_JOINT + 1)
    poses = [_tool_at(arm, thing, asset, handle, joint, v, start, way) for v in values]
    error = PlanningError("unreachable", "no arm configuration reaches the handle")
    for q in arm.arm.distinct(poses[0], arm.q, CONFIGURATIONS):
        arm.look()
        hit = arm.world.hit(q, opening, touch, near=True)
        if hit is not None:
            error = PlanningError("collision", f"the open hand would hit {hit}")
            continue
        before = poses[0].copy()
        before[:3, 3] -= poses[0][:3, 2] * APPROACH
        try:
            approach = arm.straight(q, before, opening, touch)[::-1]
        except PlanningError as failed:
            error = failed
            continue
        path = arm.arm.track(q, poses[1:])
        if path is None:
            error = PlanningError("unreachable", "the arm cannot follow the handle")
            continue
        after = poses[-1].copy()
        after[:3, 3] -= after[:3, 2] * APPROACH
        if arm.arm.track(path[-1], line(poses[-1], after)) is None:
            error = PlanningError("unreachable", "the arm cannot leave the moved handle")
            continue
        width = 0.0 if way.push else handle.width
        error_now = _blocked(arm, path, values[1:], where.qpos, width, touch, load)
        if error_now is None:
            return _Pull(opening, approach, [q, *path], way.push, way.share)
        error = error_now
    raise error


def _blocked(
    arm: Manipulator,
    path: list[Array],
    values: Array,
    address: int,
    width: float,
    touch: frozenset[str],
    load: frozenset[str],
) -> PlanningError | None:
    """What the arm hits while it follows the handle, with the joint moved along."""
    for q, value in zip(path, values, strict=True):
        arm.world.set_joint(address, float(value))
        hit = arm.world.hit(q, width, touch, near=True, ignore=load, depth=PRESS_DEPTH)
        if hit is not None:
            return PlanningError("collision", f"on the way the arm would hit {hit}")
    return None


def _tool_at(
    arm: Manipulator,
    thing: str,
    asset: Asset,
    handle: Handle,
    joint: Joint,
    value: float,
    start: float,
    way: _Way,
) -> Array:
    """`world_from_tool` with the joint at a value; the hand turns along by a share."""
    data, body = arm.executor.data, arm.compiled.objects[thing].body
    root = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    frame = root @ link_transform(asset, handle.link, {joint.name: value})
    pose = frame @ way.link_from_tool
    if joint.kind == "hinge" and way.follow < 1.0:
        first = root @ link_transform(asset, handle.link, {joint.name: start})
        axis = first[:3, :3] @ (np.array(joint.axis) / np.linalg.norm(joint.axis))
        turn = axis_rotation(axis, -(1.0 - way.follow) * (value - start))
        pose[:3, :3] = turn @ pose[:3, :3]
    return pose
