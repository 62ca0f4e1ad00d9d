"""Where an object may go: before the robot, or beside, before, on or in another object.

The furniture stands on the far side and faces the robot; what is moved lies in front of it,
within reach. Poses that a spec states come later, in `anchors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...schemas import Asset, Joint, ObjectSpec, Refusal, RefusalKind
from ..core.geometry import Array, Footprint
from .clearance import base_radius, footprint_radius, link_transform, outline
from .placed import CandidatePose, MisfitError, NoPlaceError, Placed, Workspace
from .regions import AssetRegion, fits, regions_for

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
BARE_FRONT = (0.42, 0.52)
"""Distance of what holds nothing and is only reached for, such as a lamp, metres."""
GAP = 0.035
"""Least free space between things laid out freely, so that fingers fit, metres."""
SEEN_GAP = 0.010
"""Likewise where no fingers go between, metres."""
FRONT_TURN = float(np.radians(20.0))
"""Spread of the fronts of furniture about +x where no robot is to reach it, radians."""
BACK = 0.6
"""Furniture stands at most so far from the far edge towards the middle of the support, as a share
of the way."""
DROP = 0.001
"""Things start this far above what carries them, metres."""
GRAIN_GAP = 0.002
"""Free space about each of many grains before they fall, metres."""
PULLED = 0.9
"""Share of its travel by which a drawer is pulled out."""
HAND = 0.04
"""From the middle of what lies in a drawer to the body that it slides out of, at least: room
for a hand that comes from above, metres."""
BEFORE = (0.02, 0.12)
"""Free space between a front and what stands before it, metres."""


def carrier(spec: ObjectSpec, bench: Workspace) -> str | None:
    """The object that something is on or in, where it is not the bench."""
    return spec.on if spec.on and spec.on != bench.name else spec.inside


def propose(
    bench: Workspace,
    spec: ObjectSpec,
    asset: Asset,
    placed: Mapping[str, Placed],
    rng: np.random.Generator,
) -> CandidatePose:
    """One place by the object's relation, as if the spec stated no pose.

    Raises:
        NoPlaceError: where it does not fit there, or lies out of reach.
    """
    target = carrier(spec, bench)
    if target is not None:
        return _carried(spec, asset, placed[target], placed, rng)
    if spec.next_to is not None:
        return _beside(bench, spec, asset, placed[spec.next_to], rng)
    if spec.in_front_of is not None and spec.in_front_of != bench.name:
        return _before(asset, placed[spec.in_front_of], rng)
    if not bench.reached:
        return _anywhere(bench, asset, rng)
    if asset.fixed:
        return _facing(bench, asset, rng)
    return _free(bench, spec, rng)


def _facing(bench: Workspace, asset: Asset, rng: np.random.Generator) -> CandidatePose:
    """Furniture: its front towards the robot, near enough to open."""
    bearing = rng.uniform(-0.75, 0.75)
    yaw = np.pi + bearing * 0.8 + rng.normal(0, 0.06)
    front = _front_distance(asset, rng)
    direction = np.array([np.cos(bearing), np.sin(bearing)])
    back = -np.array([np.cos(yaw), np.sin(yaw)])
    centre = direction * front + back * asset.extents[0] / 2
    x, y = (float(value) for value in centre)
    return CandidatePose(x, y, bench.height, float(yaw), bench.name, 0.02)


def _anywhere(bench: Workspace, asset: Asset, rng: np.random.Generator) -> CandidatePose:
    """Anywhere on the bench; furniture in its back half, with its front towards +x."""
    half = np.array(asset.extents[:2]) / 2
    yaw = float(rng.uniform(-np.pi, np.pi))
    if asset.fixed:
        yaw = float(np.clip(rng.normal(0.0, FRONT_TURN), -2 * FRONT_TURN, 2 * FRONT_TURN))
    turned = Footprint(np.zeros(2), half, yaw - bench.area.yaw)
    spread = np.array([_support(turned, axis) for axis in np.eye(2)])
    room = np.maximum(bench.area.half - spread, 0.0)
    local = rng.uniform(-room, room)
    if asset.fixed:
        # The area's own x axis points to where the robot would be: the back, seen from +x.
        local[0] = room[0] - float(rng.uniform(0.0, BACK)) * room[0]
    x, y = (float(v) for v in bench.area.centre + local @ bench.area.axes())
    return CandidatePose(x, y, bench.height, yaw, bench.name, SEEN_GAP)


def falls_forward(joint: Joint) -> bool:
    """Whether it is the hinge of a door that comes down towards its front, +x."""
    return joint.kind == "hinge" and joint.axis[1] > 0.5


def _front_distance(asset: Asset, rng: np.random.Generator) -> float:
    """How far away furniture stands so that the arm can open it and reach inside."""
    openings = [joint for joint in asset.joints if joint.controls == "opening"]
    travel = [j.limits[1] for j in openings if j.kind == "slide"]
    travel += [asset.extents[2] for j in openings if falls_forward(j)]
    if travel:
        return float(rng.uniform(*DRAWER_FRONT)) + max(travel)
    gates = {cavity.joint for cavity in asset.cavities if cavity.opening == "front"}
    if openings and gates == {None}:
        # A lid above what is open before: where it stands open it is far.
        return float(rng.uniform(*BARE_FRONT))
    if gates:
        return float(rng.uniform(*(DOOR_FRONT if openings else SHELF_FRONT)))
    return float(rng.uniform(*(LID_FRONT if asset.cavities else BARE_FRONT)))


def _free(bench: Workspace, spec: ObjectSpec, rng: np.random.Generator) -> CandidatePose:
    """Anywhere within reach, uniformly over the area."""
    low, high = REACH
    radius = float(np.sqrt(rng.uniform(low**2, high**2)))
    bearing = float(rng.uniform(-1.05, 1.05))
    x, y = radius * np.cos(bearing), radius * np.sin(bearing)
    yaw = float(rng.uniform(-np.pi, np.pi))
    if spec.pose.y is None and abs(y) > SIDE_REACH:
        raise NoPlaceError(Refusal(RefusalKind.OUT_OF_REACH))
    return CandidatePose(x, y, bench.height, yaw, bench.name, GAP)


def _beside(
    bench: Workspace, spec: ObjectSpec, asset: Asset, other: Placed, rng: np.random.Generator
) -> CandidatePose:
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
    far = bench.reached and np.hypot(x, y) > REACH[1]
    if far and other.level == bench.name and spec.pose.x is None:
        raise NoPlaceError(Refusal(RefusalKind.OUT_OF_REACH))
    return CandidatePose(x, y, z, yaw, other.level, 0.002, beside=other.spec.name)


def _bounds(asset: Asset, yaw: float) -> tuple[Array, Array]:
    """Bounds of a turned asset about its origin: least and greatest x and y, (2,) each."""
    turned = outline(asset)[:, :2] @ Footprint(np.zeros(2), np.zeros(2), yaw).axes()
    return turned.min(axis=0), turned.max(axis=0)


def _support(footprint: Footprint, direction: Array) -> float:
    """Half width of a rectangle along a unit direction, metres."""
    return float(np.abs(footprint.axes() @ direction) @ footprint.half)


def _before(asset: Asset, other: Placed, rng: np.random.Generator) -> CandidatePose:
    """Before the front of another object, on the same level."""
    ahead, aside = other.footprint.axes()
    yaw = float(rng.uniform(-np.pi, np.pi))
    local = Footprint(np.zeros(2), np.array(asset.extents[:2]) / 2, yaw)
    away = other.footprint.half[0] + _support(local, ahead) + rng.uniform(*BEFORE)
    side = rng.uniform(-0.7, 0.7) * other.footprint.half[1]
    x, y = (float(v) for v in other.footprint.centre + ahead * away + aside * side)
    return CandidatePose(x, y, float(other.pose[2, 3]) - DROP, yaw, other.level, 0.005)


def _carried(
    spec: ObjectSpec,
    asset: Asset,
    other: Placed,
    placed: Mapping[str, Placed],
    rng: np.random.Generator,
) -> CandidatePose:
    """On a surface or inside a cavity of another object."""
    region = _region(spec, asset, other, rng)
    if asset.grain:
        return _among(asset, other, region, placed)
    half = np.array(asset.extents[:2]) / 2
    yaw = float(rng.uniform(-np.pi, np.pi))
    if not region.round and min(region.half) < float(np.linalg.norm(half)):
        yaw = float(rng.integers(2)) * np.pi
    room = region_room(region, asset, yaw)
    share = 0.7 if region.round else 0.9
    low = np.array([max(-share * room[0], _under_body(other, region, room[0])), -share * room[1]])
    return in_region(other, region, rng.uniform(np.minimum(low, share * room), share * room), yaw)


def _under_body(other: Placed, region: AssetRegion, room: float) -> float:
    """Least x of what lies in a drawer so that, pulled out, all of it is before the body.

    Args:
        other: with the drawer.
        region: the drawer's; of any other there is no bound.
        room: how far the thing's middle may be from the region's along x, metres.
    """
    gate = next((c.joint for c in other.asset.cavities if c.name == region.name), None)
    for joint in other.asset.joints:
        if joint.name == gate and joint.kind == "slide":
            out = PULLED * (joint.limits[1] - joint.limits[0])
            return float(region.half[0]) - out + max(float(region.half[0]) - room, HAND)
    return -np.inf


def _among(
    asset: Asset, other: Placed, region: AssetRegion, placed: Mapping[str, Placed]
) -> CandidatePose:
    """The next of many grains: in rings, layer on layer, which then fall into place."""
    level = f"{other.spec.name}/{region.name}/"
    before = sum(thing.level.startswith(level) for thing in placed.values())
    wide = footprint_radius(asset) + GRAIN_GAP
    room = max(float(min(region.half)) - wide, 0.0)
    most = 1 if room < wide else int(np.pi / np.arcsin(min(1.0, wide / room)))
    layer, number = divmod(before, max(1, most))
    angle = 2 * np.pi * number / max(1, most) + 0.5 * layer
    away = room if most > 1 else 0.0
    place = in_region(other, region, away * np.array([np.cos(angle), np.sin(angle)]), angle)
    height = place.z + layer * (asset.extents[2] + GRAIN_GAP)
    return replace(place, z=height, level=f"{level}{layer}", gap=0.0)


def _region(spec: ObjectSpec, asset: Asset, other: Placed, rng: np.random.Generator) -> AssetRegion:
    """Where on or in another object it goes: the level asked for, else an open one that fits."""
    fitting = [r for r in regions_for(other.asset, spec) if fits(r, asset)]
    fitting = [r for r in fitting if _is_open(other, r.name)] or fitting
    if not fitting:
        inside = RefusalKind.DOES_NOT_FIT_INSIDE
        kind = inside if spec.inside else RefusalKind.DOES_NOT_FIT_ON
        raise MisfitError(Refusal(kind, (other.spec.name,)))
    return fitting[int(rng.integers(len(fitting)))]


def region_room(region: AssetRegion, asset: Asset, yaw: float) -> Array:
    """How far an object's middle may be from the middle of a region, (2,), metres.

    Args:
        region: where it goes.
        asset: what it is.
        yaw: of the object in the region's frame, radians.
    """
    local = Footprint(np.zeros(2), np.array(asset.extents[:2]) / 2, yaw)
    spread = np.array([_support(local, axis) for axis in np.eye(2)])
    if not region.walled:
        spread = np.full(2, base_radius(asset))
    elif region.round:
        spread = np.full(2, footprint_radius(asset))
    room: Array = np.maximum(np.asarray(region.half) - spread, 0.0)
    return room


def region_frame(other: Placed, region: AssetRegion) -> Array:
    """`world_from_link` (4, 4) of the part that a region belongs to."""
    frame: Array = other.pose @ link_transform(other.asset, region.link, other.joints)
    return frame


def in_region(other: Placed, region: AssetRegion, offset: Array, yaw: float) -> CandidatePose:
    """The place at an offset (2,) from a region's middle, turned by `yaw` in its frame."""
    frame = region_frame(other, region)
    point = frame @ np.array([*(region.centre[:2] + offset), region.centre[2], 1.0])
    turned = float(np.arctan2(frame[1, 0], frame[0, 0])) + yaw
    level = f"{other.spec.name}/{region.name}"
    x, y, z = (float(value) for value in point[:3])
    return CandidatePose(x, y, z, turned, level, 0.004, region=region)


def _is_open(placed: Placed, cavity: str) -> bool:
    """Whether a cavity is behind a joint that is open."""
    gate = next((c.joint for c in placed.asset.cavities if c.name == cavity), None)
    return gate is not None and placed.joints[gate] != 0.0
