"""Strokes: move a switch's part by pushing it, or by turning it between the fingers.

A stroke is planned with the joint moved along, carried out, and looked at; another one follows
where it fell short. What moved nothing is not tried again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ....scenes.core.geometry import Array, axis_rotation
from ....schemas import Cause, Handle, Joint, PlanningError, RobotSpec, TraceEvent
from ...grasping.handles import Travel, holds
from ...motion.blocking import BlockedError, blocked, counted, mostly, obstacles
from ...motion.collision import PRESS_DEPTH
from ...motion.kinematics import line
from ...motion.manipulator import CAREFUL, FAST, SLOW, Manipulator
from ...motion.obstacles import Collision
from ...physics.execution import SkillFailedError
from ...pick_place.picking import APPROACH
from ...sampling.joint_shares import joint_share
from .part_contacts import pushes, taken_across

GOALS_ON = (0.6, 0.3, 0.15)
"""How far past `open_fraction` a stroke aims, as shares of the rest of the range."""
GOALS_OFF = (0.2, 0.5, 0.7)
"""How far below it, as shares of it."""
PARTS = (0.5, 0.25, 0.12)
"""Of the way, where no stroke goes all of it."""
STROKES = 6
LEAST_GAIN = 0.02
"""Share of the range that a stroke must gain to count."""
DWELL = 0.2
"""Time for a stiff part to follow the fingers, seconds."""
STANDOFF = 0.012
"""Between the fingertips and what they are about to push, metres."""
ROLLS = tuple(np.pi / 2 * x for x in (0, 2, 0.22, -0.22, 2.22, 1.78, 0.5, -0.5, 1, -1))
"""Of a hand that turns a round knob, radians."""
FOLLOWS = (1.0, 0.5, 0.0)
"""Share of a hinge's rotation that pushing fingers turn along."""
CONFIGURATIONS = 4
MAX_WAYS = 90
"""Ways tried in one search."""


@dataclass(frozen=True)
class SwitchContact:
    """One way to touch the part.

    Attributes:
        key: names it among those that failed.
        tool: (4, 4) `world_from_tool` at the touch.
        away: unit vector (3,) in the world along which pushing fingers stand off.
        opening: of the hand as it comes, metres.
        width: of the hand as it moves the part, metres.
        push: with closed fingers.
    """

    key: tuple[str, ...]
    tool: Array
    away: Array
    opening: float
    width: float
    push: bool


@dataclass(frozen=True)
class SwitchMotion:
    """A way with the paths that carry it out."""

    way: SwitchContact
    reach: list[Array]
    approach: list[Array]
    path: list[Array]


def past(arm: Manipulator, thing: str, joint: Joint) -> bool:
    """Whether a switch is on."""
    return joint_share(arm.compiled, arm.executor.data, thing, joint.name) > joint.open_fraction


def switch(arm: Manipulator, thing: str, joint: Joint, on: bool) -> None:
    """Move a switch past its `open_fraction`, or back.

    Raises:
        PlanningError: there is no way to move it; nothing was moved yet.
        SkillFailedError: it was tried, and the switch is not where it should be.
    """
    share = joint_share(arm.compiled, arm.executor.data, thing, joint.name)
    for number in range(STROKES):
        try:
            stroke = choose(arm, thing, joint, on)
        except PlanningError as error:
            if number == 0 or error.kind is Cause.TIME_LIMIT:
                raise
            raise SkillFailedError(
                Cause.NOT_SWITCHED, f"{joint.name} of {thing}: {error}"
            ) from error
        _carry_out(arm, stroke)
        before, share = share, joint_share(arm.compiled, arm.executor.data, thing, joint.name)
        if past(arm, thing, joint) == on:
            return
        if (share - before) * (1 if on else -1) < LEAST_GAIN:
            arm.avoid.add(stroke.way.key)
    raise SkillFailedError(Cause.NOT_SWITCHED, f"{joint.name} of {thing} stands at {share:.0%}")


def _carry_out(arm: Manipulator, stroke: SwitchMotion) -> None:
    """Come, touch, move, let go, and leave."""
    way = stroke.way
    arm.execute(stroke.reach, way.opening, FAST)
    arm.execute(stroke.approach, way.opening, CAREFUL)
    arm.grip(0.0, 0.1 if way.push else 0.4)
    arm.execute(stroke.path, 0.0, SLOW)
    arm.executor.hold(DWELL)
    arm.grip(way.opening, 0.1 if way.push else 0.4)
    last = arm.arm.forward(arm.q)
    turned = last[:3, :3] @ way.tool[:3, :3].T @ way.away
    arm.retreat(turned, way.opening, 0.06)
    arm.executor.refresh()


def choose(arm: Manipulator, thing: str, joint: Joint, on: bool) -> SwitchMotion:
    """The first stroke that works, as far as it should go or, failing that, part of the way.

    Raises:
        PlanningError: where there is none.
    """
    arm.sync_planning_scene()
    errors: list[PlanningError] = []
    travel = Travel(arm.compiled, arm.executor.data, thing, _part(arm, thing, joint))
    ways = list(_ways(arm, thing, joint, travel, on))[:MAX_WAYS]
    starts: dict[tuple[str, ...], list[list[Array]] | PlanningError] = {}
    for goal in _goals(arm, thing, joint, on):
        for way in ways:
            subject = " ".join(way.key)
            try:
                stroke = _stroke(arm, thing, travel, way, goal, starts)
            except PlanningError as error:
                errors.append(error)
                arm.note(
                    TraceEvent(stage="grasp", event="reject", subject=subject, reason=str(error))
                )
                continue
            values = (round(goal, 4),)
            arm.note(TraceEvent(stage="grasp", event="choose", subject=subject, values=values))
            return stroke
    refused = Counter(error.cause for error in errors)
    detail = f"no way to move {joint.name} of {thing}: {counted(refused)}"
    raise BlockedError(mostly(Cause.NO_STROKE, refused), detail, obstacles(errors))


def _goals(arm: Manipulator, thing: str, joint: Joint, on: bool) -> list[float]:
    """Positions of the joint to aim at, the best first, metres or radians."""
    share = joint_share(arm.compiled, arm.executor.data, thing, joint.name)
    least = joint.open_fraction
    beyond = (*((1.0,) if joint.kind == "slide" else ()), *(GOALS_ON if on else GOALS_OFF))
    full = [least + (1 - least) * x if on else least * (1 - x) for x in beyond]
    shares = [*full, *(share + (full[-1] - share) * part for part in PARTS)]
    low, high = joint.limits
    return [low + (high - low) * x for x in shares]


def _part(arm: Manipulator, thing: str, joint: Joint) -> Handle:
    """A handle on the joint's part; where the asset has none, one that only names the part."""
    asset = arm.compiled.asset_of(thing)
    for handle in asset.handles:
        if handle.joint == joint.name:
            return handle
    link = next(x.name for x in asset.links if x.joint is not None and x.joint.name == joint.name)
    return Handle(
        name="part", link=link, joint=joint.name, pos=(0, 0, 0), approach=(1, 0, 0),
        closing=(0, 1, 0), width=0.01,
    )  # fmt: skip


def _ways(
    arm: Manipulator, thing: str, joint: Joint, travel: Travel, on: bool
) -> Iterator[SwitchContact]:
    """All ways to move the part: knobs are turned first, anything else is pushed first."""
    asset = arm.compiled.asset_of(thing)
    handles = [handle for handle in asset.handles if handle.joint == joint.name]
    if joint.kind == "slide":
        across = (taken_across(asset, handle) for handle in handles)
        handles += [x for x in across if x.width <= arm.compiled.robot.spec.widest_grasp]
    axis = np.array(joint.axis) / np.linalg.norm(joint.axis)
    knob = joint.kind == "hinge" and any(abs(axis @ np.array(h.approach)) > 0.7 for h in handles)
    pushed = _pushed(arm, thing, joint, travel, on)
    robot = arm.compiled.robot.spec
    gripped = [
        way for handle in handles for way in _gripped(thing, joint, travel, handle, knob, robot)
    ]
    ways = [*gripped, *pushed] if knob else [*pushed[: MAX_WAYS // 2], *gripped]
    return (way for way in ways if way.key not in arm.avoid)


def _gripped(
    thing: str, joint: Joint, travel: Travel, handle: Handle, knob: bool, robot: RobotSpec
) -> Iterator[SwitchContact]:
    """Ways to hold a handle; a knob is held in line with its axis."""
    for hold in holds(handle, False, robot)[: 2 if knob else None]:
        for roll in ROLLS if knob and hold.number == 0 else (0.0,):
            tool = travel.tool(hold)
            tool[:3, :3] = axis_rotation(tool[:3, 2], roll) @ tool[:3, :3]
            key = (f"turn {joint.name} of {thing}", handle.name, str(hold.number), f"{roll:.2f}")
            yield SwitchContact(key, tool, -tool[:3, 2], hold.opening, handle.width, False)


def _pushed(
    arm: Manipulator, thing: str, joint: Joint, travel: Travel, on: bool
) -> list[SwitchContact]:
    """Ways to push the part: from above or from the robot's side, far from a hinge, first."""
    asset, robot = arm.compiled.asset_of(thing), np.array(arm.compiled.scene.robot.pos)
    found: list[tuple[float, SwitchContact]] = []
    for number, push in enumerate(pushes(asset, joint, on)):
        tool = travel.link @ push.link_from_tool
        ahead = tool[:3, 3] - robot
        ahead[2] = 0.0
        inward = tool[:3, 2] @ (ahead / np.linalg.norm(ahead))
        if tool[2, 2] > 0.3 or inward < -0.5:
            continue
        score = 20.0 * push.lever - 0.5 * max(0.0, -inward) - 0.3 * abs(tool[2, 0])
        score += float(arm.rng.normal(0.0, 0.25)) + (
            0.3 if push.poke == (joint.kind == "slide") else 0.0
        )
        key = (f"push {joint.name} of {thing}", str(number))
        away = -travel.link[:3, :3] @ push.along
        found.append((score, SwitchContact(key, tool, away, 0.0, 0.0, True)))
    found.sort(key=lambda x: -x[0])
    return [way for _, way in found]


def _stroke(
    arm: Manipulator,
    thing: str,
    travel: Travel,
    way: SwitchContact,
    goal: float,
    starts: dict[tuple[str, ...], list[list[Array]] | PlanningError],
) -> SwitchMotion:
    """The paths of one way to one goal.

    Raises:
        PlanningError: where there are none, with the last reason.
    """
    if way.key not in starts:
        try:
            starts[way.key] = _approaches(arm, thing, way)
        except PlanningError as failed:
            starts[way.key] = failed
    approaches = starts[way.key]
    if isinstance(approaches, PlanningError):
        raise approaches
    error = PlanningError(Cause.UNREACHABLE, "the arm cannot follow the part")
    for follow in FOLLOWS if way.push and travel.joint.kind == "hinge" else (1.0,):
        values, poses = travel.poses(way.tool, goal, follow)
        for approach in approaches:
            touch = line(arm.arm.forward(approach[-1]), way.tool) if way.push else []
            path = arm.arm.cartesian_path(approach[-1], [*touch, *poses])
            if path is None:
                continue
            moved = np.concatenate([np.full(len(touch), travel.start), values])
            hit = _blocked(arm, path, moved, travel, thing, way.width)
            if hit is not None:
                error = blocked("on the way the arm would hit", hit)
                continue
            arm.sync_planning_scene()
            reach = arm.planner.connect(arm.q, approach[0], way.opening, arm.rng)
            return SwitchMotion(way, reach, approach, [approach[-1], *path])
    raise error


def _approaches(arm: Manipulator, thing: str, way: SwitchContact) -> list[list[Array]]:
    """Straight approaches to where the stroke begins, one for each arm configuration.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    arm.sync_planning_scene()
    touch = frozenset({thing})
    tool = way.tool.copy()
    if way.push:
        tool[:3, 3] += way.away * STANDOFF
    before = tool.copy()
    before[:3, 3] -= tool[:3, 2] * APPROACH
    error = PlanningError(Cause.UNREACHABLE, "no arm configuration reaches the part")
    found: list[list[Array]] = []
    for q in arm.arm.distinct(tool, arm.q, CONFIGURATIONS):
        hit = arm.world.check_collision(q, way.opening, touch, near=True)
        if hit is not None:
            error = blocked("the hand would hit", hit)
            continue
        try:
            found.append(arm.plan_cartesian(q, before, way.opening, touch)[::-1])
        except PlanningError as failed:
            error = failed
    if not found:
        raise error
    return found


def _blocked(
    arm: Manipulator, path: list[Array], values: Array, travel: Travel, thing: str, width: float
) -> Collision | None:
    """The arm's first collision on the way, with the joint moved along."""
    arm.sync_planning_scene()
    touch = frozenset({thing})
    for q, value in zip(path, values, strict=True):
        arm.world.set_joint(travel.where.qpos, float(value))
        hit = arm.world.check_collision(q, width, touch, near=True, depth=PRESS_DEPTH)
        if hit is not None:
            return hit
    return None
