"""The cousin distance as a dial: what it finds, what it keeps, and whether shapes agree.

Twins are drawn at random, each of another category while there are any, among those with at
least 40 cousins. For each, CANDIDATES of its cousins are taken, spread evenly over the range of
their distances, within its category and beyond. The dial is then held against a measure that
shares nothing with it: the symmetric Chamfer distance between points drawn on the visible
surfaces in metres, bottom centres aligned, over the twin's diagonal. Its rank correlation
(Spearman's) with the cousin distance is taken per twin and averaged.

The time per query is measured on 10,000 assets: the library's own, then scaled copies of them.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from ...scenes.assets.library import AssetLibrary
from ...scenes.core.seeds import generator
from ...scenes.cousins.descriptor_store import whole_table
from ...scenes.cousins.descriptors import DescriptorTable, describe
from ...scenes.cousins.similarity import Ranking, search
from ...scenes.libraries.procedural import ProceduralLibrary
from ...schemas import Asset
from ._chamfer import chamfer, cloud

CANDIDATES = 60
"""Cousins of each twin whose shapes are compared."""
FEWEST = 40
"""Cousins that a twin must have."""
FEWEST_WITHIN = 8
"""Of its own category, for a correlation over these alone."""
QUERIES = 20
RANKS = (1, 4, 8)
SMALL_INSTANCES = 12
"""Assets of each category that a small run looks at."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Twin:
    """The results for one twin: its cousins' dial and Chamfer distances, (K,)."""

    ranked: Ranking
    dial: Array
    chamfer: Array
    within: npt.NDArray[np.bool_]
    kept: int

    def correlation(self) -> float:
        return _spearman(self.dial, self.chamfer)

    def correlation_within(self) -> float:
        """Over the cousins of the twin's own category."""
        return _spearman(self.dial[self.within], self.chamfer[self.within])


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `cousins`."""
    library = ProceduralLibrary()
    table = _few(library) if small else whole_table(library)
    rng = generator((seed,), "bench-cousins")
    names = _twins(table, 10 if small else 50, rng)
    found: list[_Twin] = []
    for name in names:
        found.append(_study(name, table, library))
        print(f"{name} {found[-1].correlation():.3f}", file=sys.stderr)  # noqa: T201
    correlations = [one.correlation() for one in found]
    within = [one.correlation_within() for one in found if one.within.sum() >= FEWEST_WITHIN]
    dial = np.concatenate([one.dial for one in found])
    shape = np.concatenate([one.chamfer for one in found])
    return {
        "assets": len(table),
        "twins": len(found),
        **{f"distance_rank_{k}": _mean(one.ranked.totals[k] for one in found) for k in RANKS},
        "affordance_kept": round(sum(x.kept for x in found) / sum(len(x.dial) for x in found), 4),
        "dial_spearman": _mean(correlations),
        "dial_spearman_median": round(float(np.median(correlations)), 4),
        "dial_spearman_lowest": round(min(correlations), 4),
        "dial_spearman_within": _mean(within) if within else None,
        "dial_spearman_pooled": round(_spearman(dial, shape), 4),
        "query_seconds_10k": _query_seconds(table, names, rng),
    }


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 4)


def _spearman(first: Array, second: Array) -> float:
    result: Any = spearmanr(first, second)
    return float(result.statistic)


def _few(library: AssetLibrary) -> DescriptorTable:
    """Descriptors of the first assets of each category, derived here and not kept."""
    names = [name for ids in library.ids().values() for name in ids[:SMALL_INSTANCES]]
    return DescriptorTable.of([describe(library.get(name)) for name in names])


def _twins(table: DescriptorTable, count: int, rng: np.random.Generator) -> list[str]:
    """Twins with enough cousins, of as many categories as there are."""
    order = rng.permutation(len(table)).tolist()
    turns: dict[str, int] = {}
    turn: dict[int, int] = {}
    for row in order:
        turn[row] = turns[table.categories[row]] = turns.get(table.categories[row], -1) + 1
    chosen: list[str] = []
    for row in sorted(order, key=lambda row: turn[row]):
        if len(chosen) == count:
            break
        if len(search(table.row(table.ids[row]), table)) > FEWEST:
            chosen.append(table.ids[row])
    return chosen


def _study(name: str, table: DescriptorTable, library: AssetLibrary) -> _Twin:
    """Compare a twin with cousins from the whole range of distances."""
    ranked = search(table.row(name), table)
    sample = [ranked[place] for place in _spread(ranked.totals[1:])]
    twin = library.get(name)
    others = [library.get(cousin.asset_id) for cousin in sample]
    points, diagonal = cloud(twin), float(np.linalg.norm(twin.extents))
    return _Twin(
        ranked,
        dial=np.array([cousin.distance.total for cousin in sample]),
        chamfer=np.array([chamfer(points, cloud(other)) for other in others]) / diagonal,
        within=np.array([other.category == twin.category for other in others]),
        kept=sum(_keeps(twin, other) for other in others),
    )


def _spread(totals: Array) -> list[int]:
    """Ranks (from 1) of cousins at even steps of distance, filled up at even steps of rank."""
    wanted = np.linspace(totals[0], totals[-1], CANDIDATES)
    chosen = dict.fromkeys(int(np.abs(totals - value).argmin()) for value in wanted)
    for place in np.linspace(0, len(totals) - 1, min(2 * CANDIDATES, len(totals))).round():
        if len(chosen) < CANDIDATES:
            chosen.setdefault(int(place))
    return sorted(place + 1 for place in chosen)


def _keeps(twin: Asset, other: Asset) -> bool:
    """Whether an asset can do all that the twin can, read from its parts alone."""
    opened = [_opened(asset) for asset in (twin, other)]
    entries = [{cavity.opening for cavity in asset.cavities} for asset in (twin, other)]
    return (
        (other.graspable or not twin.graspable)
        and (bool(other.open_surfaces) or not twin.open_surfaces)
        and entries[0] <= entries[1]
        and opened[0] == opened[1]
        and _switched(twin) <= _switched(other)
    )


def _switched(asset: Asset) -> set[str]:
    """Kinds of the joints by which something is switched."""
    joints = [link.joint for link in asset.links if link.joint is not None]
    return {joint.kind for joint in joints if joint.controls == "switch"}


def _opened(asset: Asset) -> set[str]:
    """Kinds of the joints by which handles open something."""
    held = {handle.joint for handle in asset.handles}
    joints = [link.joint for link in asset.links if link.joint is not None]
    return {x.kind for x in joints if x.controls == "opening" and x.name in held}


def _query_seconds(table: DescriptorTable, names: list[str], rng: np.random.Generator) -> float:
    """Median wall time of one search over 10,000 assets."""
    large = _grown(table, 10_000, rng)
    seconds: list[float] = []
    for number in range(QUERIES + 1):
        twin = table.row(names[number % len(names)])
        start = time.perf_counter()
        list(search(twin, large)[:8])
        seconds.append(time.perf_counter() - start)
    return round(float(np.median(seconds[1:])), 5)  # the first one warms up


def _grown(table: DescriptorTable, count: int, rng: np.random.Generator) -> DescriptorTable:
    """A table of `count` assets: the first ones as they are, then scaled copies."""
    rows = np.arange(count) % len(table)
    scale = np.where(np.arange(count) < len(table), 1.0, rng.uniform(0.8, 1.25, count))[:, None]
    return replace(
        table,
        ids=tuple(f"{table.ids[row]}-{number}" for number, row in enumerate(rows.tolist())),
        categories=tuple(table.categories[row] for row in rows.tolist()),
        traits=table.traits[rows],
        parts=table.parts[rows],
        extents=table.extents[rows] * scale,
        outline=(table.outline[rows] * scale).astype(np.int32),
        spread=(table.spread[rows] * scale).astype(np.int32),
        occupancy=table.occupancy[rows],
    )
