"""Looks at triangles along z: every crossing of every ray of a grid, in order of height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .solids import Array, Index

CHUNK = 2_000_000
"""Pairs of ray and triangle tried at once: a bound on memory."""
SHIFT = (0.4931, 0.5077)
"""Where in its cell a ray passes: not on the lines along which models like to have edges."""


@dataclass(frozen=True)
class Grid:
    """Cells over a rectangle of the x-y plane.

    Attributes:
        low: (2,) its least corner, metres.
        cell: side of a cell, metres.
        shape: cells along x and y.
    """

    low: Array
    cell: float
    shape: tuple[int, int]

    def centre(self, index: npt.ArrayLike) -> Array:
        """Where the rays of cells (..., 2) pass, metres."""
        return self.low + (np.asarray(index, dtype=np.float64) + SHIFT) * self.cell


def grid_over(points: Array, finest: float, most: int, margin: float = 0.0) -> Grid:
    """A grid over points (N, 2 or more), cells no finer than asked and at most `most` a side."""
    low, high = points[:, :2].min(axis=0) - margin, points[:, :2].max(axis=0) + margin
    cell = max(finest, float((high - low).max()) / most)
    nx, ny = np.ceil((high - low) / cell).astype(int) + 1
    return Grid(low - cell / 2, cell, (int(nx), int(ny)))


@dataclass(frozen=True)
class Hits:
    """Crossings sorted by cell, then by height.

    Attributes:
        cell: (K,) flat index x * ny + y.
        z: (K,) metres.
        level: (K,) z part of the triangle's unit normal.
        owner: (K,) what the triangle belongs to.
    """

    cell: Index
    z: Array
    level: Array
    owner: Index

    def kept(self, mask: npt.NDArray[np.bool_]) -> Hits:
        """Some of them, in the same order."""
        return Hits(self.cell[mask], self.z[mask], self.level[mask], self.owner[mask])


def look(triangles: Array, owner: Index, grid: Grid) -> Hits:
    """Cross triangles (M, 3, 3), each with an owner (M,), with the rays of a grid."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    normals = np.cross(b - a, c - a)
    flat = (triangles[..., :2] - grid.low) / grid.cell - SHIFT
    first = np.maximum(np.ceil(flat.min(axis=1)).astype(np.int64), 0)
    last = np.minimum(np.floor(flat.max(axis=1)).astype(np.int64), np.array(grid.shape) - 1)
    spans = np.maximum(last - first + 1, 0)
    counts = spans.prod(axis=1)
    counts[np.abs(normals[:, 2]) < 1e-9 * np.linalg.norm(normals, axis=1)] = 0
    alive = np.flatnonzero(counts)
    batch = np.cumsum(counts[alive]) // CHUNK
    parts = [
        _crossings(flat, triangles, first, spans, counts, alive[batch == number], grid)
        for number in np.unique(batch)
    ]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Hits(none, np.zeros(0), np.zeros(0), none)
    cell, z, face = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((z, cell))
    cell, z, face = cell[order], z[order], face[order]
    level = normals[face, 2] / np.maximum(np.linalg.norm(normals[face], axis=1), 1e-30)
    return Hits(cell, z, level, owner[face])


def _crossings(
    flat: Array, triangles: Array, first: Index, spans: Index, counts: Index, chosen: Index,
    grid: Grid,
) -> tuple[Index, Array, Index]:  # fmt: skip
    """Cells, heights and triangles of the crossings of the chosen triangles."""
    face = np.repeat(chosen, counts[chosen])
    start = np.repeat(np.cumsum(counts[chosen]) - counts[chosen], counts[chosen])
    step = np.arange(len(face)) - start
    x = first[face, 0] + step // spans[face, 1]
    y = first[face, 1] + step % spans[face, 1]
    (ax, ay), (bx, by), (cx, cy) = (flat[face, k].T for k in range(3))
    whole = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    with np.errstate(divide="ignore", invalid="ignore"):  # triangles seen edge on
        wa = ((bx - x) * (cy - y) - (cx - x) * (by - y)) / whole
        wb = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) / whole
        inside = (wa >= 0) & (wb >= 0) & (wa + wb <= 1)
    face, x, y, wa, wb = (part[inside] for part in (face, x, y, wa, wb))
    heights = triangles[face, :, 2]
    z = wa * heights[:, 0] + wb * heights[:, 1] + (1 - wa - wb) * heights[:, 2]
    return x * grid.shape[1] + y, z, face


def top(hits: Hits, grid: Grid, empty: float) -> Array:
    """Height of the highest crossing of each cell, (nx, ny); `empty` where there is none."""
    heights = np.full(grid.shape[0] * grid.shape[1], empty)
    heights[hits.cell] = hits.z  # sorted: the last one stays
    return heights.reshape(grid.shape)
