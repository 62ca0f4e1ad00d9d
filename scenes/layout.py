"""Layout: where things go, by relations, without touching; physics then settles them.

The furniture stands on the far side and faces the robot; what is moved lies in front of it,
within reach, and out of the way of doors and drawers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..schemas import ANY_JOINT, Asset, Cavity, ObjectSpec, Surface
from .fit import (
    ROUND_SLACK,
    base_radius,
    fits_on,
    footprint_radius,
    link_transform,
    open_surfaces,
    outline,
)
from .geometry import Array, Footprint, contains, overlap, transform, yaw_quaternion
from .views import number

ATTEMPTS_PER_OBJECT = 80
REACH = (0.30, 0.70)
"""Least and greatest distance from the robot's axis at which things are laid out, metres."""
SIDE_REACH = 0.45
"""Greatest |y| of what the robot must move, metres."""
DRAWER_FRONT = (0.40, 0.47)
"""Distance of an open drawer's front from the robot's axis, metres."""
DOOR_FRONT = (0.58, 0.66)
"""Distance of a closed door, metres: nearer ones cannot be swung past the arm."""
SHELF_FRONT = (0.48, 0.57)
"""Distance of what is reached into from the front without a door, metres."""
LID_FRONT = (0.53, 0.66)
"""Distance of what is reached into from above, metres."""
GAP = 0.035
"""Least free space between things laid out freely, so that fingers fit, metres."""
DROP = 0.001
"""Things start this far above what carries them, metres."""


class NoPlaceError(Exception):
    """An object found no place in this attempt; `str()` is the reason to be counted."""


@dataclass(frozen=True)
class Placed:
    """One object with its pose.

    Attributes:
        spec: what was asked for.
        asset: what it is.
        pose: (4, 4) `world_from_object`.
        joints: position of each of its joints, metres or radians.
        footprint: on the plane it stands on.
        keep_out: areas its doors and drawers sweep.
        level: name of the thing that carries it.
    """

    spec: ObjectSpec
    asset: Asset
    pose: Array
    joints: dict[str, float]
    footprint: Footprint
    keep_out: tuple[Footprint, ...]
    level: str


@dataclass(frozen=True)
class Bench:
    """The support everything stands on.

    Attributes:
        name: of the support.
        height: of its surface above the floor, metres.
        area: the surface.
    """

    name: str
    height: float
    area: Footprint


def lay_out(
    bench: Bench, objects: tuple[tuple[ObjectSpec, Asset], ...], rng: np.random.Generator
) -> tuple[Placed, ...]:
    """Place all objects in turn.

    Raises:
        NoPlaceError: where one of them finds no place.
    """
    placed: dict[str, Placed] = {}
    order = sorted(objects, key=lambda pair: _rank(pair[0], pair[1], bench))
    for spec, asset in order:
        joints = _joints(spec, asset, rng)
        placed[spec.name] = _place(bench, spec, asset, joints, placed, rng)
    return tuple(placed[spec.name] for spec, _ in objects)


def _rank(spec: ObjectSpec, asset: Asset, bench: Bench) -> int:
    """Furniture first, then what stands on the bench, then what depends on another object."""
    if spec.inside or spec.next_to or (spec.on and spec.on != bench.name):
        return 3
    if asset.fixed:
        return 0
    return 1 if max(asset.extents[:2]) > 0.15 else 2


def _joints(spec: ObjectSpec, asset: Asset, rng: np.random.Generator) -> dict[str, float]:
    shares = {
        name: number(parameter, rng, f"object.{spec.name}.joint.{name}")
        for name, parameter in spec.joint.items()
    }
    whole = shares.pop(ANY_JOINT, 0.0)
    if whole > 0.0 and asset.joints:
        chosen = asset.joints[int(rng.integers(len(asset.joints)))]
        shares.setdefault(chosen.name, whole)
    values: dict[str, float] = {}
    for joint in asset.joints:
        share = shares.get(joint.name, 0.0)
        low, high = joint.limits
        values[joint.name] = low + float(np.clip(share, 0.0, 1.0)) * (high - low)
    return values


def _place(
    bench: Bench,
    spec: ObjectSpec,
    asset: Asset,
    joints: dict[str, float],
    placed: Mapping[str, Placed],
    rng: np.random.Generator,
) -> Placed:
    target = spec.on if spec.on and spec.on != bench.name else spec.inside
    reasons: set[str] = set()
    for _ in range(ATTEMPTS_PER_OBJECT):
        try:
            if target is not None:
                place = _carried(spec, asset, placed[target], rng)
            elif spec.next_to is not None:
                place = _beside(bench, spec, asset, placed[spec.next_to], rng)
            elif asset.fixed:
                place = _facing(bench, spec, asset, rng)
            else:
                place = _free(bench, spec, asset, rng)
            return _checked(bench, spec, asset, joints, place, placed)
        except NoPlaceError as error:
            reasons.add(str(error))
    raise NoPlaceError(f"no place for {spec.name} ({', '.join(sorted(reasons))})")


@dataclass(frozen=True)
class _Place:
    x: float
    y: float
    z: float
    yaw: float
    level: str
    gap: float
    beside: str | None = None
    """What it stands beside, close enough for their bounding rectangles to overlap."""


def _checked(
    bench: Bench,
    spec: ObjectSpec,
    asset: Asset,
    joints: dict[str, float],
    place: _Place,
    placed: Mapping[str, Placed],
) -> Placed:
    """Refuse what leaves the bench or comes too close to what is there."""
    half = np.array(asset.extents[:2]) / 2
    footprint = Footprint(np.array([place.x, place.y]), half, place.yaw)
    keep_out = tuple(_sweeps(asset, footprint))
    if place.level == bench.name and not contains(bench.area, footprint):
        raise NoPlaceError(f"off the {bench.name}")
    for other in placed.values():
        if other.level != place.level:
            continue
        close = other.spec.name != place.beside
        if close and overlap(footprint.grown(place.gap), other.footprint):
            raise NoPlaceError("too close to others")
        if any(overlap(area, footprint) for area in other.keep_out):
            raise NoPlaceError("in the way of a door or drawer")
        if any(overlap(area, other.footprint) for area in keep_out):
            raise NoPlaceError("its door or drawer would be blocked")
    pose = transform([place.x, place.y, place.z + DROP], yaw_quaternion(place.yaw))
    return Placed(spec, asset, pose, joints, footprint, keep_out, place.level)


def _sweeps(asset: Asset, footprint: Footprint) -> list[Footprint]:
    """What must stay free in front of furniture: reach of its drawers, doors, and openings."""
    depth = 0.0
    for link in asset.links:
        joint = link.joint
        if joint is not None and joint.kind == "slide" and abs(joint.axis[0]) > 0.5:
            depth = max(depth, joint.limits[1] + 0.05)
        elif joint is not None and joint.kind == "hinge" and abs(joint.axis[2]) > 0.5:
            depth = max(depth, 0.75 * asset.extents[1])
    if any(cavity.opening == "front" for cavity in asset.cavities):
        depth = max(depth, 0.14)
    if depth == 0.0:
        return []
    ahead = footprint.axes()[0]
    centre = footprint.centre + ahead * (footprint.half[0] + depth / 2)
    return [Footprint(centre, np.array([depth / 2, footprint.half[1]]), footprint.yaw)]


def _given(
    spec: ObjectSpec, x: float, y: float, yaw: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """The parts of the pose that the spec states replace the sampled ones."""
    pose, path = spec.pose, f"object.{spec.name}.pose"
    if pose.x is not None:
        x = number(pose.x, rng, f"{path}.x")
    if pose.y is not None:
        y = number(pose.y, rng, f"{path}.y")
    if pose.yaw is not None:
        yaw = float(np.radians(number(pose.yaw, rng, f"{path}.yaw")))
    return x, y, yaw


def _facing(bench: Bench, spec: ObjectSpec, asset: Asset, rng: np.random.Generator) -> _Place:
    """Furniture: its front towards the robot, near enough to open."""
    bearing = rng.uniform(-0.75, 0.75)
    yaw = np.pi + bearing * 0.8 + rng.normal(0, 0.06)
    front = _front_distance(asset, rng)
    direction = np.array([np.cos(bearing), np.sin(bearing)])
    back = -np.array([np.cos(yaw), np.sin(yaw)])
    centre = direction * front + back * asset.extents[0] / 2
    x, y, yaw = _given(spec, float(centre[0]), float(centre[1]), float(yaw), rng)
    return _Place(x, y, bench.height, yaw, bench.name, 0.02)


def _front_distance(asset: Asset, rng: np.random.Generator) -> float:
    """How far away furniture stands so that the arm can open it and reach inside."""
    travel = [j.limits[1] for j in asset.joints if j.kind == "slide"]
    if travel:
        return float(rng.uniform(*DRAWER_FRONT)) + max(travel)
    if any(cavity.opening == "front" for cavity in asset.cavities):
        return float(rng.uniform(*(DOOR_FRONT if asset.joints else SHELF_FRONT)))
    return float(rng.uniform(*LID_FRONT))


def _free(bench: Bench, spec: ObjectSpec, asset: Asset, rng: np.random.Generator) -> _Place:
    """Anywhere within reach, uniformly over the area."""
    low, high = REACH
    radius = float(np.sqrt(rng.uniform(low**2, high**2)))
    bearing = float(rng.uniform(-1.05, 1.05))
    x, y = radius * np.cos(bearing), radius * np.sin(bearing)
    x, y, yaw = _given(spec, x, y, float(rng.uniform(-np.pi, np.pi)), rng)
    if spec.pose.y is None and abs(y) > SIDE_REACH:
        raise NoPlaceError("out of reach")
    return _Place(x, y, bench.height, yaw, bench.name, GAP)


def _beside(
    bench: Bench, spec: ObjectSpec, asset: Asset, other: Placed, rng: np.random.Generator
) -> _Place:
    """Next to another object, on the same level, as close as `nextto` asks for.

    One side of the other's bounds is chosen; true outlines count, so that round things come
    as close as long ones.
    """
    yaw = float(rng.uniform(-np.pi, np.pi))
    low, high = _bounds(asset, yaw)
    other_low, other_high = _bounds(other.asset, other.footprint.yaw)
    axis, ahead = int(rng.integers(2)), bool(rng.integers(2))
    gap = float(rng.uniform(0.005, 0.012))
    offset = rng.uniform(0.6 * (other_low - high), 0.6 * (other_high - low))
    offset[axis] = (
        other_high[axis] - low[axis] + gap if ahead else other_low[axis] - high[axis] - gap
    )
    x, y = (float(v) for v in other.footprint.centre + offset)
    z = float(other.pose[2, 3]) - DROP
    if np.hypot(x, y) > REACH[1] and other.level == bench.name:
        raise NoPlaceError("out of reach")
    return _Place(x, y, z, yaw, other.level, 0.002, beside=other.spec.name)


def _bounds(asset: Asset, yaw: float) -> tuple[Array, Array]:
    """Bounds of a turned asset about its origin: least and greatest x and y, (2,) each."""
    turned = outline(asset)[:, :2] @ Footprint(np.zeros(2), np.zeros(2), yaw).axes()
    return turned.min(axis=0), turned.max(axis=0)


def _support(footprint: Footprint, direction: Array) -> float:
    """Half width of a rectangle along a unit direction, metres."""
    return float(np.abs(footprint.axes() @ direction) @ footprint.half)


def _carried(spec: ObjectSpec, asset: Asset, other: Placed, rng: np.random.Generator) -> _Place:
    """On a surface or inside a cavity of another object."""
    half = np.array(asset.extents[:2]) / 2
    regions = _cavities(other.asset) if spec.inside else _surfaces(other.asset)
    fitting = [r for r in regions if _fits(r, asset)]
    fitting = [r for r in fitting if _is_open(other, r.name)] or fitting
    if not fitting:
        where = "inside" if spec.inside else "on"
        raise NoPlaceError(f"does not fit {where} {other.spec.name}")
    region = fitting[int(rng.integers(len(fitting)))]
    yaw = float(rng.uniform(-np.pi, np.pi))
    if not region.round and min(region.half) < float(np.linalg.norm(half)):
        yaw = float(rng.integers(2)) * np.pi
    local = Footprint(np.zeros(2), half, yaw)
    spread = np.array([_support(local, axis) for axis in np.eye(2)])
    if not region.walled:
        spread = np.full(2, base_radius(asset))
    elif region.round:
        spread = np.full(2, footprint_radius(asset))
    room = np.maximum(np.asarray(region.half) - spread, 0.0)
    offset = rng.uniform(-room, room) * (0.7 if region.round else 0.9)
    link_pose = other.pose @ link_transform(other.asset, region.link, other.joints)
    point = link_pose @ np.array([region.centre[0] + offset[0], region.centre[1] + offset[1],
                                  region.centre[2], 1.0])  # fmt: skip
    base_yaw = float(np.arctan2(link_pose[1, 0], link_pose[0, 0]))
    level = f"{other.spec.name}/{region.name}"
    return _Place(float(point[0]), float(point[1]), float(point[2]), base_yaw + yaw, level, 0.004)


def _is_open(placed: Placed, cavity: str) -> bool:
    """Whether a cavity is behind a joint that is open."""
    gate = next((c.joint for c in placed.asset.cavities if c.name == cavity), None)
    return gate is not None and placed.joints[gate] != 0.0


@dataclass(frozen=True)
class _Region:
    name: str
    link: str
    centre: Array
    half: Array
    height: float
    round: bool
    walled: bool


def _surfaces(asset: Asset) -> list[_Region]:
    def region(s: Surface) -> _Region:
        return _Region(
            s.name, s.link, np.array(s.pos), np.array(s.half_size), s.clearance, s.disc, False
        )

    return [region(s) for s in open_surfaces(asset)]


def _cavities(asset: Asset) -> list[_Region]:
    def region(c: Cavity) -> _Region:
        floor = np.array(c.centre) - np.array([0, 0, c.half_size[2]])
        half = np.array(c.half_size[:2])
        # What stands in an open vessel may look out of it by half its own height.
        height = 2 * c.half_size[2] * (2.0 if c.opening == "top" and c.joint is None else 1.0)
        return _Region(c.name, c.link, floor, half, height, c.round, True)

    return [region(c) for c in asset.cavities]


def _fits(region: _Region, asset: Asset) -> bool:
    half = np.array(asset.extents[:2]) / 2
    if asset.extents[2] > region.height - 0.003:
        return False
    if not region.walled:
        return fits_on(asset, region.half, region.round)
    if region.round:
        return footprint_radius(asset) * ROUND_SLACK <= float(region.half[0])
    return bool((np.sort(half) <= np.sort(region.half) - 0.002).all())
