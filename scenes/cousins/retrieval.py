"""Cousins: assets that keep what can be done with a twin and vary everything else."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...schemas import AssemblyError, Asset, CousinSpec
from ..assets.library import AssetLibrary
from ..core import taxonomy
from .catalogue import resolve
from .descriptor_store import category_table, whole_table
from .descriptors import Descriptor, describe
from .similarity import Cousin, CousinDistance, Ranking, compare, search

ENDS = 8
"""How many cousins are kept on either side of a band, in case it is empty."""


def distance(first: Asset, second: Asset) -> CousinDistance:
    """Distance between two assets; symmetric, and 0 only for an asset and itself."""
    return compare(describe(first), describe(second))


def descriptor(asset_id: str, library: AssetLibrary) -> Descriptor:
    """The stored descriptor of an asset.

    Raises:
        SpecError: where the library has no such asset.
        AssetError: where it cannot be built.
    """
    asset = library.get(asset_id)
    table = category_table(library, asset.category)
    return table.row(asset_id) if asset_id in table.ids else describe(asset)


def cousins_of(
    twin_id: str, library: AssetLibrary, required: frozenset[str] | None = None
) -> Ranking:
    """All cousins of a twin in the whole library, itself first, by increasing distance.

    The first call describes every asset of the library, some milliseconds each.

    Args:
        twin_id: an asset of the library.
        library: where to look.
        required: affordances a cousin must have; all of the twin's if None.

    Raises:
        SpecError: where the library has no such asset.
        AssetError: where it cannot be built.
    """
    return search(descriptor(twin_id, library), whole_table(library), required)


def choices(
    twin_id: str,
    spec: CousinSpec,
    library: AssetLibrary,
    required: frozenset[str] | None = None,
) -> tuple[Cousin, ...]:
    """The at most `per_object` cousins in the band, spread evenly over its ranks.

    Other categories are asked only where the twin's own has too few in the band: one after
    the other, the nearest by hypernyms first, until there are enough.

    Raises:
        SpecError: where the library has no such asset.
        AssemblyError: where the band holds none; the message tells what there is.
    """
    needed = None if required is None else tuple(sorted(required))
    return _choices(twin_id, spec.per_object, spec.distance, spec.otherwise, library, needed)


@lru_cache(maxsize=4096)
def _choices(
    twin_id: str,
    count: int,
    band: tuple[float, float],
    otherwise: str,
    library: AssetLibrary,
    required: tuple[str, ...] | None,
) -> tuple[Cousin, ...]:
    twin = descriptor(twin_id, library)
    needed = None if required is None else frozenset(required)
    low, high = band
    inside: list[Cousin] = []
    outside: list[Cousin] = []
    for category in _nearest(twin.category, library):
        ranked = search(twin, category_table(library, category), needed)
        inside.extend(ranked.inside(low, high))
        outside.extend(_ends(ranked, low, high))
        if len(inside) >= count:
            break
    if not inside:
        near = sorted(outside, key=lambda c: _outside(c.distance.total, low, high))
        if otherwise == "nearest":
            return tuple(near[:count])
        near = near[:3]
        offers = ", ".join(f"{c.distance.total:.3f} ({c.asset_id})" for c in near)
        raise AssemblyError(
            f"no cousin of {twin_id} lies in the distance band [{low}, {high}]; nearest: {offers}"
            " (`otherwise: nearest` takes those)",
            impossible=True,
        )
    inside.sort(key=lambda cousin: (cousin.distance.total, cousin.asset_id))
    if len(inside) <= count:
        return tuple(inside)
    ranks = np.linspace(0, len(inside) - 1, count).round().astype(int)
    return tuple(inside[int(rank)] for rank in ranks.tolist())


def _nearest(category: str, library: AssetLibrary) -> list[str]:
    """The categories a library offers, nearest by hypernyms first, ties by name."""
    return sorted(library.ids(), key=lambda name: (taxonomy.distance(category, name), name))


def _ends(ranked: Ranking, low: float, high: float) -> tuple[Cousin, ...]:
    """The cousins next to a band that holds none: the last below and the first above."""
    below = ranked.inside(0.0, low)
    above = ranked.inside(high, 1.0)
    return (*below[-ENDS:], *above[:ENDS])


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
    if required is None:
        return offered[named]
    found = category_table(library, named).with_traits(required)
    if not found:
        # Only this task needs it: its scenes are refused, and other tasks go on.
        raise AssemblyError(f"no {named} of library {library.name!r} has {sorted(required)}")
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
