"""Push things along what they lie on: strokes with the sides of the fingers, one after another.

Two fingers that touch a flat side push it without turning it, as long as the push passes
between them (Lynch and Mason, Stable Pushing, 1996). So every stroke goes at right angles to a
side, and a few strokes along different sides lead anywhere. Strokes are planned ahead in
thought, the first one is carried out, and the pose is measured before the next.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import mujoco
import numpy as np

from ....scenes.core.geometry import Array
from ....schemas import Cause, Failure, PlanningError, TraceEvent
from ...motion.blocking import counted, mostly
from ...motion.manipulator import CAREFUL, FAST, SLOW, Manipulator
from ...physics.execution import SkillFailedError
from .optimisation import Cost, optimise
from .planar import Footprint2D, directions, overlaps, shadow, swept
from .planar_push import OUTER, PlanarPush, pose_behind, stroke_paths

STROKES = 8
"""Strokes after which a thing that is still not there has failed."""
AHEAD = 3
"""Strokes planned in thought."""
TOLERANCE = 0.010
"""How near is near enough, metres."""
LEAST = 0.006
"""Strokes shorter than this are not worth it, metres."""
TILTS = (0.0, 0.6)
"""Lean of a hand that pushes something taller than its fingers, radians."""
LONGEST = 28
"""Steps of a stroke's path that are carried out before the next look."""
BACK = 6
"""Steps of a stroke's path by which the fingers draw back; each is a centimetre at most."""
GAIN = 0.3
"""Least share of a stroke's length by which it must bring the thing nearer."""

OPTIMISED = 3
"""Strokes that may be found by optimisation, in one skill."""
TURN_OVER = 0.015
"""Reach over an edge from which a thing is worth turning, metres."""

Ways = Callable[[Footprint2D, Any], Sequence[Array]]
"""Displacements (2,) that would do, the best first, from an outline and a state; empty is there."""


def never() -> bool:
    """Nothing but all the way will do."""
    return False


@dataclass(frozen=True)
class Aim:
    """Where a thing should go.

    Attributes:
        ways: displacements that bring it there; none are left where it is there.
        cost: how far it is from lying as it should, metres; turned the wrong way counts.
        enough: whether what has been reached will do where there is no way on.
        passes: flat things that it may pass over.
    """

    ways: Ways
    cost: Cost
    enough: Callable[[], bool] = never
    passes: frozenset[str] = frozenset()


def push(arm: Manipulator, thing: str, aim: Aim) -> None:
    """Push a thing until no displacement is left to be made.

    Raises:
        PlanningError: no stroke is possible; nothing was moved yet.
        SkillFailedError: it was tried and did not get there.
    """
    optimised, stuck = 0, ""
    most = OPTIMISED if "optimisation" in arm.solvers else 0
    for number in range(STROKES):
        arm.executor.refresh()
        before = shadow(arm.compiled, arm.executor.data, thing)
        left = aim.ways(before, arm.executor.data)
        turned_wrong = aim.cost(before, arm.executor.data) > TURN_OVER
        if not left and (not turned_wrong or optimised == most):
            return
        try:
            stroke = _next(arm, thing, aim, left, stuck, optimised < most)
            arm.sync_planning_scene()
            reach = arm.planner.connect(arm.q, stroke.approach[0], stroke.opening, arm.rng)
        except PlanningError as error:
            if number == 0 or error.kind is Cause.TIME_LIMIT:
                raise
            if not left or aim.enough():
                return
            raise SkillFailedError(Cause.NOT_PUSHED, f"{thing} is stuck: {error}") from error
        optimised += stroke.optimised
        execute_push(arm, stroke, reach)
        after = shadow(arm.compiled, arm.executor.data, thing)
        gained = float((after.centre - before.centre) @ stroke.along)
        if gained < GAIN * min(stroke.distance, 0.05) and not stroke.optimised:
            if stuck or optimised == most:
                break
            stuck = f"a planned stroke moved {thing} by {gained * 1000:.0f} mm only"
    last = shadow(arm.compiled, arm.executor.data, thing)
    if aim.ways(last, arm.executor.data) and not aim.enough():
        raise SkillFailedError(Cause.NOT_PUSHED, stuck or f"{thing} is not there")


def _next(
    arm: Manipulator, thing: str, aim: Aim, left: Sequence[Array], stuck: str, may_optimise: bool
) -> PlanarPush:
    """The next stroke: planned where a side can be pushed square, else found in physics.

    Raises:
        PlanningError: where neither finds one.
    """
    reason = stuck or ("" if left else f"{thing} has to be turned")
    if "planning" not in arm.solvers:
        reason = reason or "the spec leaves out planning"
    if not reason:
        try:
            return plan(arm, thing, aim)
        except PlanningError as error:
            if error.kind is Cause.TIME_LIMIT or not may_optimise:
                raise
            reason = str(error)
    if not may_optimise:
        raise PlanningError(Cause.NO_PUSH, reason)
    stroke = optimise(arm, thing, left[0] if left else None, aim.cost)
    arm.solved_by("optimisation", reason)
    return stroke


def execute_push(arm: Manipulator, stroke: PlanarPush, reach: list[Array]) -> None:
    """Come down behind the thing, push, draw back, and look."""
    arm.execute(reach, stroke.opening, FAST)
    arm.execute(stroke.approach, stroke.opening, CAREFUL)
    arm.grip(stroke.opening, 0.1)
    path = stroke.path[:LONGEST]
    arm.execute(path, stroke.opening, SLOW)
    arm.executor.hold(0.2)
    # The way that the fingers came is free.
    arm.execute(path[-BACK:][::-1], stroke.opening, CAREFUL)
    arm.executor.hold(0.1)
    arm.executor.refresh()


def plan(arm: Manipulator, thing: str, aim: Aim) -> PlanarPush:
    """The first of a few strokes that lead there in thought.

    Raises:
        PlanningError: where there is none.
    """
    refused: Counter[Failure] = Counter()
    data = copy.copy(arm.executor.data)
    mujoco.mj_forward(arm.compiled.model, data)
    found = _sequence(arm, thing, aim, data, AHEAD, refused)
    if found is None:
        detail = f"no way to push {thing}: {counted(refused) or 'no side to push'}"
        raise PlanningError(mostly(Cause.NO_PUSH, refused), detail)
    values = (*(round(float(v), 4) for v in found.along), round(found.distance, 4))
    arm.note(
        TraceEvent(stage="motion", event="choose", subject=f"stroke on {thing}", values=values)
    )
    return found


def _sequence(
    arm: Manipulator,
    thing: str,
    aim: Aim,
    data: Any,
    depth: int,
    refused: Counter[Failure],
) -> PlanarPush | None:
    """The first stroke of the first sequence that works, depth first."""
    seen = shadow(arm.compiled, data, thing)
    for way in aim.ways(seen, data):
        for along in directions(seen, way):
            distance = float(way @ along)
            if distance < LEAST:
                continue
            try:
                stroke = _stroke(arm, thing, seen, along, distance, aim.passes, data)
            except PlanningError as error:
                refused[error.cause] += 1
                arm.note(
                    TraceEvent(
                        stage="motion", event="reject", subject=f"stroke on {thing}",
                        reason=str(error),
                    )
                )  # fmt: skip
                continue
            later = _moved(arm, thing, data, along * distance)
            if not aim.ways(shadow(arm.compiled, later, thing), later):
                return stroke
            if depth > 1 and _sequence(arm, thing, aim, later, depth - 1, refused):
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
    seen: Footprint2D,
    along: Array,
    distance: float,
    ignore: frozenset[str],
    data: Any,
) -> PlanarPush:
    """One stroke, with fingers as far apart as the thing is broad.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    arm.world.update(data)
    refuse_obstacles(arm, thing, seen, along, distance, ignore, data)
    error = PlanningError(Cause.UNREACHABLE, "no arm configuration reaches behind the thing")
    for tilt, opening, flip in product(TILTS, _openings(arm, seen, along), (False, True)):
        touch = pose_behind(seen, along, opening, tilt, flip)
        try:
            return stroke_paths(arm, thing, touch, along, distance, opening)
        except PlanningError as failed:
            error = failed
    raise error


def _openings(arm: Manipulator, seen: Footprint2D, along: Array) -> tuple[float, ...]:
    """How far apart the fingers may be on the side that they push."""
    across = np.array([-along[1], along[0]])
    breadth = seen.extent(across) + seen.extent(-across)
    widest = min(arm.compiled.robot.spec.max_opening, 0.7 * breadth - 2 * OUTER)
    return (max(0.0, widest), 0.0) if widest > 0.02 else (0.0,)


def refuse_obstacles(
    arm: Manipulator,
    thing: str,
    seen: Footprint2D,
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
            raise PlanningError(Cause.BLOCKED, f"{other.name} is in the way of {thing}")
