"""Collision pieces for round things: rings of staves and bases that stand still.

A level base of boxes touches a table in exact corners and comes to a full stop; cylinders and
meshes keep trembling in the general convex solver. So upright shapes stand on boxes, and their
round sides end `LIFT` above the ground.
"""

from __future__ import annotations

import numpy as np

from .....schemas.base import Quat
from .draft import LinkDraft

LIFT = 0.0006
STAVES = 12


def turned(yaw: float, tilt: float = 0.0) -> Quat:
    """Rotation about y by `tilt`, then about z by `yaw` (radians), as wxyz."""
    cy, sy, ct, st = np.cos(yaw / 2), np.sin(yaw / 2), np.cos(tilt / 2), np.sin(tilt / 2)
    return float(cy * ct), float(-sy * st), float(cy * st), float(sy * ct)


def ring(
    link: LinkDraft,
    low: tuple[float, float],
    high: tuple[float, float],
    thickness: float,
    count: int = STAVES,
) -> None:
    """A ring of box staves whose outer faces follow the line from (radius, z) to (radius, z).

    The outer faces lie between the circle's inscribed and circumscribed polygons, so the
    error is at most half a per cent of sqrt(count) or about 2 mm at 120 mm and 12 staves.
    """
    fit = (1 + np.cos(np.pi / count)) / 2
    (r0, z0), (r1, z1) = low, high
    # The upper end is cut square: keep its inner edge from rising above the rim.
    lean = np.arctan2(r1 - r0, z1 - z0)
    z1 -= thickness * float(np.sin(max(lean, 0.0)))
    run, rise = (r1 - r0) * fit, z1 - z0
    length = float(np.hypot(run, rise))
    tilt = float(np.arctan2(run, rise))
    inward = np.array([-np.cos(tilt), np.sin(tilt)]) * thickness / 2
    middle = np.array([(r0 + r1) / 2 * fit, (z0 + z1) / 2]) + inward
    # Wide enough to leave at most a slit at the wider end, not so wide as to stick out below.
    width = (0.93 * max(r0, r1) + 0.07 * min(r0, r1)) * fit * np.tan(np.pi / count)
    for k in range(count):
        yaw = 2 * np.pi * k / count
        pos = (middle[0] * np.cos(yaw), middle[0] * np.sin(yaw), middle[1])
        link.collide("box", (thickness / 2, width, length / 2), pos, turned(yaw, tilt))


def base(link: LinkDraft, radius: float, z0: float, z1: float, count: int = 3) -> None:
    """A level plate of crossed boxes with corners on a circle, from z0 to z1."""
    half_angle = np.pi / (2 * count)
    half = (radius * np.cos(half_angle), radius * np.sin(half_angle), (z1 - z0) / 2)
    for k in range(count):
        link.collide("box", half, (0, 0, (z0 + z1) / 2), turned(np.pi * k / count))


def column(
    link: LinkDraft, radius: float, z0: float, z1: float, pos: tuple[float, float] = (0, 0)
) -> None:
    """An upright cylinder from z0 to z1."""
    link.collide("cylinder", (radius, (z1 - z0) / 2), (*pos, (z0 + z1) / 2))


def foot(link: LinkDraft, radius: float, height: float) -> None:
    """Two crossed boxes with corners on a circle: what an upright cylinder stands on."""
    base(link, radius, 0.0, height, count=2)
