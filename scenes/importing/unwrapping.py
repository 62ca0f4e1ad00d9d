"""Texture coordinates of meshes: packed by corner, and carried over to reduced triangles."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import numpy as np

from ...schemas import MeshData
from .skins import Coat
from .solids import Array, Index

DIGITS = 6
"""Of texture coordinates that are kept: a thousandth of a pixel."""
CANDIDATES = 6
"""Triangles of an island that are looked at for the one nearest to a point."""
_PRIMES = np.array(
    [5915587277, 1500450271, 3267000013, 5754853343, 4093082899, 9576890767], dtype=np.int64
)
"""Odd numbers that tell places apart, as their products run over."""


def mesh_with(vertices: Array, faces: Index, uv: Array | None) -> MeshData:
    """A mesh with texture coordinates of its faces' corners (M, 3, 2), each kept once."""
    if uv is None:
        return MeshData.from_arrays(vertices, faces)
    places, index = np.unique(
        np.round(uv.reshape(-1, 2), DIGITS) + 0.0, axis=0, return_inverse=True
    )
    return MeshData.from_arrays(vertices, faces, places, index.reshape(-1, 3))


def coat_on(
    mesh: tuple[Array, Index], coat: Coat, triangles: Array, most: int | None = None
) -> Coat:
    """The looks of other triangles that lie on a mesh: those of what is nearest to their middles.

    A triangle takes its picture, and the island of its texture coordinates, from the face nearest
    to its middle; each corner then has the coordinates of the point of that island nearest to it.

    Args:
        mesh: vertices (N, 3) and faces (K, 3).
        coat: of its faces.
        triangles: (M, 3, 3).
        most: of how many faces the nearest is looked for where there is no picture; None for all.
    """
    from scipy.spatial import KDTree

    if not coat.skins and (coat.looks == coat.looks[0]).all():
        return coat.taken(np.zeros(len(triangles), dtype=np.int64))
    vertices, faces = mesh
    step = 1 if coat.skins or most is None else max(1, len(faces) // most)
    tree = KDTree(vertices[faces[::step]].mean(axis=1))
    nearest: Index = np.asarray(tree.query(triangles.mean(axis=1))[1], dtype=np.int64) * step
    found = coat.taken(nearest)
    if coat.uv is None:
        return found
    corners = vertices[faces]
    uv = _carried(corners, coat.uv, _islands(vertices, faces, coat), nearest, triangles)
    uv[found.skin < 0] = 0.0
    return Coat(found.looks, found.skins, found.skin, uv)


def _islands(vertices: Array, faces: Index, coat: Coat) -> Index:
    """(K,) the island of each face: faces that share corners in space and in the picture."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if coat.uv is None:
        return np.zeros(len(faces), dtype=np.int64)
    size = float(np.ptp(vertices, axis=0).max()) or 1.0
    steps = np.column_stack(
        [
            np.round(vertices[faces].reshape(-1, 3) / (size * 1e-5)),
            np.round(coat.uv.reshape(-1, 2) / 1e-5),
            np.repeat(coat.skin, 3),
        ]
    ).astype(np.int64)
    # One number for each place: sorting rows would take ten times as long.
    codes = (steps * _PRIMES).sum(axis=1)
    _, corner = np.unique(codes, return_inverse=True)
    owner = np.repeat(np.arange(len(faces)), 3)
    count = len(faces) + int(corner.max()) + 1
    links = coo_matrix(
        (np.ones(len(owner)), (owner, len(faces) + corner.ravel())), shape=(count, count)
    )
    found: Index = connected_components(links, directed=False)[1][: len(faces)].astype(np.int64)
    return found


def _carried(corners: Array, uv: Array, island: Index, nearest: Index, triangles: Array) -> Array:
    """Texture coordinates (M, 3, 2) of triangles (M, 3, 3) on faces (K, 3, 3) with their own.

    Islands lie apart in a fourth coordinate, so that the nearest face is one of the same island.
    """
    from scipy.spatial import KDTree

    apart = 10.0 * (float(np.ptp(corners.reshape(-1, 3), axis=0).max()) or 1.0)
    tree = KDTree(np.column_stack([corners.mean(axis=1), island * apart]))
    points = triangles.reshape(-1, 3)
    mine = np.repeat(island[nearest], 3)
    most = min(CANDIDATES, len(corners))
    _, near = tree.query(np.column_stack([points, mine * apart]), k=most)
    near = near.reshape(len(points), most)
    near = np.where(island[near] == mine[:, None], near, np.repeat(nearest, 3)[:, None])
    weights, away = _closest(np.repeat(points, most, axis=0), corners[near.ravel()])
    best = away.reshape(near.shape).argmin(axis=1)
    rows = np.arange(len(points))
    chosen = weights.reshape(*near.shape, 3)[rows, best]
    found: Array = np.einsum("pk,pkc->pc", chosen, uv[near[rows, best]])
    return found.reshape(-1, 3, 2)


def _closest(points: Array, triangles: Array) -> tuple[Array, Array]:
    """The points of triangles (P, 3, 3) nearest to points (P, 3).

    Returns:
        Barycentric weights (P, 3), and the squares of the distances (P,).
    """
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    best = np.full(len(points), np.inf)
    weights = np.zeros((len(points), 3))
    inner = _within(points, a, b, c)
    choices = [inner, *(_along(points, triangles, *pair) for pair in ((0, 1), (1, 2), (2, 0)))]
    for choice in choices:
        spot = np.einsum("pk,pkx->px", choice, triangles)
        away = ((spot - points) ** 2).sum(axis=1)
        away[~np.isfinite(away)] = np.inf
        better = away < best
        best[better], weights[better] = away[better], choice[better]
    return weights, best


def _within(points: Array, a: Array, b: Array, c: Array) -> Array:
    """Weights of feet of perpendiculars on triangles; NaN where they lie outside."""
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = ((x * y).sum(axis=1) for x, y in ((ab, ab), (ab, ac), (ac, ac)))
    d20, d21 = (ap * ab).sum(axis=1), (ap * ac).sum(axis=1)
    area = d00 * d11 - d01 * d01
    with np.errstate(divide="ignore", invalid="ignore"):
        v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    found = np.column_stack([1.0 - v - w, v, w])
    found[(found < 0).any(axis=1)] = np.nan
    return found


def _along(points: Array, triangles: Array, start: int, end: int) -> Array:
    """Weights of the points of edges nearest to points."""
    edge = triangles[:, end] - triangles[:, start]
    length = np.maximum((edge**2).sum(axis=1), 1e-30)
    share = np.clip(((points - triangles[:, start]) * edge).sum(axis=1) / length, 0.0, 1.0)
    found = np.zeros((len(points), 3))
    found[:, start], found[:, end] = 1.0 - share, share
    return found
