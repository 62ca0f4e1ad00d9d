"""Layout: where things go, by relations, without touching; physics then settles them.

Doors and drawers stay free to move, and every relation that the spec states holds.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...schemas import (
    ANY_JOINT,
    ANY_SWITCH,
    Asset,
    ObjectSpec,
    Refusal,
    RefusalKind,
    together,
)
from ..core.geometry import Footprint, contains, overlap, transform, yaw_quaternion
from .clearance import outlines_overlap
from .crowding import Crowd, crowding
from .placed import CandidatePose, MisfitError, NoPlaceError, Placed, Workspace
from .pose_sampling import DROP, REACH, falls_forward, propose
from .reference_poses import anchored
from .relations import Body, broken
from .views import number

__all__ = ["REACH", "NoPlaceError", "Placed", "Workspace", "lay_out"]

ATTEMPTS_PER_OBJECT = 80
TOUCH = 0.003
"""Least free space between true outlines where a person says where things are, metres."""


def lay_out(
    bench: Workspace,
    objects: tuple[tuple[ObjectSpec, Asset], ...],
    rng: np.random.Generator,
    crowd: Crowd | None = None,
) -> tuple[Placed, ...]:
    """Place all objects in turn; those of a crowd come last.

    Raises:
        NoPlaceError: where one of them finds no place.
    """
    placed: dict[str, Placed] = {}
    last = frozenset[str]() if crowd is None else crowd.names
    order = sorted(objects, key=lambda pair: _rank(pair[0], pair[1], bench, last))
    for spec, asset in order:
        joints = _joints(spec, asset, rng)
        placed[spec.name] = _place(bench, spec, asset, joints, placed, rng, crowd)
    return tuple(placed[spec.name] for spec, _ in objects)


def _rank(spec: ObjectSpec, asset: Asset, bench: Workspace, last: frozenset[str]) -> int:
    """Furniture first, then what stands on the bench, then what depends on another object."""
    if spec.name in last:
        return 4
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
    for stands_for, controls in ((ANY_JOINT, "opening"), (ANY_SWITCH, "switch")):
        whole = shares.pop(stands_for, 0.0)
        meant = [joint for joint in asset.joints if joint.controls == controls]
        if whole > 0.0 and meant:
            chosen = meant[int(rng.integers(len(meant)))]
            shares.setdefault(chosen.name, whole)
    values: dict[str, float] = {}
    for joint in asset.joints:
        share = shares.get(joint.name, 0.0)
        low, high = joint.limits
        values[joint.name] = low + float(np.clip(share, 0.0, 1.0)) * (high - low)
    return values


def _place(
    bench: Workspace,
    spec: ObjectSpec,
    asset: Asset,
    joints: dict[str, float],
    placed: Mapping[str, Placed],
    rng: np.random.Generator,
    crowd: Crowd | None,
) -> Placed:
    reasons: set[Refusal] = set()
    for attempt in range(ATTEMPTS_PER_OBJECT):
        share = attempt / ATTEMPTS_PER_OBJECT
        try:
            if crowd is not None and spec.name in crowd.names:
                place = crowding(bench, crowd, asset, placed, share, rng)
            else:
                place = propose(bench, spec, asset, placed, rng)
                place = anchored(bench, spec, asset, place, placed, share, rng)
            return _checked(bench, spec, asset, joints, place, placed)
        except MisfitError as error:
            raise MisfitError(_no_place(spec, {error.refusal})) from error
        except NoPlaceError as error:
            reasons.add(error.refusal)
    raise NoPlaceError(_no_place(spec, reasons))


def _no_place(spec: ObjectSpec, reasons: set[Refusal]) -> Refusal:
    """An object finds no place, for reasons that are kept in the order of their sentences."""
    ordered = sorted(reasons, key=lambda reason: (str(reason), reason.objects))
    return Refusal(RefusalKind.NO_PLACE, (spec.name,), tuple(ordered))


def _checked(
    bench: Workspace,
    spec: ObjectSpec,
    asset: Asset,
    joints: dict[str, float],
    place: CandidatePose,
    placed: Mapping[str, Placed],
) -> Placed:
    """Refuse what leaves the bench, comes too close to what is there, or loses a relation."""
    half = np.array(asset.extents[:2]) / 2
    footprint = Footprint(np.array([place.x, place.y]), half, place.yaw)
    keep_out = tuple(_sweeps(asset, footprint))
    if place.level == bench.name and not contains(bench.area, footprint):
        raise NoPlaceError(Refusal(RefusalKind.OFF_SUPPORT, (bench.name,)))
    pose = transform([place.x, place.y, place.z + DROP], yaw_quaternion(place.yaw))
    found = Placed(spec, asset, pose, joints, footprint, keep_out, place.level, place.origin)
    for other in placed.values():
        if other.level == place.level and not asset.grain:
            _refuse_contact(found, other, place)
    bodies = {name: _body(thing) for name, thing in placed.items()}
    lost = together(broken(spec, {**bodies, spec.name: _body(found)}))
    if lost is not None:
        raise NoPlaceError(lost)
    return found


def _refuse_contact(mine: Placed, other: Placed, place: CandidatePose) -> None:
    """Refuse what touches another thing of its level, or the way of its door or drawer.

    Raises:
        NoPlaceError: naming the other thing.
    """
    name = (other.spec.name,)
    if place.given or place.crowding:
        gap = TOUCH if place.given else place.gap
        if overlap(mine.footprint.grown(gap), other.footprint) and outlines_overlap(
            mine.asset, mine.pose, other.asset, other.pose, gap
        ):
            raise NoPlaceError(Refusal(RefusalKind.TOUCHES, name))
        if place.given and other.origin is not None:
            return
    elif other.spec.name != place.beside and overlap(
        mine.footprint.grown(place.gap), other.footprint
    ):
        raise NoPlaceError(Refusal(RefusalKind.TOO_CLOSE, name))
    before = mine.spec.in_front_of == other.spec.name
    if not before and any(overlap(area, mine.footprint) for area in other.keep_out):
        raise NoPlaceError(Refusal(RefusalKind.IN_THE_WAY, name))
    if any(overlap(area, other.footprint) for area in mine.keep_out):
        raise NoPlaceError(Refusal(RefusalKind.OWN_DOOR_BLOCKED, name))


def _body(placed: Placed) -> Body:
    return Body(placed.asset, placed.pose, placed.joints)


def _sweeps(asset: Asset, footprint: Footprint) -> list[Footprint]:
    """The space to keep free in front of furniture: reach of its drawers, doors, and openings."""
    depth = 0.0
    for link in asset.links:
        joint = link.joint
        if joint is None or joint.controls != "opening":
            continue
        if joint.kind == "slide" and abs(joint.axis[0]) > 0.5:
            depth = max(depth, joint.limits[1] + 0.05)
        elif joint.kind == "hinge" and abs(joint.axis[2]) > 0.5:
            depth = max(depth, 0.75 * asset.extents[1])
        elif falls_forward(joint):
            depth = max(depth, asset.extents[2])
    if any(cavity.opening == "front" for cavity in asset.cavities):
        depth = max(depth, 0.14)
    if depth == 0.0:
        return []
    ahead = footprint.axes()[0]
    centre = footprint.centre + ahead * (footprint.half[0] + depth / 2)
    return [Footprint(centre, np.array([depth / 2, footprint.half[1]]), footprint.yaw)]
