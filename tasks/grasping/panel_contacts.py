"""Shutting a door, drawer or lid by its panel: pushed anywhere, or held by an edge.

A push takes a point whose face meets the way it is to go, far enough from a hinge; the closed
fingertips come straight on or tilted, so that a front close to the robot is pushed from above,
and a lid that leans back is pulled over from behind. Held is what is thin along its way: the
edge of a lid that is too far to be reached around.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation, transform
from ...scenes.core.seeds import generator
from ...schemas import Asset, Handle, Joint, RobotSpec
from .antipodal import antipodal
from .hand import TIP_REACH, opening_for
from .handles import PUSH_GAP, ContactPose
from .pairs import collision_mesh, sample_surface

CONTACTS = 10
"""Places on a part where it is pushed."""
SAMPLES = 600
"""Surface points that are looked at."""
OPPOSED = 0.75
"""Least cosine between a face's inward normal and the way that it is to go."""
ALONG = 0.9
"""Least cosine between the closing axis and the way that a held edge is to go."""
LEVER_SHARE = 0.6
"""Of the longest lever of a hinged part: nearer to its hinge nothing is pushed."""
HELD_LEVER_SHARE = 0.4
"""Likewise for what is held."""
APART = 0.045
"""Between two contacts, metres."""
TILTS = ((0.0, 1), (0.45, 6), (0.9, 8), (1.3, 12))
"""Angle between approach and push, radians, and how many directions it is turned to."""
FINGER = 0.0105
"""Half the thickness of the closed fingers, metres: what touches when they come aslant."""
OVERLAP = 0.012
"""How far fingers that push with their side reach past the contact, metres."""
ROLLS = (0.0, np.pi / 2)
"""Of the hand about its approach, radians."""
MAX_HELD = 40
"""Ways to hold an edge."""

_CACHE: OrderedDict[tuple[str, str, float], list[ContactPose]] = OrderedDict()


def panel_holds(
    asset: Asset, key: str, joint: Joint, first: int, robot: RobotSpec
) -> list[ContactPose]:
    """Ways to shut a part: pushes, the straight ones first, then holds by its edges.

    Args:
        asset: the object.
        key: its content hash, which seeds the sampling.
        joint: of the part.
        first: number of the first hold.
        robot: whose fingers push or hold it.
    """
    name = (key, joint.name, robot.max_opening)
    if name not in _CACHE:
        rng = generator((int(key[:12], 16),), "panel", joint.name)
        link = next(x.name for x in asset.links if x.joint and x.joint.name == joint.name)
        mesh = collision_mesh(asset, link)
        _CACHE[name] = [*_pushes(mesh, joint, rng), *_edges(mesh, joint, robot, rng)]
        if len(_CACHE) > 256:
            _CACHE.popitem(last=False)
    return [replace(hold, number=first + i) for i, hold in enumerate(_CACHE[name])]


def shuts(handle: Handle, joint: Joint) -> bool:
    """Whether a push along a handle's approach shuts its part: not that against a lid's lip."""
    ways, _ = _shutting(joint, np.array([handle.pos]))
    return bool(ways[0] @ np.array(handle.approach) > OPPOSED)


def _pushes(mesh: Any, joint: Joint, rng: np.random.Generator) -> list[ContactPose]:
    """Closed fingers just before contact."""
    points, ways = _contacts(mesh, joint, rng)
    found: list[ContactPose] = []
    for tilt, directions in TILTS:
        for point, way in zip(points, ways, strict=True):
            side = np.cross(way, [0.0, 0.0, 1.0] if abs(way[2]) < 0.9 else [1.0, 0.0, 0.0])
            side /= np.linalg.norm(side)
            for bearing in np.arange(directions) * (2 * np.pi / directions):
                about = axis_rotation(way, float(bearing)) @ side
                z = axis_rotation(about, tilt) @ way
                aslant = np.sin(tilt)
                tip = point - way * (PUSH_GAP + FINGER * aslant) + z * OVERLAP * aslant
                for roll in ROLLS:
                    y = axis_rotation(z, roll) @ about
                    turned = np.stack([np.cross(y, z), y, z], axis=1)
                    found.append(ContactPose(0, transform(tip - z * TIP_REACH, turned), 0.0, True))
    return found


def _contacts(mesh: Any, joint: Joint, rng: np.random.Generator) -> tuple[Array, Array]:
    """Points (N, 3) on a part and the way each is to go (N, 3), in the link's frame."""
    points, normals = sample_surface(mesh, SAMPLES, rng)
    ways, levers = _shutting(joint, points)
    good = -np.einsum("ij,ij->i", normals, ways) > OPPOSED
    good &= levers > LEVER_SHARE * levers.max()
    # The longest levers ask for the least force.
    order = np.argsort(-np.round(levers, 2), kind="stable")
    chosen = _spread(points, order[good[order]], CONTACTS)
    return points[chosen], ways[chosen]


def _edges(
    mesh: Any, joint: Joint, robot: RobotSpec, rng: np.random.Generator
) -> list[ContactPose]:
    """The open hand around a part, closing along its way."""
    pinches = antipodal(mesh, robot, rng, below=2.0)
    if len(pinches.widths) == 0:
        return []
    ways, levers = _shutting(joint, pinches.middles)
    along = np.abs(np.einsum("ij,ij->i", pinches.poses[:, :3, 1], ways))
    good = np.flatnonzero((along > ALONG) & (levers > HELD_LEVER_SHARE * levers.max()))
    chosen = rng.permutation(good)[:MAX_HELD]
    return [
        ContactPose(
            0,
            pinches.poses[i],
            opening_for(float(pinches.widths[i]), robot),
            False,
            float(pinches.widths[i]),
        )
        for i in chosen
    ]


def _shutting(joint: Joint, points: Array) -> tuple[Array, Array]:
    """Unit vectors (N, 3) along which points move as the joint shuts, and levers (N,)."""
    axis = np.array(joint.axis) / np.linalg.norm(joint.axis)
    if joint.kind == "slide":
        return np.tile(-axis, (len(points), 1)), np.ones(len(points))
    ways = -np.cross(axis, points - np.array(joint.anchor))
    levers = np.linalg.norm(ways, axis=1)
    return ways / np.maximum(levers, 1e-6)[:, None], levers


def _spread(points: Array, order: Any, count: int) -> list[int]:
    """The first of an order that lie apart."""
    chosen: list[int] = []
    for i in order:
        if all(np.linalg.norm(points[i] - points[j]) > APART for j in chosen):
            chosen.append(int(i))
            if len(chosen) == count:
                break
    return chosen
