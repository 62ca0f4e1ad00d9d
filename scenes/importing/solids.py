"""Triangle meshes as solids: welding, closedness, volume, hulls, reduction.

Vertices (N, 3) in metres and faces (M, 3), counter-clockwise seen from outside.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
WELD = 1e-5
"""Vertices nearer than about this share of the largest extent are one."""
SLIVER, STUCK = 0.0025, 1.2
"""The same where reduction gets stuck at more than this many times the faces asked for."""


def welded(vertices: Array, faces: Index, share: float = WELD) -> tuple[Array, Index]:
    """The mesh with vertices at the same place joined and faces without area dropped.

    Corners that formats split for the sake of texture coordinates or normals come together.
    """
    if not len(vertices):
        return vertices, faces
    low = vertices.min(axis=0)
    size = float(np.ptp(vertices, axis=0).max()) or 1.0
    cells = np.round((vertices - low) / (size * share)).astype(np.int64)
    code = (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
    _, first, index = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    corners = rank[index.ravel()][faces]
    whole = (
        (corners[:, 0] != corners[:, 1])
        & (corners[:, 1] != corners[:, 2])
        & (corners[:, 2] != corners[:, 0])
    )
    return vertices[first[order]], corners[whole]


def is_watertight(faces: Index) -> bool:
    """Whether every edge of a welded mesh is shared by faces that agree on inside and outside."""
    if not len(faces):
        return False
    count = int(faces.max()) + 1
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    return bool(np.array_equal(np.sort(start * count + end), np.sort(end * count + start)))


def parts_of_mesh(faces: Index) -> list[Index]:
    """The faces (K, 3) of each connected part of a welded mesh, in the order of their first faces.

    Faces are connected by edges that exactly two of them share, so that boxes which touch along
    an edge or at a corner are parts of their own.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    _, place, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(place.ravel(), kind="stable")
    owners = order // 3
    first = (np.cumsum(count) - count)[count == 2]
    pairs = owners[first], owners[first + 1]
    links = coo_matrix((np.ones(len(first)), pairs), shape=(len(faces), len(faces)))
    number, labels = connected_components(links, directed=False)
    return [faces[labels == part] for part in range(number)]


def integrals(vertices: Array, faces: Index) -> tuple[float, Array, Array]:
    """Volume, first moment (3,) and second moment (3, 3) about the origin of a closed mesh.

    Sums signed tetrahedra from the origin.
    """
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6
    total = a + b + c
    first = (volume[:, None] * total / 4).sum(axis=0)
    second = np.einsum("f,fi,fj->ij", volume, total, total)
    for corner in (a, b, c):
        second += np.einsum("f,fi,fj->ij", volume, corner, corner)
    return float(volume.sum()), first, second / 20


def hull(points: Array) -> tuple[Array, Index]:
    """The convex hull as a mesh that faces outward.

    Raises:
        AssetError: where the points lie in a plane.
    """
    from scipy.spatial import ConvexHull, QhullError

    flat = "it has no volume: all of it lies in one plane; give it thickness"
    if len(points) < 4 or float(np.ptp(points, axis=0).min()) <= 0:
        raise AssetError(flat)
    try:
        found = ConvexHull(points)
    except QhullError as error:
        raise AssetError(flat) from error
    faces = found.simplices.astype(np.int64)
    corners = points[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = np.einsum("ij,ij->i", normals, found.equations[:, :3]) < 0
    faces[inward] = faces[inward][:, ::-1]
    used = np.sort(found.vertices).astype(np.int64)
    place = np.zeros(len(points), dtype=np.int64)
    place[used] = np.arange(len(used))
    return points[used], place[faces]


def convex_share(points: Array, faces: Index, shell: tuple[Array, Index]) -> float:
    """Volume over that of the hull; 0 where the mesh is not closed."""
    if not is_watertight(faces):
        return 0.0
    return abs(integrals(points, faces)[0]) / integrals(*shell)[0]


def depth_in_hull(points: Array, faces: Index) -> float:
    """How deep below its convex hull the deepest face of a mesh lies, metres."""
    corners, shell = hull(points)
    a, b, c = (corners[shell[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    offsets = np.einsum("ij,ij->i", normals, a)
    # Few planes say enough: the exact depth is not needed, and large hulls have thousands.
    keep = np.unique(np.round(np.column_stack([normals, offsets]), 3), axis=0, return_index=True)[1]
    centres = points[faces].mean(axis=1)
    deepest = 0.0
    for part in np.array_split(centres, max(1, len(centres) * len(keep) // 4_000_000)):
        inside = offsets[keep] - part @ normals[keep].T
        deepest = max(deepest, float(inside.min(axis=1).max()))
    return deepest


def decimated(vertices: Array, faces: Index, most: int) -> tuple[Array, Index]:
    """The mesh reduced to about `most` faces by quadric error (Garland and Heckbert, 1997)."""
    if len(faces) <= most:
        return vertices, faces
    points, triangles = _simplified(vertices, faces, most)
    if len(triangles) > STUCK * most:
        # Slivers cannot collapse without turning their neighbours over: join their corners.
        points, triangles = _simplified(*welded(vertices, faces, SLIVER), most)
    return points, triangles


def _simplified(vertices: Array, faces: Index, most: int) -> tuple[Array, Index]:
    import fast_simplification

    low, size = vertices.min(axis=0), float(np.ptp(vertices, axis=0).max()) or 1.0
    unit = ((vertices - low) / size).astype(np.float32)
    found = fast_simplification.simplify(unit, faces.astype(np.int32), target_count=most, agg=3)
    return found[0].astype(np.float64) * size + low, found[1].astype(np.int64)
