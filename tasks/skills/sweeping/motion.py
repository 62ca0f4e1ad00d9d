"""Sweep small things with the broad side of a held tool: onto a mat, or into a dustpan.

The tool moves square to its broad side, a little above what the things lie on. Things are swept
straight onto a mat; to get into a dustpan they are first swept to before its mouth. Every stroke
is planned from the measured pose, and all of them in thought before the tool is taken.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from ....scenes.core.geometry import Array, inverse, transform, yaw_quaternion
from ....schemas import Cause, PlanningError, TraceEvent
from ...motion.blocking import blocked
from ...motion.collision import PRESS_DEPTH, Held
from ...motion.kinematics import line
from ...motion.manipulator import CAREFUL, SLOW, Manipulator
from ...physics.execution import SkillFailedError
from ...pick_place.picking import CONFIGURATIONS
from ..pushing.planar import Footprint2D, shadow
from .tools import ToolGrasp, lost, plan_taking, put_back, take

STROKES = 8
AHEAD = 4
"""Strokes planned in thought."""
FLOAT = 0.0035
"""Of the tool's underside above what the things lie on, metres."""
RUN_UP = 0.015
"""Between the tool and the thing before a stroke, metres."""
RISE = 0.07
"""Height from which the tool comes down, metres."""
SHIFTS = (0.0, 0.025, -0.025)
"""How far beside the middle of the tool the thing may lie, metres."""
END = 0.012
"""Part of the tool's broad side, at each end, that is not relied on, metres."""
STALLED = 0.004
"""Strokes that gain less than this are in vain, metres."""

Next = Callable[[Footprint2D, Any], "SweepTarget | None"]
"""The next stroke for a thing that looks like this in this state; None where it is there."""


@dataclass(frozen=True)
class SweepTarget:
    """Where a stroke should bring a thing.

    Attributes:
        by: (2,) displacement of the thing, metres.
        lane: (low, high) how far the tool may reach to the left of the stroke from the thing's
            middle, metres; None where there are no walls.
    """

    by: Array
    lane: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Stroke:
    """A stroke as joint paths: down behind the thing, along, and up again."""

    start: Array
    down: list[Array]
    path: list[Array]
    up: list[Array]


def sweep(arm: Manipulator, thing: str, tool: str, following: Next) -> None:
    """Take the tool, sweep until no stroke is left to be made, and put the tool back.

    Args:
        arm: the robot at work.
        thing: what to sweep.
        tool: what to sweep it with.
        following: the next stroke.

    Raises:
        PlanningError: it is not possible; nothing was moved yet.
        SkillFailedError: it was tried and did not get there.
    """
    taking = plan(arm, thing, tool, following)
    take(arm, taking)
    try:
        _strokes(arm, thing, taking, following)
    except PlanningError as error:
        if error.kind is Cause.TIME_LIMIT:
            raise
        if not lost(arm, taking):
            put_back(arm, taking)
        raise SkillFailedError(Cause.NOT_SWEPT, str(error)) from error
    put_back(arm, taking)


def _strokes(arm: Manipulator, thing: str, taking: ToolGrasp, following: Next) -> None:
    for _ in range(STROKES):
        arm.executor.refresh()
        before = shadow(arm.compiled, arm.executor.data, thing)
        way = following(before, arm.executor.data)
        if way is None:
            return
        held = arm.held(taking.held.name)
        stroke = _stroke(arm, thing, before, way, held, taking.width, arm.executor.data)
        arm.sync_planning_scene(held)
        arm.execute(arm.planner.connect(arm.q, stroke.start, taking.width, arm.rng), 0.0, CAREFUL)
        for path, speed in ((stroke.down, CAREFUL), (stroke.path, SLOW), (stroke.up, CAREFUL)):
            arm.execute(path, 0.0, speed)
        arm.executor.hold(0.1)
        arm.executor.refresh()
        if lost(arm, taking):
            raise SkillFailedError(Cause.TOOL_LOST, f"{taking.held.name} slipped out of the hand")
        gained = shadow(arm.compiled, arm.executor.data, thing).centre - before.centre
        if float(gained @ way.by) < STALLED * float(np.linalg.norm(way.by)):
            raise SkillFailedError(Cause.NOT_SWEPT, f"{thing} was missed by {taking.held.name}")
    last = shadow(arm.compiled, arm.executor.data, thing)
    if following(last, arm.executor.data) is not None:
        raise SkillFailedError(Cause.NOT_SWEPT, f"{thing} is not there after {STROKES} strokes")


def plan(arm: Manipulator, thing: str, tool: str, following: Next) -> ToolGrasp:
    """How to take the tool, once all strokes work in thought.

    Raises:
        PlanningError: where there is none.
    """
    taking = plan_taking(arm, tool)
    data = copy.copy(arm.executor.data)
    address = arm.compiled.objects[thing].free_qpos
    if address is None:
        raise PlanningError(Cause.FIXED, f"{thing} is fixed and cannot be swept")
    for number in range(AHEAD):
        mujoco.mj_forward(arm.compiled.model, data)
        seen = shadow(arm.compiled, data, thing)
        way = following(seen, data)
        if way is None:
            break
        _stroke(arm, thing, seen, way, taking.held, taking.width, data)
        values = tuple(round(float(v), 4) for v in way.by)
        subject = f"stroke {number} of {tool} on {thing}"
        arm.note(TraceEvent(stage="motion", event="choose", subject=subject, values=values))
        data.qpos[address : address + 2] += way.by
    arm.sync_planning_scene()
    return taking


def _stroke(
    arm: Manipulator,
    thing: str,
    seen: Footprint2D,
    way: SweepTarget,
    held: Held,
    width: float,
    data: Any,
) -> _Stroke:
    """A stroke that moves the thing as wanted.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    arm.world.update(data, held)
    distance = float(np.linalg.norm(way.by))
    along = way.by / distance
    error = PlanningError(Cause.BLOCKED, f"no room for {held.name} behind {thing}")
    half = max(arm.compiled.asset_of(held.name).extents[:2]) / 2
    for shift in _shifts(way, half):
        for turn in (0.0, np.pi):
            start = _tool_pose(arm, seen, along, shift, turn, held)
            try:
                return _paths(arm, thing, start, along, distance, held, width)
            except PlanningError as failed:
                error = failed
    raise error


def _shifts(way: SweepTarget, half: float) -> list[float]:
    """Where the middle of a tool of half length `half` goes, to the left of the thing, metres.

    Raises:
        PlanningError: `blocked` where the tool finds no room between the walls.
    """
    if way.lane is None:
        return list(SHIFTS)
    low, high = way.lane[0] + half, way.lane[1] - half
    middle = (low + high) / 2
    reach = half - END
    shift = min(max(middle, -reach), reach)
    if not low <= shift <= high:
        raise PlanningError(Cause.BLOCKED, "the tool does not fit between the walls")
    return [shift]


def _tool_pose(
    arm: Manipulator, seen: Footprint2D, along: Array, shift: float, turn: float, held: Held
) -> Array:
    """`world_from_tool` (4, 4) of the hand with the tool's broad side behind the thing."""
    extents = arm.compiled.asset_of(held.name).extents
    narrow = int(np.argmin(extents[:2]))
    yaw = float(np.arctan2(along[1], along[0])) + turn - (np.pi / 2 if narrow == 1 else 0.0)
    back = seen.extent(-along) + extents[narrow] / 2 + RUN_UP
    middle = seen.centre - along * back + np.array([-along[1], along[0]]) * shift
    pose = transform([*middle, seen.low + FLOAT], yaw_quaternion(yaw))
    return pose @ inverse(held.tool_from_object)


def _paths(
    arm: Manipulator,
    thing: str,
    start: Array,
    along: Array,
    distance: float,
    held: Held,
    width: float,
) -> _Stroke:
    """Joint paths of a stroke of the hand from `start`, checked with the tool in it.

    Raises:
        PlanningError: `unreachable` or `collision`.
    """
    above, end = start.copy(), start.copy()
    above[2, 3] += RISE
    end[:2, 3] += along * (distance + RUN_UP)
    over = end.copy()
    over[2, 3] += RISE
    touch, passed = frozenset({held.name}), frozenset({thing})
    error = PlanningError(Cause.UNREACHABLE, f"{held.name} cannot get behind {thing}")
    for q in arm.arm.distinct(start, arm.q, CONFIGURATIONS):
        try:
            down = arm.plan_cartesian(q, above, width, touch, slide=True, depth=PRESS_DEPTH)[::-1]
        except PlanningError as failed:
            error = failed
            continue
        path = arm.arm.cartesian_path(q, line(start, end))
        up = None if path is None else arm.arm.cartesian_path(path[-1], line(end, over))
        if path is None or up is None:
            error = PlanningError(Cause.UNREACHABLE, f"the arm cannot sweep {thing} on")
            continue
        for on_way in (*path, *up):
            hit = arm.world.check_collision(
                on_way, width, touch, near=True, slide=True, ignore=passed, depth=PRESS_DEPTH
            )
            if hit is not None:
                error = blocked(f"{held.name} or the arm would hit", hit)
                break
        else:
            return _Stroke(down[0], down, [q, *path], [path[-1], *up])
    raise error
