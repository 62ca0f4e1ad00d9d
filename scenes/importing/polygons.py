"""Planar polygons in space: whether they are convex, and their triangles."""

from __future__ import annotations

import numpy as np

from ..core.geometry import Array

FLAT = 1e-9
"""Turns with a sine times lengths below this share of the squared size are straight."""


def is_convex(corners: Array) -> bool:
    """Whether a polygon (N, 3) turns one way at each corner, so that a fan fills it."""
    flat = _flattened(corners)
    return bool((_turns(flat) >= -_slack(flat)).all())


def triangulated(corners: Array) -> list[tuple[int, int, int]]:
    """Indices of triangles that fill a simple polygon (N, 3), by cutting ears (Meisters, 1975).

    Where the polygon crosses itself no ear may be left; the rest is then filled by a fan.
    """
    flat = _flattened(corners)
    left = list(range(len(flat)))
    found: list[tuple[int, int, int]] = []
    while len(left) > 3:
        ear = next((k for k in range(len(left)) if _is_ear(flat, left, k)), None)
        if ear is None:
            break
        found.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    return [*found, *((left[0], left[k], left[k + 1]) for k in range(1, len(left) - 1))]


def _flattened(corners: Array) -> Array:
    """The polygon in its own plane (N, 2), counter-clockwise."""
    following = np.roll(corners, -1, axis=0)
    normal = np.cross(corners - corners[0], following - corners[0]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    if length == 0:
        return np.zeros((len(corners), 2))
    normal = normal / length
    side = np.cross(normal, np.eye(3)[int(np.abs(normal).argmin())])
    side /= np.linalg.norm(side)
    flat: Array = np.column_stack([corners @ side, corners @ np.cross(normal, side)])
    return flat


def _cross(a: Array, b: Array) -> Array:
    found: Array = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return found


def _turns(flat: Array) -> Array:
    return _cross(flat - np.roll(flat, 1, axis=0), np.roll(flat, -1, axis=0) - flat)


def _slack(flat: Array) -> float:
    return 1e-6 * float(np.ptp(flat, axis=0).max()) ** 2


def _is_ear(flat: Array, left: list[int], place: int) -> bool:
    a, b, c = flat[left[place - 1]], flat[left[place]], flat[left[(place + 1) % len(left)]]
    if float(_cross(b - a, c - b)) <= FLAT * _slack(flat):
        return False
    skip = {left[place - 1], left[place], left[(place + 1) % len(left)]}
    others = flat[[k for k in left if k not in skip]]
    inside = np.ones(len(others), dtype=bool)
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= _cross(end - start, others - start) >= 0
    return not inside.any()
