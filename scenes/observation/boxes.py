"""Upright boxes: the smallest around what is seen, completed for what is not, and their overlap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..core.geometry import Array, Footprint

TRIM = 0.5
"""Per cent of points left out at either end of an extent."""


@dataclass(frozen=True)
class UprightBox:
    """A box that stands upright in the bench frame.

    Attributes:
        centre: (3,) metres.
        extents: (3,) full, along its own axes, metres.
        yaw: of its +x about the vertical, radians.
    """

    centre: Array
    extents: Array
    yaw: float

    @property
    def footprint(self) -> Footprint:
        """Its outline on the plane."""
        return Footprint(self.centre[:2], self.extents[:2] / 2, self.yaw)

    @property
    def bottom(self) -> float:
        """Height of its underside."""
        return float(self.centre[2] - self.extents[2] / 2)

    @property
    def top(self) -> float:
        """Height of its upper side."""
        return float(self.centre[2] + self.extents[2] / 2)

    def corners(self) -> Array:
        """Eight corners, (8, 3): four below, four above, in turn around."""
        around = self.footprint.corners()
        low = np.column_stack([around, np.full(4, self.bottom)])
        high = np.column_stack([around, np.full(4, self.top)])
        return np.concatenate([low, high])


def smallest_box(points: Array, bottom: float) -> UprightBox:
    """The upright box of least footprint around points (N, 3), from `bottom` up.

    One side of the smallest rectangle lies on the convex hull (Freeman and Shapira, CACM 1975);
    a few points at either end are left out as noise.
    """
    from scipy.spatial import ConvexHull, QhullError  # pyright: ignore[reportMissingTypeStubs]

    flat = points[:, :2]
    try:
        around = flat[ConvexHull(flat).vertices]
    except QhullError:  # all points on a line
        around = flat
    edges = np.roll(around, -1, axis=0) - around
    edges = edges[np.linalg.norm(edges, axis=1) > 1e-4]
    angles = np.unique(np.round(np.arctan2(edges[:, 1], edges[:, 0]) % (np.pi / 2), 3))
    best: tuple[float, UprightBox] | None = None
    for yaw in angles.tolist() or [0.0]:
        box = _around(points, bottom, float(yaw))
        area = float(box.extents[0] * box.extents[1])
        if best is None or area < best[0]:
            best = (area, box)
    return _around(points, bottom, 0.0) if best is None else best[1]


def _around(points: Array, bottom: float, yaw: float) -> UprightBox:
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    low, high = np.percentile(points[:, :2] @ turn.T, (TRIM, 100 - TRIM), axis=0)
    top = max(float(np.percentile(points[:, 2], 99)), bottom + 0.002)
    centre = turn.T @ ((low + high) / 2)
    return UprightBox(
        np.array([*centre, (bottom + top) / 2]), np.array([*(high - low), top - bottom]), yaw
    )


def completed(box: UprightBox, eye: Array, typical: Array) -> UprightBox:
    """The box grown away from the camera to the depth that such a thing has.

    Only sides that face the camera are seen, so the box ends too early on the far side. The
    least that its category's proportions allow is added there: nothing where the seen
    footprint is already as square as is typical.

    Args:
        box: around what is seen.
        eye: (3,) position of the camera.
        typical: (3,) extents of a typical model of the category, of any scale.
    """
    away = box.centre[:2] - eye[:2]
    away = away / max(float(np.linalg.norm(away)), 1e-9)
    local = box.footprint.axes() @ away
    axis = int(np.argmax(np.abs(local)))
    ratio = float(np.sort(typical[:2])[0] / np.sort(typical[:2])[1])
    missing = max(0.0, ratio * float(box.extents[1 - axis]) - float(box.extents[axis]))
    extents, centre = box.extents.copy(), box.centre.copy()
    extents[axis] += missing
    centre[:2] += box.footprint.axes()[axis] * np.sign(local[axis]) * missing / 2
    return UprightBox(centre, extents, box.yaw)


def overlap_share(first: UprightBox, second: UprightBox) -> float:
    """Intersection over union of two upright boxes, exact."""
    area = _area(_clipped(first.footprint.corners(), second.footprint))
    height = min(first.top, second.top) - max(first.bottom, second.bottom)
    common = area * max(height, 0.0)
    total = float(np.prod(first.extents) + np.prod(second.extents)) - common
    return common / total if total > 0 else 0.0


def _clipped(polygon: Array, window: Footprint) -> Array:
    """A convex polygon (N, 2) cut to a rectangle (Sutherland and Hodgman, CACM 1974)."""
    axes = window.axes()
    for axis, limit in zip((*axes, *-axes), (*window.half, *window.half), strict=True):
        if len(polygon) == 0:
            break
        # Metres inside this edge of the window.
        inside = limit - (polygon - window.centre) @ axis
        kept: list[Array] = []
        ring = [*range(len(polygon)), 0]
        for here, there in pairwise(ring):
            if inside[here] >= 0:
                kept.append(polygon[here])
            if inside[here] * inside[there] < 0:
                share = inside[here] / (inside[here] - inside[there])
                kept.append(polygon[here] + share * (polygon[there] - polygon[here]))
        polygon = np.array(kept).reshape(-1, 2)
    return polygon


def _area(polygon: Array) -> float:
    if len(polygon) < 3:
        return 0.0
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
