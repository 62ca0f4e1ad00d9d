"""Triangle meshes made from profiles, boxes and tubes, and their mass integrals.

All lengths in metres. UV coordinates are metres on the surface unless a function says `unit`:
then they run from 0 to 1 over the patch, as a printed label does. Patches may be open; the
patches of one part together enclose its material, which is what the mass integrals need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
CREASE = np.radians(32.0)
"""Sharper bends keep an edge; gentler ones are shaded smooth."""


@dataclass(frozen=True)
class Mesh:
    """Vertices (N, 3), faces (M, 3) counter-clockwise seen from outside, uv (N, 2)."""

    vertices: Array
    faces: npt.NDArray[np.int64]
    uv: Array

    def moved(self, pos: Sequence[float] | Array, rotation: Array | None = None) -> Mesh:
        """Rotated by a (3, 3) matrix, then translated by (3,)."""
        turned = self.vertices if rotation is None else self.vertices @ rotation.T
        return Mesh(turned + np.asarray(pos), self.faces, self.uv)

    def unit_uv(self) -> Mesh:
        """The same with uv stretched to [0, 1] in both directions."""
        low, high = self.uv.min(axis=0), self.uv.max(axis=0)
        return Mesh(self.vertices, self.faces, (self.uv - low) / np.maximum(high - low, 1e-9))


def join(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of all."""
    offsets = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])[:-1]
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=True)]),
        np.concatenate([mesh.uv for mesh in meshes]),
    )


def rotation(axis: str, angle: float) -> Array:
    """Rotation matrix (3, 3) about x, y or z by `angle` radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array(
        {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


def _creased(profile: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Repeat the sharp points of a polyline; also which steps join two repeats."""
    steps = np.diff(profile, axis=0)
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    bend = np.abs((np.diff(headings) + np.pi) % (2 * np.pi) - np.pi)
    repeats = np.ones(len(profile), dtype=int)
    repeats[1:-1] += bend > CREASE
    points = np.repeat(profile, repeats, axis=0)
    gap = np.all(np.diff(points, axis=0) == 0, axis=1)
    return points, gap


def stitch(rings: Array, skip: npt.NDArray[np.bool_], width: float) -> Mesh:
    """Join closed rings, (K, n, 3), into a tube; a ring of equal points is a pole.

    `skip` (K - 1,) leaves out bands; `width` is the extent of u. Winding follows the rings:
    counter-clockwise rings rising in z face outward.
    """
    count, sides = rings.shape[:2]
    wrapped = np.concatenate([rings, rings[:, :1]], axis=1)
    lengths = np.linalg.norm(np.diff(wrapped, axis=0), axis=2).mean(axis=1)
    v = np.concatenate([[0.0], np.cumsum(lengths)])
    u = np.linspace(0.0, width, sides + 1)
    uv = np.stack(np.broadcast_arrays(u[None, :], v[:, None]), axis=-1).reshape(-1, 2)
    index: Index = np.array(range(count * (sides + 1)), dtype=np.int64).reshape(count, sides + 1)
    a, b = index[:-1, :-1][~skip], index[:-1, 1:][~skip]
    c, d = index[1:, 1:][~skip], index[1:, :-1][~skip]
    faces = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    vertices = wrapped.reshape(-1, 3)
    corners = vertices[faces]
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    return Mesh(vertices, faces[area > 1e-12], uv)


def revolve(profile: Sequence[tuple[float, float]] | Array, segments: int = 32) -> Mesh:
    """Turn a polyline of (radius, z) about z; trace it so that outside lies on its right.

    That is: outward along the bottom, up the outside, over the rim, down the inside. The seam
    is at the back (-x). u runs over the circumference rounded to 0.1 m, so that textures whose
    scale is a multiple of 10 close on themselves.
    """
    points, skip = _creased(np.asarray(profile, dtype=float))
    angle = np.pi + np.arange(segments) * (2 * np.pi / segments)
    rings = np.stack(
        [
            points[:, :1] * np.cos(angle),
            points[:, :1] * np.sin(angle),
            np.broadcast_to(points[:, 1:], (len(points), segments)),
        ],
        axis=-1,
    )
    around = max(1, round(2 * np.pi * float(points[:, 0].max()) * 10)) / 10
    return stitch(rings, skip, around)


def radius_at(profile: Array, z: float) -> float:
    """Radius at a height of a profile (N, 2) of (radius, z) with rising z."""
    return float(np.interp(np.array([z]), profile[:, 1], profile[:, 0])[0])


def outline(half_x: float, half_y: float, corner: float, arc: int = 5) -> Array:
    """A rounded rectangle, counter-clockwise from the back, (4 * arc, 2)."""
    quarter = np.linspace(0, np.pi / 2, arc)
    corners: list[Array] = []
    for turn, (sx, sy) in enumerate([(-1, -1), (1, -1), (1, 1), (-1, 1)]):
        angle = np.pi + turn * np.pi / 2 + quarter
        centre = np.array([sx * (half_x - corner), sy * (half_y - corner)])
        corners.append(centre + corner * np.stack([np.cos(angle), np.sin(angle)], -1))
    return np.concatenate(corners)


def loft(
    half: tuple[float, float],
    corner: float,
    profile: Sequence[tuple[float, float]],
    arc: int = 5,
) -> Mesh:
    """Stack rounded rectangles given by (inset, z); traced like `revolve`.

    An inset of at least the lesser half extent closes the end.
    """
    points, skip = _creased(np.asarray([(-inset, z) for inset, z in profile], dtype=float))
    rings: list[Array] = []
    for negative_inset, z in points.tolist():
        x, y = half[0] + negative_inset, half[1] + negative_inset
        if min(x, y) <= 0:
            flat = np.zeros((4 * arc, 2))
            flat[:, 1 if half[1] > half[0] else 0] = (
                np.sign(outline(*half, corner, arc)[:, 1 if half[1] > half[0] else 0])
            ) * max(x, y, 0.0)
        else:
            flat = outline(x, y, min(max(corner + negative_inset, 1e-4), min(x, y)), arc)
        rings.append(np.column_stack([flat, np.full(4 * arc, z)]))
    perimeter = 4 * (half[0] + half[1])
    mesh = stitch(np.array(rings), skip, max(1, round(perimeter * 10)) / 10)
    # Level bands are printed from above, not wound around.
    level = np.diff(points[:, 1]) == 0
    below, above = np.append(True, level | skip), np.append(level | skip, True)
    flat = np.repeat(below & above, 4 * arc + 1)
    uv = np.where(flat[:, None], mesh.vertices[:, [1, 0]], mesh.uv)
    return Mesh(mesh.vertices, mesh.faces, uv)


def bevel_box(half: Sequence[float] | Array, bevel: float = 0.002) -> Mesh:
    """A box of half extents (3,) with bevelled edges; uv are metres on each face."""
    size = np.asarray(half, dtype=float)
    inner = size - min(bevel, float(size.min()) * 0.45)
    signs, outer, grain, faces = _bevel_template()
    vertices = signs * np.where(outer, size, inner)
    return Mesh(vertices, faces, np.take_along_axis(vertices, grain, axis=1))


@lru_cache(maxsize=1)
def _bevel_template() -> tuple[Array, npt.NDArray[np.bool_], npt.NDArray[np.int64], Index]:
    """Signs and outermost axis of each vertex (N, 3), its uv axes (N, 2), and faces (M, 3).

    Each of the six faces, twelve bevels and eight corners has vertices of its own, so that
    they are shaded flat. Grain runs along y or x on level faces and along z on upright ones.
    """
    signs: list[tuple[int, int, int]] = []
    axes: list[int] = []
    faces: list[tuple[int, int, int]] = []

    def add(points: list[tuple[int, tuple[int, int, int]]]) -> None:
        start = len(signs)
        where = np.array([np.multiply(s, [1.0 + (k == a) for k in range(3)]) for a, s in points])
        normal = np.cross(where[1] - where[0], where[2] - where[0])
        ordered = points if normal @ where.mean(axis=0) > 0 else points[::-1]
        for axis, sign in ordered:
            axes.append(axis)
            signs.append(sign)
        faces.extend((start, start + k, start + k + 1) for k in range(1, len(points) - 1))

    def corner(axis: int, side: int, u: int, v: int) -> tuple[int, int, int]:
        sign = [0, 0, 0]
        sign[axis], sign[(axis + 1) % 3], sign[(axis + 2) % 3] = side, u, v
        return sign[0], sign[1], sign[2]

    for a in range(3):
        b = (a + 1) % 3
        for s in (-1, 1):
            quad = ((-1, -1), (1, -1), (1, 1), (-1, 1))
            add([(a, corner(a, s, u, v)) for u, v in quad])
            for t in (-1, 1):
                low, high = corner(a, s, t, -1), corner(a, s, t, 1)
                add([(a, low), (a, high), (b, high), (b, low)])
    for x in (-1, 1):
        for y in (-1, 1):
            for z in (-1, 1):
                add([(axis, (x, y, z)) for axis in range(3)])
    outer = np.array(axes)[:, None] == np.arange(3)
    grain = np.array([(1, 2), (0, 2), (1, 0)])[axes]
    return np.array(signs, dtype=float), outer, grain, np.array(faces)


def tube(path: Array, radius: Array | float, sides: int = 10) -> Mesh:
    """Sweep a circle along a path, (K, 3), that bends in one plane; ends are closed."""
    path = np.asarray(path, dtype=float)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    span = path - path.mean(axis=0)
    binormal = np.linalg.svd(span)[2][2]
    if np.abs(np.linalg.svd(span)[1][1]) < 1e-9:  # straight: any perpendicular will do
        helper = np.eye(3)[np.argmin(np.abs(tangent[0]))]
        binormal = np.cross(tangent[0], helper)
    binormal = binormal * np.sign(binormal[np.argmax(np.abs(binormal))])
    binormal /= np.linalg.norm(binormal)
    normal = np.cross(binormal, tangent)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    angle = np.arange(sides) * (2 * np.pi / sides)
    radii = np.broadcast_to(np.asarray(radius, dtype=float), (len(path),))
    offset = (
        normal[:, None] * np.cos(angle)[None, :, None]
        + binormal[None, None] * np.sin(angle)[None, :, None]
    ) * radii[:, None, None]
    rings = path[:, None] + offset
    rings = np.concatenate(
        [
            np.repeat(path[:1, None], sides, axis=1), rings[:1],
            rings,
            rings[-1:], np.repeat(path[-1:, None], sides, axis=1),
        ]
    )  # fmt: skip
    skip = np.zeros(len(rings) - 1, dtype=bool)
    skip[[1, -2]] = True
    mesh = stitch(rings, skip, float(2 * np.pi * radii.max()))
    return mesh if integrals(mesh)[0] > 0 else Mesh(mesh.vertices, mesh.faces[:, ::-1], mesh.uv)


def integrals(mesh: Mesh) -> tuple[float, Array, Array]:
    """Volume, first moment (3,) and second moment (3, 3) of the enclosed solid about the origin.

    Sums signed tetrahedra from the origin, so open patches of one closed surface add up.
    """
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6
    total = a + b + c
    first = (volume[:, None] * total / 4).sum(axis=0)
    second = np.einsum("f,fi,fj->ij", volume, total, total)
    for corner in (a, b, c):
        second += np.einsum("f,fi,fj->ij", volume, corner, corner)
    return float(volume.sum()), first, second / 20
