"""Open and close drawers, doors, and lids: take hold of the handle and follow its joint."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..scenes.geometry import Array, axis_rotation, transform
from ..scenes.layout import link_transform
from ..schemas import Asset, Handle, Joint, PlanningError, TraceEvent
from .manipulation import CAREFUL, SLOW, Manipulator
from .pick_place import APPROACH, CONFIGURATIONS, ExecutionError
from .placements import joint_share

TILTS = (0.0, 0.35, -0.35, 0.7, -0.7)
"""Rotations of the approach about the handle's bar, radians."""
FOLLOWS = (1.0, 0.5, 0.0)
"""Share of a hinge's rotation that the hand turns along; a round bar lets it slip."""
OPEN_SHARES = (0.92, 0.8, 0.65, 0.5)
CLOSED_SHARE = 0.02
HANDLE_MARGIN = 0.024
"""The gripper opens this much wider than the handle, metres."""
STEPS_PER_JOINT = 24


@dataclass(frozen=True)
class _Pull:
    """A way to move a joint by its handle, with the paths that carry it out."""

    opening: float
    approach: list[Array]
    path: list[Array]


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
    pull = _choose(arm, thing, joint, opening)
    arm.go(pull.approach[0], pull.opening)
    arm.follow(pull.approach, pull.opening, CAREFUL)
    arm.grip(0.0)
    arm.follow(pull.path, 0.0, SLOW)
    arm.grip(pull.opening)
    arm.back_off(-arm.arm.forward(arm.q)[:3, 2], pull.opening, 0.1)
    arm.executor.refresh()
    share = joint_share(arm.compiled, arm.executor.data, thing, joint)
    limit = next(j for j in arm.compiled.asset_of(thing).joints if j.name == joint).open_fraction
    if (share > limit) != opening:
        cause = "handle_slipped" if opening else "not_closed"
        raise ExecutionError(cause, f"{thing}: {joint} stands at {share:.0%} of its range")


def _choose(arm: Manipulator, thing: str, joint: str, opening: bool) -> _Pull:
    asset = arm.compiled.asset_of(thing)
    reasons: Counter[str] = Counter()
    for handle in asset.handles:
        if handle.joint != joint:
            continue
        for number, (tool, share, follow) in enumerate(_ways(asset, handle, opening)):
            subject = f"way {number} to move {joint} of {thing}"
            try:
                pull = _reachable(arm, thing, asset, handle, tool, share, follow)
            except PlanningError as error:
                reasons[error.cause] += 1
                arm.note(
                    TraceEvent(stage="grasp", event="reject", subject=subject, reason=str(error))
                )
                continue
            arm.note(
                TraceEvent(stage="grasp", event="choose", subject=subject, values=(share, follow))
            )
            return pull
    counted = ", ".join(f"{cause} x{count}" for cause, count in reasons.most_common())
    cause = f"no_handle_{reasons.most_common(1)[0][0]}" if reasons else "no_handle"
    raise PlanningError(cause, f"no way to move {joint} of {thing}: {counted}")


def _ways(asset: Asset, handle: Handle, opening: bool) -> Iterator[tuple[Array, float, float]]:
    """Tool poses in the link's frame, the share to move to, how far the hand turns along."""
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
                    yield transform(handle.pos, matrix), share, follow


def _reachable(
    arm: Manipulator,
    thing: str,
    asset: Asset,
    handle: Handle,
    link_from_tool: Array,
    share: float,
    follow: float,
) -> _Pull:
    """Inverse kinematics, a free approach, and a path along which the arm can follow."""
    arm.look()
    data, index = arm.executor.data, arm.compiled.objects[thing]
    joint = next(j for j in asset.joints if j.name == handle.joint)
    where = index.joints[joint.name]
    start = float(data.qpos[where.qpos])
    goal = where.low + share * (where.high - where.low)
    opening = float(min(handle.width + HANDLE_MARGIN, 0.08))
    touch = frozenset({thing})
    values = np.linspace(start, goal, STEPS_PER_JOINT + 1)
    poses = [_tool_at(arm, thing, asset, handle, joint, v, start, link_from_tool, follow)
             for v in values]  # fmt: skip
    error = PlanningError("unreachable", "no arm configuration reaches the handle")
    for q in arm.arm.solutions(poses[0], arm.q)[:CONFIGURATIONS]:
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
        error_now = _blocked(arm, path, values[1:], where.qpos, handle.width, touch)
        if error_now is None:
            return _Pull(opening, approach, [q, *path])
        error = error_now
    raise error


def _blocked(
    arm: Manipulator,
    path: list[Array],
    values: Array,
    address: int,
    width: float,
    touch: frozenset[str],
) -> PlanningError | None:
    """What the arm hits while it follows the handle, with the joint moved along."""
    for q, value in zip(path, values, strict=True):
        arm.world.set_joint(address, float(value))
        hit = arm.world.hit(q, width, touch, near=True)
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
    link_from_tool: Array,
    follow: float,
) -> Array:
    """`world_from_tool` with the joint at a value; the hand turns along by a share."""
    data, body = arm.executor.data, arm.compiled.objects[thing].body
    root = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    frame = root @ link_transform(asset, handle.link, {joint.name: value})
    pose = frame @ link_from_tool
    if joint.kind == "hinge" and follow < 1.0:
        first = root @ link_transform(asset, handle.link, {joint.name: start})
        axis = first[:3, :3] @ (np.array(joint.axis) / np.linalg.norm(joint.axis))
        turn = axis_rotation(axis, -(1.0 - follow) * (value - start))
        pose[:3, :3] = turn @ pose[:3, :3]
    return pose
