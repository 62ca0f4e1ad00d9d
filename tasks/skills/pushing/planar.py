"""Things that lie on a support, seen from above: outlines, faces to push, and where they should go.

All points are metres in the world's plane; `along` is always a unit vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull  # pyright: ignore[reportMissingTypeStubs]

from ....scenes.core.geometry import Array, transform
from ....scenes.layout.clearance import outline
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Surface

FACE = 0.3
"""Least length of a side that fingers push flat, as a share of the widest extent."""
SIDE_GAP = 0.008
"""Free space to what something is pushed next to, metres."""
EDGE = 0.012
"""How far inside the edge of a region the outline of a thing should come, metres."""


@dataclass(frozen=True)
class Footprint2D:
    """A thing seen from above.

    Attributes:
        hull: (N, 2) corners of its convex outline, counter-clockwise.
        centre: (2,) its centre of mass.
        low: height of its lowest point, metres.
        high: height of its highest point, metres.
    """

    hull: Array
    centre: Array
    low: float
    high: float

    def extent(self, along: Array) -> float:
        """How far it reaches from its centre along a direction."""
        return float(((self.hull - self.centre) @ along).max())

    def behind(self, along: Array, width: float, aside: float = 0.0) -> float:
        """How far it reaches back from its centre within a strip, `aside` to the left of it."""
        across = np.array([-along[1], along[0]])
        local = np.column_stack(
            [(self.hull - self.centre) @ along, (self.hull - self.centre) @ across]
        )
        back = -np.inf
        for first, second in zip(local, np.roll(local, -1, axis=0), strict=True):
            for share in np.linspace(0.0, 1.0, 24):
                x, y = first + share * (second - first)
                if abs(y - aside) <= width / 2:
                    back = max(back, -x)
        return back if np.isfinite(back) else self.extent(-along)

    def moved(self, by: Array) -> Footprint2D:
        """The same, elsewhere."""
        return Footprint2D(self.hull + by, self.centre + by, self.low, self.high)


def shadow(compiled: CompiledScene, data: Any, name: str) -> Footprint2D:
    """How an object looks from above in a forward-computed state."""
    body = compiled.objects[name].body
    pose = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    points = outline(compiled.asset_of(name)) @ pose[:3, :3].T + pose[:3, 3]
    flat = points[:, :2]
    hull = flat[ConvexHull(flat).vertices]
    return Footprint2D(hull, np.array(data.subtree_com[body][:2]), *_range(points[:, 2]))


def _range(values: Array) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def directions(thing: Footprint2D, way: Array) -> list[Array]:
    """Directions in which a thing can be pushed without turning, the most useful first.

    Flat sides are pushed at right angles; what is round is pushed straight where it should go.

    Args:
        thing: what is pushed.
        way: (2,) how it should move.
    """
    edges = np.roll(thing.hull, -1, axis=0) - thing.hull
    lengths = np.linalg.norm(edges, axis=1)
    widest = max(thing.extent(d) + thing.extent(-d) for d in np.eye(2))
    sides = [e / n for e, n in zip(edges, lengths, strict=True) if n > FACE * widest]
    distance = float(np.linalg.norm(way))
    if not sides:
        if distance < 1e-6:
            return []
        straight = way / distance
        turns = (0.0, 0.4, -0.4)
        return [_turn(straight, angle) for angle in turns]
    inward = [np.array([-e[1], e[0]]) for e in sides]
    useful = [u for u in inward if u @ way > 0.0]
    return sorted(_distinct(useful), key=lambda u: -float(u @ way))


def _distinct(vectors: list[Array]) -> list[Array]:
    kept: list[Array] = []
    for vector in vectors:
        if all(vector @ other < 0.98 for other in kept):
            kept.append(vector)
    return kept


def _turn(vector: Array, angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    turned: Array = np.array([[c, -s], [s, c]]) @ vector
    return turned


@dataclass(frozen=True)
class Field:
    """A level rectangle in the world.

    Attributes:
        centre: (2,) its middle.
        axes: (2, 2) unit vectors along its sides, in rows.
        half: (2,) half extents along them.
        height: of the surface, metres.
    """

    centre: Array
    axes: Array
    half: Array
    height: float

    def holds(self, point: Array, inset: float = 0.0) -> bool:
        """Whether a point (2,) lies in it, at least `inset` from its edge."""
        return bool((np.abs(self.axes @ (point - self.centre)) <= self.half - inset).all())

    def way(self, thing: Footprint2D) -> Array:
        """The shortest displacement (2,) that brings all of a thing well inside.

        What is too wide is brought to the middle.
        """
        local = (thing.hull - self.centre) @ self.axes.T
        low, high = local.min(axis=0), local.max(axis=0)
        spare = self.half - EDGE - (high - low) / 2
        middle = (low + high) / 2
        wanted = np.clip(middle, -np.maximum(spare, 0.0), np.maximum(spare, 0.0))
        shift: Array = (wanted - middle) @ self.axes
        return shift

    def sticks_out(self, thing: Footprint2D) -> float:
        """How far the thing reaches over the edge, metres."""
        local = np.abs((thing.hull - self.centre) @ self.axes.T)
        return float(np.maximum(local - self.half, 0.0).max())

    def misses(self, thing: Footprint2D) -> float:
        """How far the thing still is from where it should be, metres."""
        return float(np.linalg.norm(self.way(thing)))


def field(compiled: CompiledScene, data: Any, name: str, surface: Surface) -> Field:
    """A surface of an object, as it lies now."""
    body = compiled.objects[name].bodies[surface.link]
    frame = data.xmat[body].reshape(3, 3)
    centre = data.xpos[body] + frame @ np.array(surface.pos)
    return Field(centre[:2], frame[:2, :2].T.copy(), np.array(surface.half_size), float(centre[2]))


def beside(thing: Footprint2D, other: Footprint2D) -> list[Array]:
    """Displacements (2,) that bring a thing next to another one, the shortest first."""
    low, high = thing.hull.min(axis=0), thing.hull.max(axis=0)
    other_low, other_high = other.hull.min(axis=0), other.hull.max(axis=0)
    ways: list[Array] = []
    for axis in range(2):
        cross = 1 - axis
        # Their sides overlap by a third of the lesser one at least.
        overlap = min(high[cross] - low[cross], other_high[cross] - other_low[cross]) / 3
        slip = float(
            np.clip(0.0, other_low[cross] + overlap - high[cross],
                    other_high[cross] - overlap - low[cross])
        )  # fmt: skip
        for gap in (
            other_low[axis] - SIDE_GAP - high[axis],
            other_high[axis] + SIDE_GAP - low[axis],
        ):
            way = np.zeros(2)
            way[axis], way[cross] = gap, slip
            ways.append(way)
    return sorted(ways, key=lambda way: float(np.linalg.norm(way)))


def swept(thing: Footprint2D, along: Array, distance: float) -> Array:
    """Corners (M, 2) of what a thing passes over on a straight way."""
    points = np.concatenate([thing.hull, thing.hull + along * distance])
    corners: Array = points[ConvexHull(points).vertices]
    return corners


def overlaps(first: Array, second: Array, gap: float = 0.0) -> bool:
    """Whether two convex outlines, (N, 2) and (M, 2), come closer than `gap`, metres."""
    for hull in (first, second):
        edges = np.roll(hull, -1, axis=0) - hull
        normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        mine, other = first @ normals.T, second @ normals.T
        between = np.maximum(
            mine.min(axis=0) - other.max(axis=0), other.min(axis=0) - mine.max(axis=0)
        )
        if (between >= gap).any():
            return False
    return True
