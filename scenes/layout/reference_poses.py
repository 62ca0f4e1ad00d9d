"""Poses that a spec states, carried over to cousins of other sizes.

A reference scene states where each object is. Where a cousin is larger or smaller than what
was measured, those that stand on it, in it or beside it follow: what it carries moves with its
edges, what stands beside or before it keeps its gap. What still collides then looks for the
nearest free pose within `SceneSpec.adjust`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...schemas import Asset, ObjectSpec
from ..core.geometry import Array, Footprint, contains, transform, yaw_quaternion
from .clearance import outlines_overlap
from .placed import CandidatePose, Origin, Placed, Workspace
from .pose_sampling import carrier, in_region, region_frame, region_room
from .relations import ALIGNED, FACING, Body, next_to, quarter_turn
from .views import number

SNUG_STEP, SNUG_STEPS = 0.005, 24
"""Steps in which a thing is moved to or from what it stands beside, metres, and how many."""
CLEAR = 0.005
"""Free space to what it is moved beside, metres."""
TURN = float(np.radians(5.0))
"""Spread of a front that faces something, radians."""


def anchored(
    bench: Workspace,
    spec: ObjectSpec,
    asset: Asset,
    place: CandidatePose,
    placed: Mapping[str, Placed],
    share: float,
    rng: np.random.Generator,
) -> CandidatePose:
    """A place with what the spec states of the pose in it.

    Args:
        bench: whose `adjust` bounds how far a stated pose may shift.
        spec: of the object.
        asset: what it is.
        place: proposed by its relation alone.
        placed: what stands already.
        share: of `adjust` to be used, in [0, 1].
        rng: for what is left open.
    """
    x, y, yaw = _stated(spec, place, rng)
    pose = spec.pose
    if pose.x is None or pose.y is None:
        return _turned(spec, replace(place, x=x, y=y, yaw=yaw), placed, rng)
    origin = (x, y, yaw)
    target = carrier(spec, bench) or spec.next_to or spec.in_front_of
    anchor = placed.get(target or "")
    if anchor is not None and anchor.origin is not None:
        x, y, yaw = _followed(origin, spec, asset, anchor, carried=place.region is not None)
    radius = bench.adjust * float(np.sqrt(share * rng.uniform()))
    angle = float(rng.uniform(-np.pi, np.pi))
    x, y = x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle))
    moved = replace(place, x=x, y=y, yaw=yaw, origin=origin, given=True)
    moved = _turned(spec, moved, placed, rng)
    if place.region is not None and anchor is not None:
        return _within(moved, asset, anchor)
    if bench.adjust > 0 and spec.next_to is not None and anchor is not None:
        return _snug(moved, asset, anchor, bench)
    if bench.adjust > 0 and moved.level == bench.name:
        moved = _on_bench(moved, asset, bench)
    return moved


def _stated(spec: ObjectSpec, place: CandidatePose, rng: np.random.Generator) -> Origin:
    """The parts of the pose that the spec states in place of the proposed ones."""
    pose, path = spec.pose, f"object.{spec.name}.pose"
    x = place.x if pose.x is None else number(pose.x, rng, f"{path}.x")
    y = place.y if pose.y is None else number(pose.y, rng, f"{path}.y")
    if pose.yaw is None:
        return x, y, place.yaw
    return x, y, float(np.radians(number(pose.yaw, rng, f"{path}.yaw")))


def _followed(
    origin: Origin, spec: ObjectSpec, asset: Asset, anchor: Placed, *, carried: bool
) -> Origin:
    """Where a stated pose comes to lie when its anchor has another pose and another size."""
    if anchor.origin is None:
        return origin
    ox, oy, oyaw = anchor.origin
    local = Footprint(np.zeros(2), np.zeros(2), oyaw).axes() @ np.array(
        [origin[0] - ox, origin[1] - oy]
    )
    half = np.array(anchor.asset.extents[:2]) / 2
    known = half if anchor.spec.extents is None else np.array(anchor.spec.extents[:2]) / 2
    if carried:
        local = local * half / known
    else:
        axis = int(np.argmax(np.abs(local) / known))
        grown = half[axis] - known[axis] + _grown(spec, asset, origin[2] - oyaw, axis)
        local[axis] += np.copysign(grown, local[axis])
    x, y = anchor.footprint.centre + local @ anchor.footprint.axes()
    return float(x), float(y), origin[2] + anchor.footprint.yaw - oyaw


def _grown(spec: ObjectSpec, asset: Asset, yaw: float, axis: int) -> float:
    """By how much an object reaches farther along an axis than what was measured, metres."""
    if spec.extents is None:
        return 0.0
    more = (np.array(asset.extents[:2]) - np.array(spec.extents[:2])) / 2
    across = np.abs([np.cos(yaw), np.sin(yaw)])
    return float(more @ (across if axis == 0 else across[::-1]))


def _within(place: CandidatePose, asset: Asset, anchor: Placed) -> CandidatePose:
    """The nearest place within the region that carries it."""
    if place.region is None:
        return place
    region, frame = place.region, region_frame(anchor, place.region)
    turned = float(np.arctan2(frame[1, 0], frame[0, 0]))
    point: Array = frame[:3, :3].T @ (np.array([place.x, place.y, place.z]) - frame[:3, 3])
    room = region_room(region, asset, place.yaw - turned)
    offset = np.clip(point[:2] - region.centre[:2], -room, room)
    kept = in_region(anchor, region, offset, place.yaw - turned)
    return replace(kept, origin=place.origin, given=True)


def _snug(place: CandidatePose, asset: Asset, anchor: Placed, bench: Workspace) -> CandidatePose:
    """Nearer to its anchor, or farther away, until it is next to it without touching.

    Where that leads off the bench, the other sides of the anchor are tried.
    """
    centre = anchor.footprint.centre
    start = np.array([place.x, place.y])
    ahead = (start - centre) / max(float(np.linalg.norm(start - centre)), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    away = float(np.linalg.norm(start - centre))
    for side in (ahead, aside, -aside, -ahead):
        for step in range(2 * SNUG_STEPS):
            shift = SNUG_STEP * ((step + 1) // 2) * (1 if step % 2 else -1)
            x, y = (float(v) for v in centre + (away + shift) * side)
            moved = replace(place, x=x, y=y)
            if _stands_beside(moved, asset, anchor, bench):
                return moved
    return place


def _stands_beside(place: CandidatePose, asset: Asset, anchor: Placed, bench: Workspace) -> bool:
    """Whether it is next to its anchor there, without touching it or leaving the bench."""
    centre = np.array([place.x, place.y])
    footprint = Footprint(centre, np.array(asset.extents[:2]) / 2, place.yaw)
    if place.level == bench.name and not contains(bench.area, footprint):
        return False
    pose = transform([place.x, place.y, place.z], yaw_quaternion(place.yaw))
    its = Body(anchor.asset, anchor.pose, anchor.joints)
    return next_to(Body(asset, pose, {}), its) and not outlines_overlap(
        asset, pose, anchor.asset, anchor.pose, CLEAR
    )


def _on_bench(place: CandidatePose, asset: Asset, bench: Workspace) -> CandidatePose:
    """Moved inwards where it would look out over the edge of the bench."""
    area = bench.area
    half = np.array(asset.extents[:2]) / 2
    turned = np.abs(Footprint(np.zeros(2), half, place.yaw - area.yaw).axes())
    room = np.maximum(area.half - half @ turned, 0.0)
    local = area.axes() @ (np.array([place.x, place.y]) - area.centre)
    x, y = (float(v) for v in area.centre + np.clip(local, -room, room) @ area.axes())
    return replace(place, x=x, y=y)


def _turned(
    spec: ObjectSpec, place: CandidatePose, placed: Mapping[str, Placed], rng: np.random.Generator
) -> CandidatePose:
    """Turned to face, or to be aligned with, what the spec says, where it is not yet."""
    faced, parallel = placed.get(spec.facing or ""), placed.get(spec.aligned or "")
    if faced is not None:
        x, y = (float(value) for value in faced.footprint.centre)
        wanted = float(np.arctan2(y - place.y, x - place.x))
        off = float((place.yaw - wanted + np.pi) % (2 * np.pi) - np.pi)
        if spec.pose.yaw is None or abs(off) > FACING:
            return replace(place, yaw=wanted + float(rng.normal(0.0, TURN)))
    elif parallel is not None:
        off = quarter_turn(place.yaw - parallel.footprint.yaw)
        if spec.pose.yaw is None or abs(off) > ALIGNED:
            return replace(place, yaw=place.yaw - off)
    return place
