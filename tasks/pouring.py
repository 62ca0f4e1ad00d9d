"""Pouring: tilt a vessel of grains over another, shake out what stays, and put it back.

The lip of the vessel comes over the target, and the vessel is turned about it, no higher than
it must be. On the way there and back it only turns about the vertical.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..scenes.geometry import Array, axis_rotation, inverse, transform
from ..schemas import Asset, Cavity, PlanningError, TraceEvent
from .collision import PRESS_DEPTH, Held
from .manipulation import CAREFUL, SLOW, Manipulator
from .pick_place import ExecutionError, Grasp, pick, ways_to_grasp
from .predicates import PhysicsFacts

UP = np.array([0.0, 0.0, 1.0])
LEVEL = 0.45
"""Greatest sine between a level hand's directions and the horizontal."""
TILTS = (2.45, 2.2, 1.95)
"""How far a vessel is tilted, radians; the most first."""
STEP = 0.06
"""Between two poses of a tilt, radians."""
LIP = 0.012
"""Height of the lip above the target's brim while it pours, metres."""
OVER = 0.03
"""Height of an upright vessel's foot above the brim, metres."""
SHORT = 0.35
"""How far the lip stays short of the target's middle, as a share of its radius."""
BEARINGS = 8
"""Directions into which to pour that are tried for each grasp."""
ASIDE = (0.0, 0.5, -0.5)
"""Angles between the hand's approach and the axis of the tilt, radians."""
SHAKE = 0.2
"""Radians by which a vessel is swung to and fro."""
SHAKES = 3
DRAIN_SECONDS = 0.8
GRASPS = 40
"""Grasps tried."""
POURED = 0.35
"""Share of the joints' limits at which a vessel is tilted."""


@dataclass(frozen=True)
class Pour:
    """A way to pour.

    Attributes:
        grasp: of the vessel.
        bearing: into which it pours, radians about the vertical.
        aside: between the hand's approach and the axis of the tilt, radians.
        tilt: radians.
        over: path from the end of the grasp's exit to the upright vessel over the target.
        pour: path of the tilt from there.
    """

    grasp: Grasp
    bearing: float
    aside: float
    tilt: float
    over: list[Array]
    pour: list[Array]


def mouth(asset: Asset) -> Cavity | None:
    """The hollow that a vessel is filled and emptied through; None where it is no vessel."""
    for cavity in asset.cavities:
        if cavity.opening == "top" and cavity.joint is None and not cavity.snug:
            return cavity
    return None


def pour(arm: Manipulator, source: str, target: str, grains: frozenset[str]) -> None:
    """Pour grains from a vessel into another and put the vessel back.

    Raises:
        PlanningError: no way to do it was found; nothing was moved yet.
        ExecutionError: it was tried and failed in physics.
    """
    arm.world.loose = grains
    try:
        way = choose(arm, source, target)
        arm.look()
        path = arm.planner.connect(arm.q, way.grasp.before, way.grasp.opening, arm.rng)
        pick(arm, source, replace(way.grasp, path=path))
        _empty(arm, way, source, target, grains)
    finally:
        arm.world.loose = frozenset()


def choose(arm: Manipulator, source: str, target: str) -> Pour:
    """The first way that works.

    Raises:
        PlanningError: where there is none.
    """
    reasons: Counter[str] = Counter()
    for number, grasp in enumerate(ways_to_grasp(arm, source, level=True)):
        if number >= GRASPS:
            break
        tool = grasp.pose
        if abs(tool[2, 2]) > LEVEL or abs(tool[2, 1]) > LEVEL:
            reasons["not level"] += 1
            continue
        try:
            way = _way(arm, grasp, source, target)
            arm.look()
            arm.planner.connect(arm.q, grasp.before, grasp.opening, arm.rng)
        except PlanningError as error:
            reasons[error.cause] += 1
            continue
        finally:
            arm.look()
        subject = f"pour from {source} into {target}"
        values = (way.bearing, way.tilt)
        arm.note(TraceEvent(stage="placement", event="choose", subject=subject, values=values))
        return way
    counted = ", ".join(f"{cause} x{count}" for cause, count in reasons.most_common())
    raise PlanningError("no_pour", f"no way to pour from {source} into {target}: {counted}")


def _way(arm: Manipulator, grasp: Grasp, source: str, target: str) -> Pour:
    """A bearing and a tilt that the arm can follow with a grasp.

    Raises:
        PlanningError: with the last reason.
    """
    error = PlanningError("unreachable", "the arm cannot tilt it")
    bearings = arm.rng.permutation(BEARINGS) * 2 * np.pi / BEARINGS
    for bearing in bearings.tolist():
        for aside in ASIDE:
            for tilt in (*TILTS, *(-x for x in TILTS)):
                plan = Pour(grasp, bearing, aside, tilt, [], [])
                try:
                    return _planned(arm, plan, source, target, grasp.held, grasp.exit[-1])
                except PlanningError as failed:
                    error = failed
    raise error


def _planned(arm: Manipulator, plan: Pour, source: str, target: str, held: Held, q: Array) -> Pour:
    """The paths of a pour from a configuration, with the vessel as it lies in the hand.

    Raises:
        PlanningError: where there are none.
    """
    poses = list(_poses(arm, plan, source, target, held))
    tool_from = inverse(held.tool_from_object)
    arm.world.update(arm.executor.data, held)
    touch = frozenset({source})
    width = max(0.0, plan.grasp.opening - 0.02)
    start = poses[0] @ tool_from
    above = start.copy()
    above[2, 3] = max(above[2, 3], arm.arm.forward(q)[2, 3])
    over: list[Array] = [q]
    lifted = arm.arm.forward(q)
    lifted[2, 3] = above[2, 3]
    for goal in (lifted, above, start):
        try:
            over += arm.straight(over[-1], goal, width, touch, depth=PRESS_DEPTH)[1:]
        except PlanningError as error:
            raise PlanningError("over", str(error)) from error
    path = arm.arm.track(over[-1], [pose @ tool_from for pose in poses[1:]])
    if path is None:
        raise PlanningError("unreachable", "the arm cannot tilt it")
    for number, each in enumerate(path):
        if number % 3 == 0 or number == len(path) - 1:
            hit = arm.world.hit(each, width, touch, near=True, depth=PRESS_DEPTH)
            if hit is not None:
                raise PlanningError("collision", f"tilted, it hits {hit}")
    return replace(plan, over=over, pour=[over[-1], *path])


def _poses(arm: Manipulator, plan: Pour, source: str, target: str, held: Held) -> Iterator[Array]:
    """Poses `world_from_object` (4, 4) of the vessel, from upright over the target to tilted."""
    compiled, data = arm.compiled, arm.executor.data
    cup, bowl = compiled.asset_of(source), compiled.asset_of(target)
    hollow, basin = mouth(cup), mouth(bowl)
    if hollow is None or basin is None:
        raise PlanningError("no_vessel", f"{source} or {target} is no open vessel")
    body = compiled.objects[target].bodies[basin.link]
    middle = transform(data.xpos[body], data.xmat[body].reshape(3, 3)) @ [*basin.centre, 1.0]
    _, high = PhysicsFacts(compiled, data).box(target)
    toward = np.array([np.cos(plan.bearing), np.sin(plan.bearing), 0.0])
    spot = middle[:3] - toward * SHORT * min(basin.half_size[:2])
    tool_from = held.tool_from_object
    hand = -tool_from[:3, :3].T @ np.array([0.0, 0.0, -1.0])
    across = np.cross(UP, toward)
    yaw = float(np.arctan2(across[1], across[0]) - np.arctan2(hand[1], hand[0])) + plan.aside
    yaw += np.pi if plan.tilt < 0 else 0.0
    upright = axis_rotation(UP, yaw)
    rim = max(hollow.half_size[0], 0.45 * min(cup.extents[:2]))
    height = cup.extents[2]
    count = int(np.ceil(abs(plan.tilt) / STEP))
    for angle in np.linspace(0.0, abs(plan.tilt), count + 1):
        turn = axis_rotation(across, float(angle)) @ upright
        rise = LIP + max(0.0, (height + OVER - LIP) * np.cos(angle))
        lip = np.array([spot[0], spot[1], high[2] + rise])
        local = np.array([0.0, 0.0, height]) + upright.T @ toward * rim
        yield transform(lip - turn @ local, turn)


def _empty(arm: Manipulator, way: Pour, source: str, target: str, grains: frozenset[str]) -> None:
    """With the vessel in the hand: over, tilt, shake, and back to where it stood.

    Raises:
        ExecutionError: the arm cannot follow as the vessel lies in the hand now.
    """
    exit_end = arm.q
    held = arm.held(source)
    try:
        plan = _planned(arm, way, source, target, held, arm.q)
    except PlanningError as error:
        _put_back(arm, way, [exit_end])
        raise ExecutionError("vessel_turned", f"{source}: {error}") from error
    arm.follow(plan.over, 0.0, CAREFUL)
    arm.follow(plan.pour, 0.0, POURED)
    arm.executor.hold(DRAIN_SECONDS)
    back = plan.pour[-1 - round(SHAKE / STEP) :]
    for _ in range(SHAKES):
        if not _left(arm, source, grains):
            break
        arm.follow(back[::-1], 0.0, 1.0)
        arm.follow(back, 0.0, 1.0)
        arm.executor.hold(DRAIN_SECONDS / 2)
    arm.follow(plan.pour[::-1], 0.0, CAREFUL)
    _put_back(arm, way, plan.over[::-1])


def _left(arm: Manipulator, source: str, grains: frozenset[str]) -> bool:
    """Whether some grain is still in the vessel: by the distance, as it is tilted."""
    arm.executor.refresh()
    data, objects = arm.executor.data, arm.compiled.objects
    place, reach = data.xpos[objects[source].body], max(arm.compiled.asset_of(source).extents)
    turn = data.xmat[objects[source].body].reshape(3, 3)
    for grain in grains:
        local = turn.T @ (data.xpos[objects[grain].body] - place)
        if 0.0 < local[2] < reach and np.hypot(local[0], local[1]) < reach / 2:
            return True
    return False


def _put_back(arm: Manipulator, way: Pour, path: list[Array]) -> None:
    """Along the way back, down, let go, and leave."""
    if len(path) > 1:
        arm.follow(path, 0.0, CAREFUL)
    arm.follow([arm.q, *way.grasp.exit[::-1]], 0.0, SLOW)
    arm.grip(way.grasp.opening)
    arm.back_off(-way.grasp.pose[:3, 2], way.grasp.opening)
