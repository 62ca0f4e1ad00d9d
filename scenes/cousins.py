"""Cousins: assets that keep what can be done with a twin and vary everything else.

The distance multiplies likenesses, total = 1 - (1 - taxonomy)(1 - structure)(1 - extents)
(1 - shape), so each part can be read on its own and 0 means the twin itself. Affordances and
the kinds of joints that open are no matter of degree: who lacks them is no cousin at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..schemas import AssemblyError, Asset, CousinSpec
from . import taxonomy
from .catalogue import resolve
from .descriptors import Descriptor, describe, descriptors
from .library import AssetLibrary

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
    mine = descriptors(library, category)[offered[category][0]]
    others: list[tuple[float, str]] = []
    for name, ids in offered.items():
        if name == category or taxonomy.distance(category, name) > SIBLING:
            continue
        other = describe(library.get(ids[0]))
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
    category = library.get(twin_id).category
    twin = descriptors(library, category)[twin_id]
    needed = twin.affordances if required is None else frozenset(required)
    found: list[Cousin] = []
    for kind in kin(category, library) if siblings else (category,):
        for asset_id, other in descriptors(library, kind).items():
            if needed <= other.affordances and twin.openable == other.openable:
                apart = _distinct(compare(twin, other), asset_id == twin_id)
                found.append(Cousin(asset_id, kind, apart))
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
    return tuple(inside[int(rank)] for rank in ranks.tolist())


def _outside(value: float, low: float, high: float) -> float:
    """How far a value lies outside a band."""
    return max(low - value, value - high, 0.0)


def twins(
    category: str, library: AssetLibrary, required: frozenset[str] | None = None
) -> tuple[str, ...]:
    """The assets that may be the twin: of the category that stands in, with what is required.

    Raises:
        SpecError: where nothing stands in for the category.
        AssemblyError: where no asset has the affordances.
    """
    offered = library.ids()
    named = resolve(category, offered)
    found = offered[named]
    if required is not None:
        known = descriptors(library, named)
        found = tuple(twin for twin in found if required <= known[twin].affordances)
        if not found:
            raise AssemblyError(
                f"no {named} of library {library.name!r} has {sorted(required)}", impossible=True
            )
    return found


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
    offered = twins(category, library, required)
    twin = offered[int(twin_rng.integers(len(offered)))]
    candidates = choices(twin, spec, library, required)
    drawn = candidates[int(rng.integers(len(candidates)))]
    return library.get(drawn.asset_id), drawn.distance
