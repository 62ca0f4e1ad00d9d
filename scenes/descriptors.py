"""Descriptors: what the cousin distance compares, derived once per library and category."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..schemas import Asset
from .cache import cached_arrays
from .library import AssetLibrary

GRID = 20
"""Cells along each side of the occupancy grid."""
STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
"""Into how many parts the longest edge of a triangle may be cut."""
FORMAT = 1
"""Raised when the meaning of a stored descriptor changes."""


@dataclass(frozen=True)
class Descriptor:
    """What the distance is computed from.

    Attributes:
        category: a synset.
        affordances: see `Asset.affordances`.
        openable: kinds of joints with a handle.
        parts: number of joints, cavities and surfaces by kind.
        extents: (3,), metres.
        occupancy: (GRID ** 3,) filled cells of the bounding box.
    """

    category: str
    affordances: frozenset[str]
    openable: frozenset[str]
    parts: Counter[str]
    extents: npt.NDArray[np.float64]
    occupancy: npt.NDArray[np.bool_]


def describe(asset: Asset) -> Descriptor:
    """The descriptor of an asset with all joints at zero."""
    kinds = {joint.name: joint.kind for joint in asset.joints}
    parts: Counter[str] = Counter(kinds.values())
    parts.update(f"cavity-{cavity.opening}" for cavity in asset.cavities)
    parts.update("surface" for _ in asset.surfaces)
    return Descriptor(
        category=asset.category,
        affordances=asset.affordances,
        openable=frozenset(kinds[handle.joint] for handle in asset.handles if handle.joint),
        parts=parts,
        extents=np.array(asset.extents),
        occupancy=occupancy(asset).ravel(),
    )


def occupancy(asset: Asset, grid: int = GRID) -> npt.NDArray[np.bool_]:
    """Filled cells of the bounding box, (grid, grid, grid) along x, y, z.

    A cell is filled if the surface passes through it, or if it lies between surfaces along at
    least two of the three axes: so a mug is full up to its rim, and a table stays open below.
    """
    corners = _triangles(asset)
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    unit = (corners - low) / np.maximum(high - low, 1e-9)
    cells = np.zeros((grid,) * 3, dtype=bool)
    for points in _samples(unit, 0.7 / grid):
        index = np.minimum((points * grid).astype(int), grid - 1)
        cells[index[:, 0], index[:, 1], index[:, 2]] = True
    votes = np.zeros(cells.shape, dtype=int)
    for axis in range(3):
        before = np.logical_or.accumulate(cells, axis=axis)
        after = np.flip(np.logical_or.accumulate(np.flip(cells, axis), axis=axis), axis)
        votes += before & after
    return cells | (votes >= 2)


def _triangles(asset: Asset) -> npt.NDArray[np.float64]:
    """All visual triangles in the asset frame, joints at zero, (M, 3, 3)."""
    where: dict[str, npt.NDArray[np.float64]] = {}
    found: list[npt.NDArray[np.float64]] = []
    for link in asset.links:
        base = _pose(link.pos, link.quat)
        where[link.name] = where[link.parent] @ base if link.parent else base
        for shape in link.visuals:
            if shape.mesh is None:
                continue
            data = asset.meshes[shape.mesh]
            pose = where[link.name] @ _pose(shape.pos, shape.quat)
            vertices = data.vertex_array() @ pose[:3, :3].T + pose[:3, 3]
            found.append(vertices[data.face_array()])
    return np.concatenate(found)


def _pose(pos: tuple[float, ...], quat: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """The (4, 4) transform of a position and a quaternion wxyz."""
    w, x, y, z = quat
    pose = np.eye(4)
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, 3] = pos
    return pose


def _samples(triangles: npt.NDArray[np.float64], spacing: float) -> list[npt.NDArray[np.float64]]:
    """Points on triangles (M, 3, 3), at most `spacing` apart; each array is (N, 3)."""
    edges = triangles - np.roll(triangles, 1, axis=1)
    longest = np.linalg.norm(edges, axis=2).max(axis=1)
    parts = np.minimum(longest / spacing, STEPS[-1])
    levels = (parts[:, None] > np.array(STEPS)).sum(axis=1)
    result: list[npt.NDArray[np.float64]] = []
    for level, steps in enumerate(STEPS):
        along = np.linspace(0.0, 1.0, steps + 1)
        first, second = (part.ravel() for part in np.meshgrid(along, along))
        weights = np.stack([first, second, 1 - first - second], axis=-1)
        weights = weights[weights[:, 2] > -1e-9]
        result.append((weights @ triangles[levels == level]).reshape(-1, 3))
    return result


@lru_cache(maxsize=256)
def descriptors(library: AssetLibrary, category: str) -> dict[str, Descriptor]:
    """Descriptors of all assets of a category by id, kept in memory and on disk.

    The key on disk holds the library's version, which changes with any asset's bytes.
    """
    ids = library.ids()[category]
    key = f"{FORMAT} {GRID} {library.name} {library.version} {category} {' '.join(ids)}"
    arrays = cached_arrays("descriptors", key, lambda: _packed(library, ids))
    facts: list[dict[str, Any]] = json.loads(arrays["facts"].tobytes())
    cells = np.unpackbits(arrays["occupancy"], axis=1, count=GRID**3).astype(bool)
    return {
        name: Descriptor(
            category=category,
            affordances=frozenset(fact["affordances"]),
            openable=frozenset(fact["openable"]),
            parts=Counter(fact["parts"]),
            extents=extents,
            occupancy=filled,
        )
        for name, fact, extents, filled in zip(ids, facts, arrays["extents"], cells, strict=True)
    }


def _packed(library: AssetLibrary, ids: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """The descriptors of several assets as arrays."""
    found = [describe(library.get(name)) for name in ids]
    facts = [
        {
            "affordances": sorted(one.affordances),
            "openable": sorted(one.openable),
            "parts": dict(sorted(one.parts.items())),
        }
        for one in found
    ]
    return {
        "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8),
        "extents": np.array([one.extents for one in found]),
        "occupancy": np.packbits([one.occupancy for one in found], axis=1),
    }
