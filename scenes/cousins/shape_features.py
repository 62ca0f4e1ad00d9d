"""Numbers that describe the visible shape of an asset, from points on its surface.

All are taken in the asset frame (z up, bottom centre at the origin, front along +x) with the
joints at zero. Lengths are whole steps of GRAIN, so that sums over them are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...schemas import Asset, AssetError
from ..core.asset_geometry import link_poses, shape_triangles
from ..core.geometry import Array

GRID = 20
"""Cells along each side of the occupancy grid."""
SLABS = 16
"""Slices along each axis in which the silhouette is measured."""
QUANTILES = 16
"""Shares of the surface whose place along each axis is noted."""
GRAIN = 1e-5
"""Metres; lengths are stored in steps of this."""
OUTLINE = 3 * SLABS * 4
"""Numbers in an outline."""
SPREAD = 3 * QUANTILES
"""Numbers in a spread."""
WORDS = GRID**3 // 64
"""64-bit words in an occupancy grid."""
_CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
"""Into how many parts a triangle may be cut, along and across."""
_SPACING = 0.9
"""Of the points on a surface, cells."""
_BINS = 320
"""Places along each side of the bounding box; a multiple of GRID and of SLABS."""
Steps = npt.NDArray[np.int32]


@dataclass(frozen=True)
class ShapeFeatures:
    """The features by which shapes are compared.

    Attributes:
        outline: (OUTLINE,) the silhouettes, as (least, greatest) of the two other coordinates
            in each slab along x, y and z; steps of GRAIN.
        spread: (SPREAD,) quantiles of the surface's area along x, y and z; steps of GRAIN.
        occupancy: (WORDS,) bits of the filled cells of the bounding box.
    """

    outline: Steps
    spread: Steps
    occupancy: npt.NDArray[np.uint64]


def shape_features(asset: Asset) -> ShapeFeatures:
    """Measure an asset's visible shape."""
    triangles = visible_triangles(asset)
    low, high = triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))
    size = np.maximum(high - low, 1e-9)
    points, weights = _samples((triangles - low) / size, triangles)
    places = np.minimum(points * _BINS, _BINS - 1).astype(np.intp)
    origin = np.array([0.5, 0.5, 0.0])
    outline = _outline(places)
    for axis in range(3):
        other = [x for x in range(3) if x != axis]
        outline[axis] = (outline[axis] - origin[other]) * size[other]
    spread = (_quantiles(places, weights) - origin[:, None]) * size[:, None]
    return ShapeFeatures(
        outline=_steps(outline),
        spread=_steps(spread),
        occupancy=np.packbits(_filled(places).ravel()).view(np.uint64),
    )


def occupancy(asset: Asset) -> npt.NDArray[np.bool_]:
    """Filled cells of the bounding box, (GRID, GRID, GRID) along x, y, z.

    A cell is filled if the surface passes through it, or if it lies between surfaces along at
    least two of the three axes: so a mug is full up to its rim, and a table stays open below.
    """
    bits = np.unpackbits(shape_features(asset).occupancy.view(np.uint8))
    return bits.astype(bool).reshape((GRID,) * 3)


def visible_triangles(asset: Asset) -> Array:
    """All that is seen, in the asset frame with all joints at zero, (M, 3, 3), metres.

    Raises:
        AssetError: where nothing of the asset is seen.
    """
    where = link_poses(asset)
    found: list[Array] = []
    for link in asset.links:
        pose = where[link.name]
        for shape in link.visuals:
            found.append(shape_triangles(asset, shape) @ pose[:3, :3].T + pose[:3, 3])
    if not found:
        raise AssetError(f"{asset.id} has no visible shape")
    return np.concatenate(found)


def _samples(unit: Array, triangles: Array) -> tuple[Array, Array]:
    """Points (3, N) in the unit cube at most _SPACING apart, and the area each stands for.

    Args:
        unit: triangles (M, 3, 3) stretched to the unit cube.
        triangles: the same in metres.
    """
    lengths = np.sqrt(((unit[:, [1, 2, 0]] - unit) ** 2).sum(axis=2))
    first = np.arange(len(unit)), lengths.argmax(axis=1)
    longest = lengths[first]
    height = 2 * _areas(unit) / np.maximum(longest, 1e-12)
    corners = unit[first[0][:, None], (first[1][:, None] + [0, 1, 2]) % 3]
    along, across = (_levels(values) for values in (longest, height))
    areas = _areas(triangles)
    points: list[Array] = []
    weights: list[Array] = []
    for level in np.unique(along * len(_CUTS) + across).tolist():
        lattice, shares = _lattice(*divmod(level, len(_CUTS)))
        chosen = np.flatnonzero(along * len(_CUTS) + across == level)
        points.append((corners[chosen].transpose(2, 0, 1) @ lattice).reshape(3, -1))
        weights.append(np.outer(areas[chosen], shares).ravel())
    return np.concatenate(points, axis=1), np.concatenate(weights)


def _areas(triangles: Array) -> Array:
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    areas: Array = np.sqrt((np.cross(first, second) ** 2).sum(axis=1)) / 2
    return areas


def _levels(lengths: Array) -> npt.NDArray[np.intp]:
    """Which of _CUTS brings lengths in the unit cube to at most _SPACING."""
    parts = np.minimum(lengths * GRID / _SPACING, _CUTS[-1])
    return np.searchsorted(np.array(_CUTS), parts)


@lru_cache(maxsize=len(_CUTS) ** 2)
def _lattice(along: int, across: int) -> tuple[Array, Array]:
    """A lattice on a triangle, cut along its first edge and from there to the third corner.

    Returns:
        Barycentric coordinates (3, N), and the share of the area that each stands for, (N,).
    """
    columns, rows = _CUTS[along], _CUTS[across]
    v, u = np.divmod(np.arange(rows * (columns + 1) + 1), columns + 1) / np.array(
        [[rows], [columns]]
    )
    low, high = np.maximum(v - 0.5 / rows, 0), np.minimum(v + 0.5 / rows, 1)
    shares = (high - low) * (2 - high - low)
    shares /= np.where(v < 1, columns + 1, 1)
    return np.stack([(1 - u) * (1 - v), u * (1 - v), v]), shares


def _filled(places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """See `occupancy`."""
    x, y, z = places // (_BINS // GRID)
    cells = np.zeros((GRID,) * 3, dtype=bool)
    cells.reshape(-1)[(x * GRID + y) * GRID + z] = True
    votes = np.zeros(cells.shape, dtype=np.int8)
    for axis in range(3):
        before = np.logical_or.accumulate(cells, axis=axis)
        after = np.flip(np.logical_or.accumulate(np.flip(cells, axis), axis=axis), axis)
        votes += before & after
    return cells | (votes >= 2)


def _outline(places: npt.NDArray[np.intp]) -> Array:
    """Ranges of the other two coordinates in each slab of the unit cube.

    Returns:
        (axis, bound, slab, other axis) = (3, 2, SLABS, 2), the bounds being least and greatest.
    """
    found = np.zeros((3, 2, SLABS, 2))
    for axis in range(3):
        slabs = places[axis] // (_BINS // SLABS) * _BINS
        for column, other in enumerate(x for x in range(3) if x != axis):
            seen = np.zeros((SLABS, _BINS), dtype=bool)
            seen.reshape(-1)[slabs + places[other]] = True
            present = np.flatnonzero(seen.any(axis=1))  # loose parts have air between them
            least: npt.NDArray[np.intp] = seen.argmax(axis=1)[present]
            greatest: npt.NDArray[np.intp] = _BINS - seen[:, ::-1].argmax(axis=1)[present]
            for bound, values in enumerate((least, greatest)):
                ranges: Array = np.interp(np.arange(SLABS), present, values / _BINS)
                found[axis, bound, :, column] = ranges
    return found


def _quantiles(places: npt.NDArray[np.intp], weights: Array) -> Array:
    """Where the surface lies along each axis of the unit cube, (3, QUANTILES)."""
    wanted = (np.arange(QUANTILES) + 0.5) / QUANTILES
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    found: list[Array] = []
    for place in places:
        below = np.cumsum(np.bincount(place, weights=weights, minlength=_BINS))
        found.append(np.interp(wanted, np.concatenate([[0.0], below / below[-1]]), edges))
    return np.stack(found)


def _steps(values: Array) -> Steps:
    return np.round(values.ravel() / GRAIN).astype(np.int32)
