"""Where an object can be put: poses on, inside, or next to another, and the way there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation, transform
from ...scenes.layout.arrangement import REACH
from ...scenes.layout.clearance import base_radius, footprint_radius
from ...scenes.model.mujoco_model import CompiledScene
from ..physics.bounds import turned_bounds
from ..physics.predicates import MIN_NEXT_TO, PhysicsFacts
from .regions import Region, carrier, cavities, stands, surfaces

RELEASE_HEIGHT = 0.004
"""Free fall after letting go, metres."""
DROP_HEIGHTS = (RELEASE_HEIGHT, 0.02, 0.045, 0.08)
"""Tried in turn in cavities, whose walls may not leave room for the lowest."""
DEEP, BELOW_RIM, ABOVE_RIM = 0.11, 0.04, 0.004
"""A cavity deeper than the first may be too narrow for the hand: there, things are also let go
with the fingers alone below the rim, and from just above it, metres."""
RIM_HEIGHTS = (RELEASE_HEIGHT, 0.014)
"""Likewise on discs: a plate on a plate rests on the other's rim."""
UP = np.array([0.0, 0.0, 1.0])
APPROACH_HEIGHT = 0.09
TURNS = (0.0, np.pi, np.pi / 2, -np.pi / 2)
"""Of things that are put in the middle, tried in turn, radians."""
FEW = 2
"""Regions of a target up to which things are also turned."""


@dataclass(frozen=True)
class Placement:
    """One way to put an object down.

    Attributes:
        pose: `world_from_object` (4, 4) at release.
        out: unit vector (3,) along which the gripper comes and goes, reversed.
        travel: metres from outside to the pose, along `out`.
        turnable: it may be turned about the vertical, as the hand is best led in.
    """

    pose: Array
    out: Array
    travel: float
    turnable: bool = False
    free: bool = False
    """It may be turned about the vertical as is best for the hand that comes from above."""
    fall: float = RELEASE_HEIGHT
    """How far it falls after letting go, metres."""


def placements(
    compiled: CompiledScene,
    data: Any,
    relation: str,
    thing: str,
    target: str,
    count: int,
    rng: np.random.Generator,
    plain: bool = False,
) -> list[Placement]:
    """Candidate placements of an object, as many as `count`, in random order.

    Args:
        compiled: the scene.
        data: its forward-computed state.
        relation: ontop, inside, or nextto.
        thing: what is put down.
        target: what it is put on, in, or beside.
        count: how many to try for; fewer are returned where there is no room.
        rng: drawn from.
        plain: begin with those in the middle, unturned, or nearest to where the object is.
    """
    facts = PhysicsFacts(compiled, data)
    if relation == "nextto":
        beside = _beside(compiled, data, facts, thing, target, count, rng)
        return _nearest(data.xpos[compiled.objects[thing].body], beside) if plain else beside
    regions = (surfaces if relation == "ontop" else cavities)(compiled, data, target)
    support = target == compiled.scene.support
    found: list[Placement] = []
    for number in range(count * 3):
        if not regions or len(found) >= count:
            break
        region = regions[int(rng.integers(len(regions)))]
        heights = _drop_heights(region)
        drop = heights[number % len(heights)]
        placement = _in_region(facts, data, compiled, thing, region, drop, support, rng)
        if placement is not None:
            found.append(placement)
    found.sort(key=lambda placement: float(placement.pose[2, 3]))
    if plain and support:
        return _nearest(data.xpos[compiled.objects[thing].body], found)
    return [*_plain(facts, data, compiled, thing, regions), *found] if plain else found


def _plain(
    facts: PhysicsFacts, data: Any, compiled: CompiledScene, thing: str, regions: list[Region]
) -> list[Placement]:
    """In the middle of each region, unturned before turned, the lowest first."""
    found: list[Placement] = []
    for turn in TURNS if len(regions) <= FEW else TURNS[:1]:
        for region in sorted(regions, key=lambda x: float(x.pose[2, 3])):
            for drop in _drop_heights(region):
                middle = _Middle(turn)
                placed = _in_region(facts, data, compiled, thing, region, drop, False, middle)
                if placed is not None:
                    found.append(placed)
    return found


def _nearest(place: Array, options: list[Placement]) -> list[Placement]:
    """Those nearest to a place (3,) first."""
    return sorted(options, key=lambda x: float(np.linalg.norm(x.pose[:2, 3] - place[:2])))


class _Draws(Protocol):
    """Where what is free about a placement comes from."""

    def uniform(self, low: Any, high: Any) -> Any:
        """Numbers between two bounds."""
        ...


@dataclass(frozen=True)
class _Middle:
    """The middle between the bounds, turned on by `turn` radians where it is an angle."""

    turn: float

    def uniform(self, low: Any, high: Any) -> Any:
        """As `_Draws`."""
        return (low + high) / 2 + (self.turn if high is np.pi else 0.0)


def _drop_heights(region: Region) -> tuple[float, ...]:
    """How far above the floor things are let go, metres; tried in turn."""
    if not region.depth:
        return RIM_HEIGHTS if region.round else (RELEASE_HEIGHT,)
    if region.depth > DEEP and not region.front and not region.drawer:
        return (*DROP_HEIGHTS, region.depth - BELOW_RIM, region.depth + ABOVE_RIM)
    return DROP_HEIGHTS


def _in_region(
    facts: PhysicsFacts,
    data: Any,
    compiled: CompiledScene,
    thing: str,
    region: Region,
    drop: float,
    support: bool,
    rng: _Draws,
) -> Placement | None:
    asset = compiled.asset_of(thing)
    turned, half, foot = _turned(data, compiled, facts, thing, float(rng.uniform(-np.pi, np.pi)))
    local_half = np.abs(region.pose[:2, :2].T) @ half
    room = np.asarray(region.half) - local_half
    if not region.depth:
        room = np.asarray(region.half) - base_radius(asset)
    elif region.round:
        room = np.full(2, region.half[0] - footprint_radius(asset))
    if support:
        return _on_support(region, turned, half, foot, rng)
    if (room < 0).any():
        if region.depth > 0 and (room < -0.012).any():
            return None
        room = np.maximum(room, 0.0)
    offset = rng.uniform(-room, room) * (0.6 if region.round else 0.9)
    if region.drawer or region.front:
        # The front part is what comes out from under the body, or within reach.
        offset[0] = rng.uniform(-0.1, 0.9) * room[0]
    point = region.pose @ np.array([offset[0], offset[1], 0.0, 1.0])
    pose = turned.copy()
    pose[:3, 3] = point[:3] + UP * (foot + drop)
    if region.front:
        out = region.pose[:3, 0]
        reach = float(region.half[0] - offset[0]) + float(half.max()) + 0.05
        return Placement(pose, out, reach, turnable=True, fall=drop)
    free = region.round or not region.depth
    return Placement(pose, UP, _descent(region, drop), free=free, fall=drop)


def _descent(region: Region, drop: float) -> float:
    """How far above the place the way down begins: above the rim, metres."""
    inside = region.depth - drop if region.depth > DEEP else region.depth
    return max(inside + 0.05, APPROACH_HEIGHT)


def _on_support(
    region: Region, turned: Array, half: Array, foot: float, rng: _Draws
) -> Placement | None:
    """Anywhere on the table within reach."""
    radius = float(np.sqrt(rng.uniform(REACH[0] ** 2, REACH[1] ** 2)))
    bearing = float(rng.uniform(-1.1, 1.1))
    pose = turned.copy()
    pose[:2, 3] = [radius * np.cos(bearing), radius * np.sin(bearing)]
    pose[2, 3] = region.pose[2, 3] + foot + RELEASE_HEIGHT
    local = region.pose[:2, :2].T @ (pose[:2, 3] - region.pose[:2, 3])
    if (np.abs(local) + half.max() > region.half).any():
        return None
    return Placement(pose, UP, APPROACH_HEIGHT)


def _beside(
    compiled: CompiledScene,
    data: Any,
    facts: PhysicsFacts,
    thing: str,
    target: str,
    count: int,
    rng: np.random.Generator,
) -> list[Placement]:
    """Around another object, on what carries it, as close as nextto asks for."""
    low, high = facts.box(target)
    middle, reach = (low + high) / 2, (high - low) / 2
    below = carrier(compiled, facts, target)
    found: list[Placement] = []
    for number in range(count):
        yaw = float(rng.uniform(-np.pi, np.pi))
        turned, _, foot = _turned(data, compiled, facts, thing, yaw)
        # The same bounds as nextto's: those of the box around it would leave too wide a gap.
        least, most = turned_bounds(compiled, data, thing, axis_rotation(UP, yaw))
        half, centre = (most - least) / 2, (most + least) / 2
        limit = max(MIN_NEXT_TO, float(np.mean([*(2 * half), *(2 * reach)])) / 6)
        gap = min(0.4 * limit, 0.02)
        side = (number + int(rng.integers(4))) % 4
        slide = float(rng.uniform(-0.6, 0.6))
        axis, sign = side % 2, 1.0 if side < 2 else -1.0
        pose = turned.copy()
        pose[axis, 3] = middle[axis] + sign * (reach[axis] + half[axis] + gap) - centre[axis]
        other = 1 - axis
        spread = (reach[other] + half[other]) * 0.7
        pose[other, 3] = middle[other] + slide * spread - centre[other]
        pose[2, 3] = low[2] + foot + RELEASE_HEIGHT
        if np.hypot(pose[0, 3], pose[1, 3]) > REACH[1] + 0.08:
            continue
        if below is not None and not stands(below, pose[:2, 3] + centre[:2], half[:2]):
            continue
        if below is not None and below.front:
            travel = float(below.half[0]) + 0.1
            found.append(Placement(pose, below.pose[:3, 0], travel))
        else:
            depth = 0.0 if below is None else below.depth
            found.append(Placement(pose, UP, max(depth + 0.05, APPROACH_HEIGHT)))
    return found


def _turned(
    data: Any, compiled: CompiledScene, facts: PhysicsFacts, thing: str, yaw: float
) -> tuple[Array, Array, float]:
    """The object turned about the vertical: pose without position, half extents, foot height.

    The half extents (2,) are those of its outline along the world's axes; the foot height is
    that of its origin above its lowest point.
    """
    body = compiled.objects[thing].body
    current = data.xmat[body].reshape(3, 3)
    turn = axis_rotation(UP, yaw) @ current
    extents = np.array(compiled.asset_of(thing).extents)
    half = (np.abs(turn) @ (extents / 2))[:2]
    low, _ = facts.box(thing)
    return transform([0, 0, 0], turn), half, float(data.xpos[body][2] - low[2])
