"""The cousin distance: one twin against any number of candidates at once.

    total = 1 - product over the parts of (1 - weight x distance)

Each part is in [0, 1] and can be read on its own. What is measured in metres counts in full:
extents, outline (silhouettes) and spread (where the surface lies). What a thing is called, which
parts it has and how full it is count a quarter each, so that the order is mostly that of the
shapes, and yet a thing of another kind is never a copy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

from ..core import taxonomy
from ..core.geometry import Array
from .descriptors import (
    AFFORDANCES,
    ENTRIES,
    FIXED,
    GRAIN,
    OPENINGS,
    SPECIAL,
    SWITCHES,
    Descriptor,
    DescriptorTable,
    code,
)

LESSER = 0.25
"""Weight of the parts that are not measured in metres: taxonomy, structure, overlap."""
OUTSIZE = 3.0
"""How many times as large or small as its twin a cousin may be."""
DISTINCT = 0.001
"""Least distance of anything that is not the twin."""


@dataclass(frozen=True)
class CousinDistance:
    """How far an asset is from its twin, each part in [0, 1].

    Attributes:
        taxonomy: of the categories, by hypernyms.
        structure: share of joints, cavities and surfaces without a counterpart.
        extents: 1 less the geometric mean of the ratios of the three extents.
        outline: of the silhouettes from three sides, in metres, bottom centres aligned.
        spread: of where the surface lies along three axes, likewise.
        overlap: 1 less the overlap (intersection over union) of the filled shapes, each
            stretched to a unit cube.
        total: 1 less the product of the weighted likenesses.
    """

    taxonomy: float
    structure: float
    extents: float
    outline: float
    spread: float
    overlap: float
    total: float


WEIGHTS: dict[str, float] = {
    "taxonomy": LESSER,
    "structure": LESSER,
    "extents": 1.0,
    "outline": 1.0,
    "spread": 1.0,
    "overlap": LESSER,
}


@dataclass(frozen=True)
class Cousin:
    """A candidate and its distance."""

    asset_id: str
    category: str
    distance: CousinDistance


@dataclass(frozen=True, eq=False)
class Ranking(Sequence[Cousin]):
    """Cousins by increasing distance, ties by id.

    Attributes:
        table: where they come from.
        rows: (K,) their places in the table.
        parts: (K, 7) their distances, in the order of CousinDistance's fields.
    """

    table: DescriptorTable
    rows: npt.NDArray[np.intp]
    parts: Array

    @property
    def totals(self) -> Array:
        """Their total distances, (K,), increasing."""
        return self.parts[:, -1]

    def inside(self, low: float, high: float) -> Ranking:
        """Those in a band of total distance, its ends included."""
        first = int(np.searchsorted(self.totals, low, side="left"))
        last = int(np.searchsorted(self.totals, high, side="right"))
        return Ranking(self.table, self.rows[first:last], self.parts[first:last])

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Cousin: ...
    @overload
    def __getitem__(self, index: slice) -> Ranking: ...
    def __getitem__(self, index: int | slice) -> Cousin | Ranking:
        """One cousin, or some of the ranking."""
        if isinstance(index, slice):
            return Ranking(self.table, self.rows[index], self.parts[index])
        row = int(self.rows[index])
        return Cousin(
            self.table.ids[row],
            self.table.categories[row],
            CousinDistance(*self.parts[index].tolist()),
        )

    def __iter__(self) -> Iterator[Cousin]:
        """One cousin after the other."""
        return (self[index] for index in range(len(self)))


def search(
    twin: Descriptor, table: DescriptorTable, required: frozenset[str] | None = None
) -> Ranking:
    """All of a table that passes the gate, ranked.

    Args:
        twin: what they are compared with; itself at 0 where the table has it.
        table: where to look, of any categories.
        required: affordances a cousin must have; all of the twin's if None.
    """
    rows = np.flatnonzero(gate(twin, table, required))
    parts = measure(twin, table, rows)
    names = np.array([table.ids[row] for row in rows.tolist()], dtype=np.str_)
    order = np.lexsort((names, parts[:, -1]))
    return Ranking(table, rows[order], parts[order])


def gate(
    twin: Descriptor, table: DescriptorTable, required: frozenset[str] | None = None
) -> npt.NDArray[np.bool_]:
    """Which assets of a table may stand in for the twin at all, (N,).

    They have the required affordances; handles that open things by the same kinds of joints,
    and no others; where something is to be switched, the twin's kinds of switches; where
    something goes in, the twin's ways in. They are furniture, or grains, if and only if the twin
    is, and at most OUTSIZE times as large or small (geometric mean over the sorted extents).
    """
    affordances = twin.affordances if required is None else required
    needed = set(affordances) & set(AFFORDANCES)
    needed |= set(required or ()) & set(SPECIAL)
    if "toggleable" in needed:
        needed |= twin.traits & set(SWITCHES)
    if "container" in needed:
        needed |= twin.traits & set(ENTRIES)
    same = code((*OPENINGS, FIXED, GRAIN))
    mine = code(twin.traits)
    have = (table.traits & code(needed)) == code(needed)
    have &= (table.traits & same) == mine & same
    ratios = np.sort(table.extents, axis=1) / np.sort(np.array(twin.extents))
    size = np.abs(np.log(ratios)).mean(axis=1)
    passed: npt.NDArray[np.bool_] = have & (size <= math.log(OUTSIZE))
    return passed


def measure(twin: Descriptor, table: DescriptorTable, rows: npt.NDArray[np.intp]) -> Array:
    """Distances (K, 7) of the twin to some rows (K,) of a table, without the gate.

    Columns are the fields of CousinDistance. Symmetric, and 0 for the twin's own id only.
    """
    kinds, places = table.kinds
    apart = np.array([taxonomy.distance(twin.category, kind) for kind in kinds])
    ratios = np.abs(np.log(table.extents[rows] / np.array(twin.extents)))
    columns = [
        apart[places[rows]],
        _unmatched(np.array(twin.parts), table.parts[rows].astype(np.int64)),
        1 - np.exp(-ratios.mean(axis=1)),
        _unlike(twin.shape.outline, table.outline[rows]),
        _unlike(twin.shape.spread, table.spread[rows]),
        _apart(twin.shape.occupancy, table.occupancy[rows]),
    ]
    likeness = np.ones(len(rows))
    for column, weight in zip(columns, WEIGHTS.values(), strict=True):
        likeness *= 1 - weight * column
    total = np.maximum(1 - likeness, DISTINCT)
    parts = np.round(np.stack([*columns, total], axis=1), 6)
    itself = np.array([table.ids[row] == twin.asset_id for row in rows.tolist()], dtype=bool)
    parts[itself] = 0.0
    return parts


def compare(twin: Descriptor, other: Descriptor) -> CousinDistance:
    """Distance between two assets, without the gate."""
    row = measure(twin, DescriptorTable.of([other]), np.zeros(1, dtype=np.intp))[0]
    return CousinDistance(*row.tolist())


def _unmatched(mine: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64]) -> Array:
    """Share of parts without a counterpart, (K,)."""
    more = np.maximum(mine, theirs).sum(axis=1)
    less = np.minimum(mine, theirs).sum(axis=1)
    return 1 - np.where(more > 0, less / np.maximum(more, 1), 1.0)


def _unlike(mine: npt.NDArray[np.int32], theirs: npt.NDArray[np.int32]) -> Array:
    """Bray-Curtis dissimilarity of lengths, (K,): sum |a - b| / (sum |a| + sum |b|).

    Of quantiles along an axis, sum |a - b| is the earth mover's distance of the two surfaces
    projected onto it (Rabin et al., Wasserstein barycenter and its application to texture
    mixing, 2011), here of the three axes of the asset frame. Doubling a shape gives 1 / 3.
    """
    apart = np.abs(theirs - mine).sum(axis=1, dtype=np.int64)
    both = np.abs(theirs).sum(axis=1, dtype=np.int64) + np.abs(mine).sum(dtype=np.int64)
    share: Array = apart / np.maximum(both, 1)
    return share


def _apart(mine: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64]) -> Array:
    """One less intersection over union of bits, (K,)."""
    common = np.bitwise_count(theirs & mine).sum(axis=1, dtype=np.int64)
    either = np.bitwise_count(theirs | mine).sum(axis=1, dtype=np.int64)
    share: Array = 1 - common / np.maximum(either, 1)
    return share
