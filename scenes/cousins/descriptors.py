"""Descriptors: what the cousin distance compares, for one asset and for many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import Asset
from .shape_features import OUTLINE, SPREAD, WORDS, ShapeFeatures, shape_features

AFFORDANCES = ("graspable", "support", "container", "openable", "toggleable")
OPENINGS = ("opens-slide", "opens-hinge")
SWITCHES = ("switches-slide", "switches-hinge")
ENTRIES = ("enter-top", "enter-front")
FIXED = "fixed"
GRAIN = "grain"
SPECIAL = ("hook", "hangable", "socket", GRAIN)
"""Affordances that only count where they are asked for, but for grains."""
TRAITS = (*AFFORDANCES, *OPENINGS, *SWITCHES, *ENTRIES, FIXED, *SPECIAL)
"""What an asset has or lacks, no matter how much of it; the gate looks at these."""
PARTS = (
    "opening-slide", "opening-hinge", "switch-slide", "switch-hinge",
    "cavity-top", "cavity-front", "surface",
)  # fmt: skip
"""Kinds of parts that the structure counts."""


@dataclass(frozen=True)
class Descriptor:
    """The features the distance is computed from.

    Attributes:
        asset_id: of the asset.
        category: a synset.
        traits: those of TRAITS that it has.
        parts: how many it has of each of PARTS.
        extents: (x, y, z) of the bounding box, metres.
        shape: silhouettes, spread and filled cells.
    """

    asset_id: str
    category: str
    traits: frozenset[str]
    parts: tuple[int, ...]
    extents: tuple[float, float, float]
    shape: ShapeFeatures

    @property
    def affordances(self) -> frozenset[str]:
        """See `Asset.affordances`."""
        return self.traits & frozenset(AFFORDANCES)


def describe(asset: Asset) -> Descriptor:
    """The descriptor of an asset with all joints at zero.

    Raises:
        AssetError: where nothing of the asset is seen.
    """
    joints = {joint.name: joint for joint in asset.joints}
    held = [joints[handle.joint] for handle in asset.handles if handle.joint in joints]
    traits = {
        *asset.affordances,
        *(f"opens-{joint.kind}" for joint in held if joint.controls == "opening"),
        *(f"switches-{joint.kind}" for joint in asset.joints if joint.controls == "switch"),
        *(f"enter-{cavity.opening}" for cavity in asset.cavities),
        *((FIXED,) if asset.fixed else ()),
    }
    parts = Counter(f"{joint.controls}-{joint.kind}" for joint in asset.joints)
    parts.update(f"cavity-{cavity.opening}" for cavity in asset.cavities)
    parts.update("surface" for _ in asset.surfaces)
    return Descriptor(
        asset_id=asset.id,
        category=asset.category,
        traits=frozenset(traits),
        parts=tuple(parts[kind] for kind in PARTS),
        extents=asset.extents,
        shape=shape_features(asset),
    )


def code(traits: Iterable[str]) -> int:
    """Traits as bits, in the order of TRAITS."""
    return sum(1 << TRAITS.index(trait) for trait in traits)


@dataclass(frozen=True, eq=False)
class DescriptorTable:
    """Descriptors of many assets, packed so that all are compared at once.

    Attributes:
        ids: of the N assets.
        categories: of each.
        traits: (N,) bits, see `code`.
        parts: (N, len(PARTS)).
        extents: (N, 3), metres.
        outline: (N, OUTLINE), steps of GRAIN.
        spread: (N, SPREAD), steps of GRAIN.
        occupancy: (N, WORDS), bits.
    """

    ids: tuple[str, ...]
    categories: tuple[str, ...]
    traits: npt.NDArray[np.uint16]
    parts: npt.NDArray[np.uint16]
    extents: npt.NDArray[np.float64]
    outline: npt.NDArray[np.int32]
    spread: npt.NDArray[np.int32]
    occupancy: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, found: Sequence[Descriptor]) -> DescriptorTable:
        """Pack descriptors."""

        def rows(values: list[Any], width: int, kind: type[Any]) -> npt.NDArray[Any]:
            return np.array(values, dtype=kind).reshape(len(found), width)

        return cls(
            ids=tuple(one.asset_id for one in found),
            categories=tuple(one.category for one in found),
            traits=np.array([code(one.traits) for one in found], dtype=np.uint16),
            parts=rows([one.parts for one in found], len(PARTS), np.uint16),
            extents=rows([one.extents for one in found], 3, np.float64),
            outline=rows([one.shape.outline for one in found], OUTLINE, np.int32),
            spread=rows([one.shape.spread for one in found], SPREAD, np.int32),
            occupancy=rows([one.shape.occupancy for one in found], WORDS, np.uint64),
        )

    @classmethod
    def joined(cls, tables: Sequence[DescriptorTable]) -> DescriptorTable:
        """Several tables as one, in their order."""
        if not tables:
            return cls.of(())
        return cls(
            ids=tuple(name for table in tables for name in table.ids),
            categories=tuple(name for table in tables for name in table.categories),
            traits=np.concatenate([table.traits for table in tables]),
            parts=np.concatenate([table.parts for table in tables]),
            extents=np.concatenate([table.extents for table in tables]),
            outline=np.concatenate([table.outline for table in tables]),
            spread=np.concatenate([table.spread for table in tables]),
            occupancy=np.concatenate([table.occupancy for table in tables]),
        )

    def __len__(self) -> int:
        """How many assets it describes."""
        return len(self.ids)

    def row(self, asset_id: str) -> Descriptor:
        """The descriptor of one asset.

        Raises:
            KeyError: where it is not in the table.
        """
        at = self._places[asset_id]
        bits = int(self.traits[at])
        x, y, z = self.extents[at].tolist()
        return Descriptor(
            asset_id=asset_id,
            category=self.categories[at],
            traits=frozenset(name for place, name in enumerate(TRAITS) if bits >> place & 1),
            parts=tuple(self.parts[at].tolist()),
            extents=(x, y, z),
            shape=ShapeFeatures(self.outline[at], self.spread[at], self.occupancy[at]),
        )

    def with_traits(self, traits: frozenset[str]) -> tuple[str, ...]:
        """Ids of the assets that have all of these."""
        needed = code(traits)
        return tuple(self.ids[at] for at in np.flatnonzero(self.traits & needed == needed))

    @cached_property
    def kinds(self) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
        """The distinct categories, and the place (N,) of each asset's among them."""
        distinct = tuple(sorted(set(self.categories)))
        places = {name: place for place, name in enumerate(distinct)}
        return distinct, np.array([places[name] for name in self.categories], dtype=np.intp)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.ids)}
