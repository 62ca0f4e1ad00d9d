"""Where closed fingertips push a part along its joint, worked out from the part's shape."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh

from ....scenes.core.geometry import Array, axis_rotation, rotation, transform, vec3
from ....schemas import Asset, Handle, Joint, Link
from ...grasping.hand import TIP_REACH
from ...grasping.pairs import piece

TIP = np.array([0.0088, 0.011, TIP_REACH])
"""Half extents of the two closed fingertips about the tool point, metres."""
SPREAD = (0.0, 0.65, -0.65)
"""Points looked at along each axis of a shape, as shares of its half extent."""
FACING = -0.7
"""Cosine between push and surface normal above which the fingertips would slide off."""
LEAST_LEVER = 0.008
"""Distance from a hinge's axis below which pushing turns nothing, metres."""
APART = 0.004
"""Points nearer than this are one, metres."""
AROUND = 8
"""Directions of the fingers about the push."""
TILTS = (0.0, 0.45, 0.9)
"""Angles between fingers that poke and the push, radians; more is a sweep with their side."""
DEPTHS = (0.0, 0.006)
"""How much less than half the fingertips' length reaches past the point in a sweep, metres."""
ROLLS = (0.0, np.pi / 2, np.pi, -np.pi / 2)


@dataclass(frozen=True)
class Push:
    """One way to touch a part so as to push it.

    Attributes:
        link_from_tool: (4, 4) at the first touch.
        along: unit vector (3,) of the push in the link's frame.
        poke: with the ends of the fingers, instead of their side.
        lever: distance from a hinge's axis, metres; 0 for a slide.
    """

    link_from_tool: Array
    along: Array
    poke: bool
    lever: float


_CACHE: OrderedDict[tuple[str, str, bool], tuple[Push, ...]] = OrderedDict()


def pushes(asset: Asset, joint: Joint, up: bool) -> tuple[Push, ...]:
    """All ways to push a joint's part towards its upper limit, or towards the lower one."""
    key = (asset.content_hash(), joint.name, up)
    if key not in _CACHE:
        link = next(x for x in asset.links if x.joint is not None and x.joint.name == joint.name)
        ways = [_about(*point) for point in _points(asset, link, up)]
        _CACHE[key] = tuple(push for found in ways for push in found)
        if len(_CACHE) > 256:
            _CACHE.popitem(last=False)
    return _CACHE[key]


def taken_across(asset: Asset, handle: Handle) -> Handle:
    """The same handle with the fingers at its other two sides.

    A tab that is lifted and lies low leaves no room for a finger below it: the hand then comes
    from above, with a finger on either side.
    """
    link = next(x for x in asset.links if x.name == handle.link)
    bar, pos = np.cross(handle.closing, handle.approach), np.array(handle.pos)
    sides = np.concatenate([piece(asset, shape).vertices @ bar for shape in link.collisions])
    pos = pos + bar * (float(sides.min() + sides.max()) / 2 - float(pos @ bar))
    return Handle(
        name=f"{handle.name}_across",
        link=handle.link,
        joint=handle.joint,
        pos=vec3(pos),
        approach=handle.approach,
        closing=vec3(bar),
        width=float(np.ptp(sides)),
    )


def _points(asset: Asset, link: Link, up: bool) -> list[tuple[Array, Array, float]]:
    """Points of the surface to push at, each with its direction and its lever."""
    joint = link.joint
    if joint is None or not link.collisions:
        return []
    pieces = [piece(asset, shape) for shape in link.collisions]
    mesh: Any = trimesh.util.concatenate(pieces)  # pyright: ignore[reportUnknownMemberType]
    sign = 1.0 if up else -1.0
    axis = sign * np.array(joint.axis) / np.linalg.norm(joint.axis)
    found: list[tuple[Array, Array, float]] = []
    for shape in link.collisions:
        local = piece(asset, shape.model_copy(update={"pos": (0, 0, 0), "quat": (1, 0, 0, 0)}))
        middle, half = local.bounds.mean(axis=0), np.ptp(local.bounds, axis=0) / 2
        shifts = np.concatenate([np.diag(half * share) for share in SPREAD])
        for shift in np.unique(shifts, axis=0):
            centre = rotation(shape.quat) @ (middle + shift) + np.array(shape.pos)
            hit = _met(mesh, joint, axis, centre)
            if hit is not None and all(np.linalg.norm(hit[0] - x[0]) > APART for x in found):
                found.append(hit)
    return sorted(found, key=lambda x: -x[2])


def _met(mesh: Any, joint: Joint, axis: Array, centre: Array) -> tuple[Array, Array, float] | None:
    """The first hit of a push through a point: surface point, direction, and lever."""
    along, lever = axis, 0.0
    if joint.kind == "hinge":
        along = np.cross(axis, centre - np.array(joint.anchor))
        lever = float(np.linalg.norm(along))
        if lever < LEAST_LEVER:
            return None
        along = along / lever
    start = (centre - 0.5 * along)[None]
    where, _, face = mesh.ray.intersects_location(start, along[None], multiple_hits=True)
    if len(where) == 0:
        return None
    first = int(np.argmin((where - start) @ along))
    if mesh.face_normals[face[first]] @ along > FACING:
        return None
    return where[first], along, lever


def _about(point: Array, along: Array, lever: float) -> list[Push]:
    """Tool poses that touch a point: pokes straight and slanted, and sweeps."""
    side = np.cross(along, np.eye(3)[int(np.argmin(np.abs(along)))])
    side /= np.linalg.norm(side)
    found: list[Push] = []
    for number in range(AROUND):
        about = axis_rotation(along, number * 2 * np.pi / AROUND) @ side
        tilts = TILTS[0 if number == 0 else 1 :]
        for tilt, poke in (*((x, True) for x in tilts), (np.pi / 2, False)):
            z = axis_rotation(about, tilt) @ along
            for roll in ROLLS:
                y = axis_rotation(z, roll) @ about
                frame = np.stack([np.cross(y, z), y, z], axis=1)
                reach = float(np.abs(along @ frame) @ TIP)
                for depth in (0.0,) if poke else DEPTHS:
                    pose = transform(point - along * reach - z * depth, frame)
                    found.append(Push(pose, along, poke, lever))
    return found
