"""Cousins: assets that keep what can be done with a twin and vary everything else.

The distance multiplies likenesses, total = 1 - (1 - taxonomy)(1 - structure)(1 - extents)
(1 - shape), so each part can be read on its own and 0 means the twin itself. Affordances and
the kinds of joints that open are no matter of degree: who lacks them is no cousin at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..schemas import AssemblyError, Asset, CousinSpec
from . import taxonomy
from .catalogue import resolve
from .library import AssetLibrary

GRID = 20
"""Cells along each side of the occupancy grid."""
STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
"""Into how many parts the longest edge of a triangle may be cut."""
SIBLING = 0.30
"""Greatest taxonomy distance of another category that may offer cousins."""
SIBLINGS = 2
"""At most so many other categories are looked at, the nearest."""
DISTINCT = 0.001
"""Least distance of anything that is not the twin."""


@dataclass(frozen=True)
class CousinDistance:
    """How far an asset is from its twin, each part in [0, 1].

    Attributes:
        taxonomy: of the categories, by hypernyms.
        structure: share of joints, cavities and surfaces without a counterpart.
        extents: 1 less the geometric mean of the ratios of the three extents.
        shape: 1 less the overlap (intersection over union) of the filled shapes, each
            stretched to a unit cube.
        total: 1 less the product of the likenesses.
    """

    taxonomy: float
    structure: float
    extents: float
    shape: float
    total: float


@dataclass(frozen=True)
class Cousin:
    """A candidate and its distance."""

    asset_id: str
    category: str
    distance: CousinDistance


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
    found = []
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
    levels = np.searchsorted(STEPS, np.minimum(longest / spacing, STEPS[-1]))
    result = []
    for level in np.unique(levels):
        steps = STEPS[level]
        i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1))
        keep = i + j <= steps
        first, second = i[keep] / steps, j[keep] / steps
        weights = np.stack([first, second, 1 - first - second], axis=-1)
        result.append((weights @ triangles[levels == level]).reshape(-1, 3))
    return result


@lru_cache(maxsize=8192)
def _described(library: AssetLibrary, asset_id: str) -> Descriptor:
    return describe(library.get(asset_id))


def compare(twin: Descriptor, other: Descriptor) -> CousinDistance:
    """Distance between two assets; symmetric, without the gate."""
    kinds = sorted(set(twin.parts) | set(other.parts))
    more = sum(max(twin.parts[k], other.parts[k]) for k in kinds)
    less = sum(min(twin.parts[k], other.parts[k]) for k in kinds)
    structure = 1 - less / more if more else 0.0
    ratio = np.abs(np.log(twin.extents / other.extents))
    extents = float(1 - np.exp(-ratio.mean()))
    union = int((twin.occupancy | other.occupancy).sum())
    shape = 1 - int((twin.occupancy & other.occupancy).sum()) / union
    apart = taxonomy.distance(twin.category, other.category)
    total = 1 - (1 - apart) * (1 - structure) * (1 - extents) * (1 - shape)
    values = (apart, structure, extents, shape, total)
    return CousinDistance(*(float(np.round(value, 6)) for value in values))


def distance(first: Asset, second: Asset) -> CousinDistance:
    """Distance between two assets; 0 only for an asset and itself."""
    return _distinct(compare(describe(first), describe(second)), first.id == second.id)


def _distinct(found: CousinDistance, same: bool) -> CousinDistance:
    if same:
        return CousinDistance(0.0, 0.0, 0.0, 0.0, 0.0)
    if found.total >= DISTINCT:
        return found
    return CousinDistance(found.taxonomy, found.structure, found.extents, found.shape, DISTINCT)


@lru_cache(maxsize=256)
def kin(category: str, library: AssetLibrary) -> tuple[str, ...]:
    """The category and the nearest others that may offer cousins of it.

    Each category is judged by its first asset.
    """
    offered = library.ids()
    mine = _described(library, offered[category][0])
    others = []
    for name, ids in offered.items():
        if name == category or taxonomy.distance(category, name) > SIBLING:
            continue
        other = _described(library, ids[0])
        if mine.affordances <= other.affordances and mine.openable == other.openable:
            others.append((compare(mine, other).total, name))
    return category, *(name for _, name in sorted(others)[:SIBLINGS])


def cousins_of(
    twin_id: str,
    library: AssetLibrary,
    required: frozenset[str] | None = None,
    *,
    siblings: bool = True,
) -> tuple[Cousin, ...]:
    """All cousins of a twin, itself first, by increasing distance.

    Args:
        twin_id: an asset of the library.
        library: where to look.
        required: affordances a cousin must have; all of the twin's if None.
        siblings: also look at the nearest other categories.

    Raises:
        SpecError: where the library has no such asset.
    """
    needed = tuple(sorted(required)) if required is not None else None
    return _ranked(twin_id, library, needed, siblings)


@lru_cache(maxsize=1024)
def _ranked(
    twin_id: str, library: AssetLibrary, required: tuple[str, ...] | None, siblings: bool
) -> tuple[Cousin, ...]:
    twin = _described(library, twin_id)
    needed = twin.affordances if required is None else frozenset(required)
    categories = kin(twin.category, library) if siblings else (twin.category,)
    offered = library.ids()
    found = []
    for category in categories:
        for asset_id in offered[category]:
            other = _described(library, asset_id)
            if needed <= other.affordances and twin.openable == other.openable:
                apart = _distinct(compare(twin, other), asset_id == twin_id)
                found.append(Cousin(asset_id, category, apart))
    return tuple(sorted(found, key=lambda cousin: (cousin.distance.total, cousin.asset_id)))


def choices(
    twin_id: str,
    spec: CousinSpec,
    library: AssetLibrary,
    required: frozenset[str] | None = None,
) -> tuple[Cousin, ...]:
    """The at most `per_object` cousins in the band, spread evenly over its ranks.

    Other categories are asked only where the twin's own has too few in the band.

    Raises:
        AssemblyError: where the band holds none; the message tells what there is.
    """
    low, high = spec.distance
    inside: tuple[Cousin, ...] = ()
    everything: tuple[Cousin, ...] = ()
    for siblings in (False, True):
        everything = cousins_of(twin_id, library, required, siblings=siblings)
        inside = tuple(c for c in everything if low <= c.distance.total <= high)
        if len(inside) >= spec.per_object:
            break
    if not inside:
        near = sorted(everything, key=lambda c: _outside(c.distance.total, low, high))[:3]
        offers = ", ".join(f"{c.distance.total:.3f} ({c.asset_id})" for c in near)
        raise AssemblyError(
            f"no cousin of {twin_id} lies in the distance band [{low}, {high}]; nearest: {offers}",
            impossible=True,
        )
    if len(inside) <= spec.per_object:
        return inside
    ranks = np.linspace(0, len(inside) - 1, spec.per_object).round().astype(int)
    return tuple(inside[rank] for rank in ranks)


def _outside(value: float, low: float, high: float) -> float:
    """How far a value lies outside a band."""
    return max(low - value, value - high, 0.0)


def pick(
    category: str,
    spec: CousinSpec,
    library: AssetLibrary,
    twin_rng: np.random.Generator,
    rng: np.random.Generator,
    required: frozenset[str] | None = None,
) -> tuple[Asset, CousinDistance]:
    """Choose the twin, then draw one of its cousins.

    Args:
        category: a BDDL synset; the nearest offered one stands in for it.
        spec: how many cousins there are to draw from, and how far.
        library: where to look.
        twin_rng: seeded per dataset and object, so that the twin is the same in every scene.
        rng: seeded per scene.
        required: affordances to keep; only twins that have them are chosen. All of the
            twin's if None.

    Returns:
        The asset and its distance from the twin.

    Raises:
        SpecError: where nothing stands in for the category.
        AssemblyError: where no asset has the affordances or the band holds no cousin.
    """
    offered = library.ids()
    named = resolve(category, offered)
    twins = offered[named]
    if required is not None:
        twins = tuple(t for t in twins if required <= _described(library, t).affordances)
        if not twins:
            raise AssemblyError(
                f"no {named} of library {library.name!r} has {sorted(required)}", impossible=True
            )
    twin = twins[int(twin_rng.integers(len(twins)))]
    candidates = choices(twin, spec, library, required)
    drawn = candidates[int(rng.integers(len(candidates)))]
    return library.get(drawn.asset_id), drawn.distance
