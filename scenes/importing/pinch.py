"""Whether two fingers can take hold of a thing anywhere."""

from __future__ import annotations

import zlib

import numpy as np

from ..core.franka import FRANKA
from ..core.geometry import Array
from .parts import AssetMeshes

SPARE = 0.005
"""By how much the fingers open wider than the widest graspable part, metres: less than for a
grasp that is planned, for sizes of imported things are rough."""
MIN_WIDTH, MAX_WIDTH = 0.003, FRANKA.span(SPARE)
"""Thickness between the fingers, metres."""
FRICTION_ANGLE = np.radians(22.0)
STEEPEST = np.radians(65.0)
"""Fingers close no steeper against the level than this."""
FINGER = 0.010
"""Room that a finger takes beside the contact, metres."""
GROUND = 0.010
"""Contacts lie at least this high, metres."""
SAMPLES = 300


def can_pinch(parts: AssetMeshes) -> bool:
    """Whether some antipodal pair of the root link's pieces suits the reference gripper.

    From points on the surface, rays run inward to where they first leave all pieces. The pair
    counts if both normals lie within the friction cone (Nguyen, Constructing force-closure
    grasps, 1988), if it is not too wide or too steep, and if a finger has room on both sides.
    """
    chosen = parts.touched & (parts.owner == 0)
    triangles = parts.triangles[chosen]
    if not len(triangles):
        return False
    points, normals = _samples(triangles)
    for start, normal in zip(points, normals, strict=True):
        if start[2] < GROUND or abs(normal[2]) > np.sin(STEEPEST):
            continue
        far = _exit(triangles, start, -normal)
        if far is None:
            continue
        width, slant = far
        end = start - normal * width
        beside = np.array([start + normal * FINGER, end - normal * FINGER])
        if (
            MIN_WIDTH <= width <= MAX_WIDTH
            and slant <= FRICTION_ANGLE
            and end[2] >= GROUND
            and not any(_within(triangles, point) for point in beside)
        ):
            return True
    return False


def _samples(triangles: Array) -> tuple[Array, Array]:
    """Points spread over the surface and their outward normals, (SAMPLES, 3) each.

    The generator is seeded by the triangles: the same thing gives the same points.
    """
    cross = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    areas = np.linalg.norm(cross, axis=1)
    rng = np.random.default_rng(zlib.crc32(np.round(triangles, 6).tobytes()))
    face = rng.choice(len(areas), size=SAMPLES, p=areas / areas.sum())
    u, v = rng.random((SAMPLES, 1)), rng.random((SAMPLES, 1))
    beyond = u + v > 1
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    a, b, c = triangles[face, 0], triangles[face, 1], triangles[face, 2]
    points: Array = a + u * (b - a) + v * (c - a)
    return points, cross[face] / areas[face, None]


def _exit(triangles: Array, start: Array, along: Array) -> tuple[float, float] | None:
    """Where a ray into the solid leaves all pieces, with the angle of the normal there."""
    distance, toward = _crossings(triangles, start - along * 1e-6, along)
    order = np.argsort(distance, kind="stable")
    depth = 0
    for index in order:
        depth += 1 if toward[index] < 0 else -1
        if depth <= 0:
            width = float(distance[index])
            if width < 1e-5:
                return None
            return width, float(np.arccos(np.clip(toward[index], -1, 1)))
    return None


def _within(triangles: Array, point: Array) -> bool:
    """Whether a point lies in some piece: a ray upward leaves more pieces than it enters."""
    _, toward = _crossings(triangles, point, np.array([1e-3, 2e-3, 1.0]))
    return int((toward > 0).sum()) > int((toward < 0).sum())


def _crossings(triangles: Array, start: Array, along: Array) -> tuple[Array, Array]:
    """Distances of a ray's crossings, and the normals' part along it (Moeller and Trumbore)."""
    a = triangles[:, 0]
    first, second = triangles[:, 1] - a, triangles[:, 2] - a
    p = np.cross(along, second)
    determinant = np.einsum("ij,ij->i", first, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = start - a
        u = np.einsum("ij,ij->i", offset, p) / determinant
        q = np.cross(offset, first)
        v = (q @ along) / determinant
        distance = np.einsum("ij,ij->i", second, q) / determinant
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 0)
    normal = np.cross(first[hit], second[hit])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return distance[hit], normal @ along
