"""Slide flat things by pressing the fingertips on top of them and dragging.

The press is as hard as friction asks for, felt through the contact forces. The
fingertips give way where it grows, as where a thing climbs onto a mat.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any

import mujoco
import numpy as np

from ....scenes.core.geometry import Array
from ....schemas import Cause, Failure, PlanningError, TraceEvent
from ...grasping.hand import TIP_REACH
from ...motion.blocking import blocked, counted, mostly
from ...motion.kinematics import line
from ...motion.manipulator import CAREFUL, FAST, Manipulator
from ...physics.execution import SkillFailedError
from ..pushing.motion import GAIN, Aim, refuse_obstacles
from ..pushing.planar import Footprint2D, shadow

DRAGS = 10
"""Drags after which a thing that is still not there has failed."""
LAG = 0.03
"""How far a thing may stay behind the fingertips, metres."""
SLIPS, HARDER = 3, 1.6
"""Drags from which the fingertips may slip, and how much harder they press after each."""
LEADS = (-0.35, -0.5, -0.2, -0.65, 0.0, 0.2)
"""Where the fingertips press, as shares of the way from the middle to the front edge: behind the
middle, so that the front is not pressed down and slides up onto a mat."""
TURNS = 12
"""Directions of the fingers that are tried."""
HOVER = 0.003
"""Above the thing, before the press, metres."""
RISE = 0.09
FEEL, TOUCH = 0.001, 0.0003
"""Steps of the fingertips on their way down, before and after they touch something, metres."""
COMPLIANCE = 1.2e-5
"""How far they give way to a newton too much, metres."""
SPEED = 0.06
"""Of a drag, metres per second."""
DEEPEST = 0.02
"""Of all steps together, metres."""
GRIP = 7.0
"""Press, as a multiple of the thing's weight: friction of finger and table are about 1 and 0.8."""
LEAST_PRESS, MOST_PRESS = 8.0, 45.0
"""Newtons."""
PATCH = 0.006
"""Half width of what the fingertips rest on, metres."""
LEVEL = 0.0025
"""Greatest difference in height under the fingertips, metres."""
GRAVITY = 9.81


@dataclass(frozen=True)
class Drag:
    """One drag.

    Attributes:
        approach: joint path down to just above the thing.
        by: (2,) displacement, metres.
        spot: where the fingertips press, (3,), metres.
    """

    approach: list[Array]
    by: Array
    spot: Array


def drag(arm: Manipulator, thing: str, aim: Aim) -> None:
    """Slide a thing until no displacement is left to be made.

    Raises:
        PlanningError: no drag is possible; nothing was moved yet.
        SkillFailedError: it was tried and did not get there.
    """
    slips = 0
    for number in range(DRAGS):
        arm.executor.refresh()
        before = shadow(arm.compiled, arm.executor.data, thing)
        if not aim.ways(before, arm.executor.data):
            return
        try:
            chosen = plan(arm, thing, aim, slips)
            arm.sync_planning_scene()
            reach = arm.planner.connect(arm.q, chosen.approach[0], 0.0, arm.rng)
        except PlanningError as error:
            if number == 0 or error.kind is Cause.TIME_LIMIT:
                raise
            if aim.enough():
                return
            raise SkillFailedError(Cause.NOT_SLID, f"{thing} is stuck: {error}") from error
        _carry_out(arm, thing, chosen, reach, HARDER**slips)
        after = shadow(arm.compiled, arm.executor.data, thing)
        length = float(np.linalg.norm(chosen.by))
        gained = float((after.centre - before.centre) @ chosen.by) / length
        if gained < GAIN * min(length, 0.05):
            if aim.enough():
                return
            slips += 1
            if slips < SLIPS:
                continue
            raise SkillFailedError(Cause.NOT_SLID, f"{thing} moved by {gained * 1000:.0f} mm only")
    last = shadow(arm.compiled, arm.executor.data, thing)
    if aim.ways(last, arm.executor.data) and not aim.enough():
        raise SkillFailedError(Cause.NOT_SLID, f"{thing} is not there after {DRAGS} drags")


def _carry_out(
    arm: Manipulator, thing: str, chosen: Drag, reach: list[Array], harder: float
) -> None:
    """Come down, press, `harder` times as hard as friction asks for, drag, and lift off."""
    arm.execute(reach, 0.0, FAST)
    arm.execute(chosen.approach, 0.0, CAREFUL)
    arm.grip(0.0, 0.1)
    weight = arm.compiled.asset_of(thing).mass * GRAVITY
    wanted = float(np.clip(GRIP * weight, LEAST_PRESS, MOST_PRESS)) * harder
    _press(arm, thing, wanted)
    _pull(arm, thing, chosen.by, wanted)
    arm.retreat(np.array([0.0, 0.0, 1.0]), 0.0, 0.06)
    arm.executor.hold(0.1)
    arm.executor.refresh()


def _press(arm: Manipulator, thing: str, wanted: float) -> None:
    """Lower the fingertips until they press hard enough, newtons.

    Raises:
        SkillFailedError: `no_contact` where there is nothing under them.
    """
    start = arm.arm.forward(arm.q)
    lowered, felt = 0.0, 0.0
    while lowered < DEEPEST and felt < wanted:
        lowered += FEEL if felt == 0.0 else TOUCH
        lower = start.copy()
        lower[2, 3] -= lowered
        path = arm.arm.cartesian_path(arm.q, [lower])
        if path is None:
            break
        arm.executor.run([[*path[0], 0.0]])
        arm.executor.refresh()
        felt = force_on(arm, thing)
    if felt < LEAST_PRESS / 2:
        raise SkillFailedError(Cause.NO_CONTACT, f"the fingertips do not press on {thing}")


def _pull(arm: Manipulator, thing: str, by: Array, wanted: float) -> None:
    """Move the fingertips along, up and down as it takes to keep pressing equally hard.

    They stop where the thing stays behind.

    Raises:
        SkillFailedError: `not_slid` where the arm cannot go on.
    """
    pose = arm.arm.forward(arm.q)
    count = max(1, int(np.ceil(np.linalg.norm(by) / SPEED * arm.executor.hz)))
    body = arm.compiled.objects[thing].body
    offset = pose[:2, 3] - arm.executor.data.xpos[body][:2]
    for _ in range(count):
        arm.executor.refresh()
        lag = pose[:2, 3] - arm.executor.data.xpos[body][:2] - offset
        if float(lag @ by) > LAG * float(np.linalg.norm(by)):
            return
        more = COMPLIANCE * (wanted - force_on(arm, thing))
        pose[:2, 3] += by / count
        pose[2, 3] -= float(np.clip(more, -TOUCH, TOUCH))
        path = arm.arm.cartesian_path(arm.q, [pose])
        if path is None:
            raise SkillFailedError(Cause.NOT_SLID, f"the arm cannot drag {thing} on")
        arm.executor.run([[*path[0], 0.0]])


def force_on(arm: Manipulator, thing: str) -> float:
    """With how much force the robot presses down on an object, newtons."""
    compiled, data = arm.compiled, arm.executor.data
    bodies = set(compiled.objects[thing].bodies.values())
    total, force = 0.0, np.zeros(6)
    for number in range(data.ncon):
        contact = data.contact[number]
        pair = {int(compiled.model.geom_bodyid[geom]) for geom in contact.geom}
        if pair & bodies and pair & compiled.robot.bodies:
            mujoco.mj_contactForce(compiled.model, data, number, force)
            total += abs(float(force[0] * contact.frame[2]))
    return total


def plan(arm: Manipulator, thing: str, aim: Aim, slips: int = 0) -> Drag:
    """The first drag that works; by other points than those from which fingertips slipped.

    Raises:
        PlanningError: where there is none.
    """
    refused: Counter[Failure] = Counter()
    arm.sync_planning_scene()
    data = arm.executor.data
    seen = shadow(arm.compiled, data, thing)
    for way in aim.ways(seen, data):
        length = float(np.linalg.norm(way))
        along = way / length
        try:
            refuse_obstacles(arm, thing, seen, along, length, aim.passes, data)
        except PlanningError as error:
            refused[error.cause] += 1
            continue
        leads = (*LEADS[slips:], *LEADS[:slips])
        for lead, turn in product(leads, range(TURNS)):
            try:
                found = _drag(arm, thing, seen, way, lead, turn * 2 * np.pi / TURNS)
            except PlanningError as error:
                refused[error.cause] += 1
                continue
            values = (*(round(float(v), 4) for v in way), lead)
            subject = f"drag on {thing}"
            arm.note(TraceEvent(stage="motion", event="choose", subject=subject, values=values))
            return found
    detail = f"no way to slide {thing}: {counted(refused)}"
    raise PlanningError(mostly(Cause.NO_DRAG, refused), detail)


def _drag(
    arm: Manipulator, thing: str, seen: Footprint2D, way: Array, lead: float, turn: float
) -> Drag:
    """A drag by one point with the fingers turned one way.

    Raises:
        PlanningError: where it is not possible.
    """
    along = way / np.linalg.norm(way)
    point = seen.centre + lead * seen.extent(along) * along
    height = _top(arm, thing, point)
    tool = np.diag([1.0, -1.0, -1.0, 1.0])
    c, s = np.cos(turn), np.sin(turn)
    tool[:2, :2] = np.array([[c, -s], [s, c]]) @ tool[:2, :2]
    tool[:3, 3] = [*point, height + TIP_REACH + HOVER]
    above, end = tool.copy(), tool.copy()
    above[2, 3] += RISE
    end[:2, 3] += way
    touch = frozenset({thing})
    starts = arm.arm.distinct(tool, arm.q, 1)
    if not starts:
        raise PlanningError(Cause.UNREACHABLE, "no arm configuration reaches the top of the thing")
    approach = arm.plan_cartesian(starts[0], above, 0.0, touch)[::-1]
    path = arm.arm.cartesian_path(starts[0], line(tool, end))
    lowest = end.copy()
    lowest[2, 3] -= DEEPEST
    if path is None or arm.arm.cartesian_path(path[-1], line(end, lowest)) is None:
        raise PlanningError(Cause.UNREACHABLE, "the arm cannot follow the drag")
    for q in path:
        hit = arm.world.check_collision(q, 0.0, touch, near=True, ignore=touch)
        if hit is not None:
            raise blocked("on the way the arm would hit", hit)
    return Drag(approach, way, np.array([*point, height]))


def _top(arm: Manipulator, thing: str, point: Array) -> float:
    """Height of a thing at a point, level under the fingertips, metres.

    Raises:
        PlanningError: `not_flat`.
    """
    compiled, data = arm.compiled, arm.executor.data
    heights: list[float] = []
    for dx, dy in ((0.0, 0.0), (PATCH, 0.0), (-PATCH, 0.0), (0.0, PATCH), (0.0, -PATCH)):
        start = np.array([point[0] + dx, point[1] + dy, 0.0])
        start[2] = shadow(compiled, data, thing).high + 0.01
        hit: Any = np.full(1, -1, dtype=np.int32)
        fall = mujoco.mj_ray(
            compiled.model, data, start, np.array([0.0, 0.0, -1.0]), None, True, -1, hit, None
        )
        body = int(compiled.model.geom_bodyid[hit[0]]) if fall >= 0 else -1
        on_it = body in compiled.objects[thing].bodies.values()
        if on_it:
            heights.append(float(start[2] - fall))
        elif not heights:
            raise PlanningError(Cause.NOT_FLAT, f"{thing} is not under the fingertips")
    if len(heights) < 3 or max(heights) - min(heights) > LEVEL:
        raise PlanningError(Cause.NOT_FLAT, f"{thing} is not level under the fingertips")
    return max(heights)
