"""How a vessel can be tilted over another: a grasp, the side of its lip, and a direction.

The lip comes over the target, and the vessel is turned about it, no higher than it must be.
Grasps, sides and directions are tried until the arm can follow the tilt to its end, before
anything moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice, product, zip_longest
from typing import Any

import numpy as np

from ....scenes.core.geometry import Array, axis_rotation, inverse, transform
from ....schemas import Asset, Cause, Cavity, Failure, PlanningError, TraceEvent
from ...grasping.hand import held_opening
from ...motion.blocking import blocked, counted, mostly
from ...motion.collision import PRESS_DEPTH, Held
from ...motion.manipulator import Manipulator
from ...physics.predicates import PhysicsFacts
from ...pick_place.picking import Grasp, ways_to_grasp

UP = np.array([0.0, 0.0, 1.0])
TILTS = ((2.3, 0.012), (2.05, 0.012), (2.3, 0.05), (2.05, 0.05), (1.85, 0.03))
"""How far a vessel is tilted (radians), and its lip's height above the brim (metres) then; the
surest first."""
STEP = 0.06
"""Between two poses of a tilt, radians."""
OVER = 0.03
"""Height of an upright vessel's foot above the brim, metres."""
SHORT = 0.35
"""How far the lip stays short of the target's middle, as a share of its radius."""
BEARINGS = 8
"""Directions into which to pour, and sides of the lip, that are tried for each grasp."""
GRASPS = 24
"""Reachable grasps tried."""
CONFIGURATIONS = 2
"""Distinct inverse kinematics solutions tried."""
UPRIGHT = 0.85
"""Cosine of how far a vessel leans at most on the way."""


@dataclass(frozen=True)
class Pour:
    """A way to pour.

    Attributes:
        grasp: of the vessel.
        side: where the lip is, an angle about the vessel's own z, radians.
        bearing: into which it pours, an angle about the vertical, radians.
        tilt: radians.
        lip: its height above the target's brim when tilted, metres.
        over: path from the end of the grasp's exit to the upright vessel over the target.
        pour: path of the tilt from there.
    """

    grasp: Grasp
    side: float
    bearing: float
    tilt: float
    lip: float
    over: list[Array] = field(default_factory=list[Array])
    pour: list[Array] = field(default_factory=list[Array])


def mouth(asset: Asset) -> Cavity | None:
    """The hollow that a vessel is filled and emptied through; None where it is no vessel."""
    for cavity in asset.cavities:
        if cavity.opening == "top" and cavity.joint is None and not cavity.snug:
            return cavity
    return None


@dataclass(frozen=True, eq=False)
class Vessels:
    """What is poured from, and what into, as they stand now.

    The poses of a tilt depend on no grasp, and are worked out once for all of them.

    Attributes:
        source: name of the vessel that is tilted.
        height: of that, metres.
        rim: radius of its lip, metres.
        axis: (2,) middle of its hollow, in its own frame, metres.
        middle: (3,) of the hollow that is poured into, metres.
        radius: of that, metres.
        brim: its height in the world, metres.
        tilts: poses that were worked out, by side, bearing, tilt and lip.
    """

    source: str
    height: float
    rim: float
    axis: tuple[float, float]
    middle: Array
    radius: float
    brim: float
    tilts: dict[tuple[float, ...], list[Array]] = field(default_factory=dict[Any, Any])

    @classmethod
    def of(cls, arm: Manipulator, source: str, target: str) -> Vessels:
        """The two in the arm's scene.

        Raises:
            PlanningError: where one of them is no open vessel.
        """
        compiled, data = arm.compiled, arm.executor.data
        cup, bowl = compiled.asset_of(source), compiled.asset_of(target)
        hollow, basin = mouth(cup), mouth(bowl)
        if hollow is None or basin is None:
            raise PlanningError(Cause.NO_VESSEL, f"{source} or {target} is no open vessel")
        body = compiled.objects[target].bodies[basin.link]
        middle = transform(data.xpos[body], data.xmat[body].reshape(3, 3)) @ [*basin.centre, 1.0]
        return cls(
            source=source,
            height=cup.extents[2],
            rim=min(cup.extents[:2]) / 2,
            axis=(hollow.centre[0], hollow.centre[1]),
            middle=middle[:3],
            radius=min(basin.half_size[:2]),
            brim=float(PhysicsFacts(compiled, data).box(target)[1][2]),
        )

    def tilt(self, plan: Pour) -> list[Array]:
        """Poses `world_from_object` (4, 4) of the vessel, from upright to tilted."""
        key = (plan.side, plan.bearing, plan.tilt, plan.lip)
        if key not in self.tilts:
            self.tilts[key] = list(self._poses(plan))
        return self.tilts[key]

    def _poses(self, plan: Pour) -> Iterator[Array]:
        toward = _level(plan.bearing)
        spot = self.middle - toward * SHORT * self.radius
        local = self.rim * _level(plan.side) + [*self.axis, self.height]
        upright = axis_rotation(UP, plan.bearing - plan.side)
        across = np.cross(UP, toward)
        for angle in np.linspace(0.0, plan.tilt, int(np.ceil(plan.tilt / STEP)) + 1):
            turn = axis_rotation(across, float(angle)) @ upright
            rise = plan.lip + max(0.0, (self.height + OVER - plan.lip) * np.cos(angle))
            place = np.array([spot[0], spot[1], self.brim + rise])
            yield transform(place - turn @ local, turn)


def choose(arm: Manipulator, source: str, target: str) -> Pour:
    """The first way that works, its grasp with a path to it.

    Raises:
        PlanningError: where there is none.
    """
    refused: Counter[Failure] = Counter()
    vessels = Vessels.of(arm, source, target)
    grasps: list[Grasp] = []
    more = islice(_grasps(arm, source), GRASPS)
    for tilt, lip in TILTS:
        for grasp in chain(grasps[:], _kept(more, grasps)):
            try:
                way = _way(arm, grasp, vessels, tilt, lip)
                arm.sync_planning_scene()
                path = arm.planner.connect(arm.q, grasp.before, grasp.opening, arm.rng)
            except PlanningError as error:
                refused[error.cause] += 1
                continue
            finally:
                arm.world.upright = None
            subject = f"pour from {source} into {target}"
            values = (way.side, way.bearing, tilt, lip)
            arm.note(TraceEvent(stage="placement", event="choose", subject=subject, values=values))
            return replace(way, grasp=replace(grasp, path=path))
    detail = f"no way to pour from {source} into {target}: {counted(refused)}"
    raise PlanningError(mostly(Cause.NO_POUR if refused else Cause.NO_GRASP, refused), detail)


def again(arm: Manipulator, way: Pour, source: str, target: str) -> Pour:
    """The way again, or another one, with the vessel as it lies in the hand now.

    Raises:
        PlanningError: with the last reason.
    """
    grasp = replace(way.grasp, held=arm.held(source), exit=[arm.q])
    vessels = Vessels.of(arm, source, target)
    try:
        return _planned(arm, replace(way, grasp=grasp), vessels, grasp.held, arm.q)
    except PlanningError as failed:
        error = failed
    for tilt, lip in TILTS:
        try:
            return _way(arm, grasp, vessels, tilt, lip)
        except PlanningError as failed:
            error = failed
    raise error


def _grasps(arm: Manipulator, source: str) -> Iterator[Grasp]:
    """Reachable grasps, by turns with a level hand and from above."""
    for pair in zip_longest(*(ways_to_grasp(arm, source, level) for level in (True, False))):
        yield from (grasp for grasp in pair if grasp is not None)


def _kept(more: Iterator[Grasp], kept: list[Grasp]) -> Iterator[Grasp]:
    """Go on, and keep what comes."""
    for grasp in more:
        kept.append(grasp)
        yield grasp


def _way(arm: Manipulator, grasp: Grasp, vessels: Vessels, tilt: float, lip: float) -> Pour:
    """A side of the lip and a bearing with which the arm can follow a tilt.

    Raises:
        PlanningError: with the last reason.
    """
    error = PlanningError(Cause.UNREACHABLE, "the arm cannot tilt it")
    angles = 2 * np.pi * np.arange(BEARINGS) / BEARINGS
    spread = list(product(angles.tolist(), angles.tolist()))
    for number in arm.rng.permutation(len(spread)):
        side, bearing = spread[int(number)]
        plan = Pour(grasp, side, bearing, tilt, lip)
        try:
            return _planned(arm, plan, vessels, grasp.held, grasp.exit[-1])
        except PlanningError as failed:
            error = failed
    raise error


def _planned(arm: Manipulator, plan: Pour, vessels: Vessels, held: Held, q: Array) -> Pour:
    """The paths of a pour from a configuration, with the vessel as it lies in the hand.

    Raises:
        PlanningError: where there are none.
    """
    tool_from = inverse(held.tool_from_object)
    vessel = vessels.tilt(plan)
    # Most ways end out of reach, so that the last pose is looked at alone.
    if not arm.arm.solutions(vessel[-1] @ tool_from, q):
        raise PlanningError(Cause.UNREACHABLE, "the arm cannot tilt it so far")
    poses = [pose @ tool_from for pose in vessel]
    arm.world.upright = None
    arm.world.update(arm.executor.data, held)
    touch = frozenset({vessels.source})
    width = held_opening(plan.grasp.width, arm.compiled.robot.spec)
    error = PlanningError(Cause.UNREACHABLE, "the arm cannot hold it over the target")
    for start in arm.arm.distinct(poses[0], q, CONFIGURATIONS):
        path = arm.arm.cartesian_path(start, poses[1:])
        if path is None:
            error = PlanningError(Cause.UNREACHABLE, "the arm cannot tilt it")
            continue
        tilt = [start, *path]
        hits = (
            arm.world.check_collision(x, width, touch, True, depth=PRESS_DEPTH) for x in tilt[::-3]
        )
        hit = next((x for x in hits if x is not None), None)
        if hit is not None:
            error = blocked("tilted, it hits", hit)
            continue
        arm.world.upright = UPRIGHT
        over = arm.planner.connect(q, start, width, arm.rng)
        return replace(plan, over=over, pour=tilt)
    raise error


def _level(angle: float) -> Array:
    """The horizontal unit vector (3,) at an angle, radians."""
    return np.array([np.cos(angle), np.sin(angle), 0.0])
