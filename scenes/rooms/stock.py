"""The stock for furnishing a room: assets of a library, by what the plan asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...schemas import Asset, Refusal, RefusalKind, SpecError
from ..assets.library import AssetLibrary
from ..cousins.catalogue import resolve

DRAWS = 8
"""Assets of a category looked at for one that suits."""


@dataclass
class Stock:
    """Draws assets, and remembers what the library does not have.

    Attributes:
        library: where assets come from.
        missing: why nothing was drawn, counted.
    """

    library: AssetLibrary
    missing: Counter[Refusal] = field(default_factory=Counter[Refusal])

    def __post_init__(self) -> None:
        """List what is offered, once."""
        self.offered = self.library.ids()

    def category(self, wanted: tuple[str, ...]) -> str:
        """The first of the categories that the library offers itself; else the first."""
        return next((c for c in wanted if c in self.offered), wanted[0])

    def draw(
        self,
        wanted: tuple[str, ...],
        rng: np.random.Generator,
        *,
        below: Asset | None = None,
        suits: Callable[[Asset], bool] = lambda _: True,
    ) -> Asset | None:
        """An asset of one of the categories, or None.

        Args:
            wanted: categories; the first that the library offers, else a stand-in for one.
            rng: draws which asset.
            below: what it will lie on: no larger than that is drawn.
            suits: a last condition.
        """
        for category in (self.category(wanted), *wanted):
            try:
                ids = self.offered[resolve(category, self.offered)]
            except SpecError:
                continue
            for _ in range(DRAWS):
                asset = self.library.get(ids[int(rng.integers(len(ids)))])
                if (below is None or _no_larger(asset, below)) and suits(asset):
                    return asset
        self.missing[Refusal(RefusalKind.NOTHING_SUITS, words=wanted[:1])] += below is None
        return None


def _no_larger(asset: Asset, below: Asset) -> bool:
    return max(asset.extents[:2]) <= max(below.extents[:2]) + 0.002
