"""Push things along what they lie on: strokes with the sides of the fingers, one after another.

Two fingers that touch a flat side push it without turning it, as long as the push passes
between them (Lynch and Mason, Stable Pushing, 1996). So every stroke goes at right angles to a
side, and a few strokes along different sides lead anywhere. Strokes are planned ahead in
thought, the first one is carried out, and the pose is measured before the next.
"""

# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import mujoco
import numpy as np

from ..scenes.geometry import Array
from ..schemas import PlanningError, TraceEvent
from .collision import PRESS_DEPTH
from .grasps import TIP_REACH
from .kinematics import line
from .manipulation import CAREFUL, FAST, SLOW, Manipulator
from .pick_place import ExecutionError
from .planar import Shadow, directions, overlaps, shadow, swept

STROKES = 8
"""Strokes after which a thing that is still not there has failed."""
AHEAD = 3
"""Strokes planned in thought."""
TOLERANCE = 0.010
"""How near is near enough, metres."""
LEAST = 0.006
"""Strokes shorter than this are not worth it, metres."""
FINGER = 0.0105
"""Half thickness of the fingertips along the push, metres."""
OUTER = 0.012
"""Thickness of one fingertip across the push, metres."""
STANDOFF = 0.018
"""Between the fingers and the side that they are about to push, metres."""
RISE = 0.09
"""Height from which the fingers come down behind a thing, metres."""
CLEARANCE = 0.004
"""Between the fingertips and what the thing lies on, metres."""
TILTS = (0.0, 0.6)
"""Lean of a hand that pushes something taller than its fingers, radians."""
CONFIGURATIONS = 3
GAIN = 0.3
"""Least share of a stroke's length by which it must bring the thing nearer."""

Ways = Callable[[Shadow, Any], Sequence[Array]]
"""Displacements (2,) that would do, the best first, from an outline and a state; empty is there."""


@dataclass(frozen=True)
class Stroke:
    """One push, as joint paths.

    Attributes:
        along: (2,) unit vector of the push.
        distance: that the thing should move, metres.
        opening: of the fingers, metres.
        approach: joint path down behind the thing.
        path: joint path of the push.
    """

    along: Array
    distance: float
    opening: float
    approach: list[Array]
    path: list[Array]


def never() -> bool:
    """Nothing but all the way will do."""
    return False


def push(
    arm: Manipulator,
    thing: str,
    ways: Ways,
    ignore: frozenset[str] = frozenset(),
    enough: Callable[[], bool] = never,
) -> None:
    """Push a thing until no displacement is left to be made.

    Args:
        arm: the robot at work.
        thing: what to push.
        ways: where it should go.
        ignore: flat things that it may pass over.
        enough: whether what has been reached will do where there is no way on.

    Raises:
        PlanningError: no stroke is possible; nothing was moved yet.
        ExecutionError: it was tried and did not get there.
    """
    for number in range(STROKES):
        arm.executor.refresh()
        before = shadow(arm.compiled, arm.executor.data, thing)
        left = ways(before, arm.executor.data)
        if not left:
            return
        try:
            stroke = plan(arm, thing, ways, ignore)
            arm.look()
            reach = arm.planner.connect(arm.q, stroke.approach[0], stroke.opening, arm.rng)
        except PlanningError as error:
            if number == 0 or error.cause == "time_limit":
                raise
            if enough():
                return
            raise ExecutionError("not_pushed", f"{thing} is stuck: {error}") from error
        carry_out(arm, stroke, reach)
        after = shadow(arm.compiled, arm.executor.data, thing)
        gained = float((after.centre - before.centre) @ stroke.along)
        if gained < GAIN * min(stroke.distance, 0.05):
            if enough():
                return
            raise ExecutionError("not_pushed", f"{thing} moved by {gained * 1000:.0f} mm only")
    last = shadow(arm.compiled, arm.executor.data, thing)
    if ways(last, arm.executor.data) and not enough():
        raise ExecutionError("not_pushed", f"{thing} is not there after {STROKES} strokes")


def carry_out(arm: Manipulator, stroke: Stroke, reach: list[Array]) -> None:
    """Come down behind the thing, push, draw back, and look."""
    arm.follow(reach, stroke.opening, FAST)
    arm.follow(stroke.approach, stroke.opening, CAREFUL)
    arm.grip(stroke.opening, 0.1)
    arm.follow(stroke.path, stroke.opening, SLOW)
    arm.executor.hold(0.2)
    arm.back_off(np.array([*-stroke.along, 0.0]), stroke.opening, 0.05)
    arm.executor.hold(0.1)
    arm.executor.refresh()


def plan(arm: Manipulator, thing: str, ways: Ways, ignore: frozenset[str] = frozenset()) -> Stroke:
    """The first of a few strokes that lead there in thought.

    Raises:
        PlanningError: where there is none.
    """
    reasons: Counter[str] = Counter()
    data = copy.copy(arm.executor.data)
    mujoco.mj_forward(arm.compiled.model, data)
    found = _sequence(arm, thing, ways, ignore, data, AHEAD, reasons)
    if found is None:
        counted = ", ".join(f"{cause} x{count}" for cause, count in reasons.most_common())
        cause = f"no_push_{reasons.most_common(1)[0][0]}" if reasons else "no_push"
        raise PlanningError(cause, f"no way to push {thing}: {counted or 'no side to push'}")
    values = (*(round(float(v), 4) for v in found.along), round(found.distance, 4))
    arm.note(
        TraceEvent(stage="motion", event="choose", subject=f"stroke on {thing}", values=values)
    )
    return found


def _sequence(
    arm: Manipulator,
    thing: str,
    ways: Ways,
    ignore: frozenset[str],
    data: Any,
    depth: int,
    reasons: Counter[str],
) -> Stroke | None:
    """The first stroke of the first sequence that works, depth first."""
    seen = shadow(arm.compiled, data, thing)
    for way in ways(seen, data):
        for along in directions(seen, way):
            distance = float(way @ along)
            if distance < LEAST:
                continue
            try:
                stroke = _stroke(arm, thing, seen, along, distance, ignore, data)
            except PlanningError as error:
                reasons[error.cause] += 1
                arm.note(
                    TraceEvent(
                        stage="motion", event="reject", subject=f"stroke on {thing}",
                        reason=str(error),
                    )
                )  # fmt: skip
                continue
            later = _moved(arm, thing, data, along * distance)
            if not ways(shadow(arm.compiled, later, thing), later):
                return stroke
            if depth > 1 and _sequence(arm, thing, ways, ignore, later, depth - 1, reasons):
                return stroke
    return None


def _moved(arm: Manipulator, thing: str, data: Any, by: Array) -> Any:
    """The state with the thing elsewhere."""
    address = arm.compiled.objects[thing].free_qpos
    if address is None:
        raise ValueError(f"{thing} is fixed and cannot be pushed")
    later = copy.copy(data)
    later.qpos[address : address + 2] += by
    mujoco.mj_forward(arm.compiled.model, later)
    return later


def _stroke(
    arm: Manipulator,
    thing: str,
    seen: Shadow,
    along: Array,
    distance: float,
    ignore: frozenset[str],
    data: Any,
) -> Stroke:
    """One stroke, with fingers as far apart as the thing is broad.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    arm.world.update(data)
    refuse_obstacles(arm, thing, seen, along, distance, ignore, data)
    error = PlanningError("unreachable", "no arm configuration reaches behind the thing")
    for tilt, opening, flip in product(TILTS, _openings(arm, seen, along), (False, True)):
        touch = pose_behind(seen, along, opening, tilt, flip)
        try:
            return _paths(arm, thing, touch, along, distance, opening)
        except PlanningError as failed:
            error = failed
    raise error


def _openings(arm: Manipulator, seen: Shadow, along: Array) -> tuple[float, ...]:
    """How far apart the fingers may be on the side that they push."""
    across = np.array([-along[1], along[0]])
    breadth = seen.extent(across) + seen.extent(-across)
    widest = min(arm.compiled.robot.spec.max_opening, 0.7 * breadth - 2 * OUTER)
    return (max(0.0, widest), 0.0) if widest > 0.02 else (0.0,)


def pose_behind(seen: Shadow, along: Array, opening: float, tilt: float, flip: bool) -> Array:
    """`world_from_tool` (4, 4) of fingers that just touch the rear side of a thing."""
    ahead, down = np.array([*along, 0.0]), np.array([0.0, 0.0, -1.0])
    z = np.cos(tilt) * down + np.sin(tilt) * ahead
    y = np.array([-along[1], along[0], 0.0]) * (-1.0 if flip else 1.0)
    front = FINGER * np.cos(tilt) + TIP_REACH * np.sin(tilt)
    drop = TIP_REACH * np.cos(tilt) + FINGER * np.sin(tilt)
    back = seen.behind(along, opening + 2 * OUTER)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([np.cross(y, z), y, z], axis=1)
    pose[:2, 3] = seen.centre - along * (back + front)
    pose[2, 3] = seen.low + CLEARANCE + drop
    return pose


def _paths(
    arm: Manipulator, thing: str, touch: Array, along: Array, distance: float, opening: float
) -> Stroke:
    """Joint paths of a stroke from the pose at the touch.

    Raises:
        PlanningError: `unreachable` or `collision`.
    """
    ahead = np.array([*along, 0.0])
    start, above, end = touch.copy(), touch.copy(), touch.copy()
    start[:3, 3] -= ahead * STANDOFF
    above[:3, 3] = start[:3, 3] + [0.0, 0.0, RISE]
    end[:3, 3] += ahead * distance
    touching, moved = frozenset({thing}), frozenset({thing})
    error = PlanningError("unreachable", "no arm configuration reaches behind the thing")
    for q in arm.arm.distinct(start, arm.q, CONFIGURATIONS):
        try:
            approach = arm.straight(q, above, opening, touching)[::-1]
        except PlanningError as failed:
            error = failed
            continue
        path = arm.arm.track(q, [*line(start, touch), *line(touch, end)])
        if path is None:
            error = PlanningError("unreachable", "the arm cannot follow the push")
            continue
        contact = len(line(start, touch))
        for number, q_on in enumerate(path):
            free = moved if number >= contact else frozenset[str]()
            hit = arm.world.hit(q_on, opening, touching, near=True, ignore=free, depth=PRESS_DEPTH)
            if hit is not None:
                error = PlanningError("collision", f"on the way the arm would hit {hit}")
                break
        else:
            return Stroke(along, distance, opening, approach, [q, *path])
    raise error


def refuse_obstacles(
    arm: Manipulator,
    thing: str,
    seen: Shadow,
    along: Array,
    distance: float,
    ignore: frozenset[str],
    data: Any,
) -> None:
    """Refuse a stroke that pushes the thing against something, or off what it lies on.

    Raises:
        PlanningError: `blocked`.
    """
    scene = arm.compiled.scene
    area = swept(seen, along, distance)
    for other in scene.objects:
        if other.name in (thing, scene.support) or other.name in ignore:
            continue
        shape = shadow(arm.compiled, data, other.name)
        level = shape.low < seen.high and shape.high > seen.low
        if level and overlaps(area, shape.hull):
            raise PlanningError("blocked", f"{other.name} is in the way of {thing}")
