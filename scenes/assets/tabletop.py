"""The part of a library that goes on a table: what stands on the floor is left to rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ...schemas import Asset
from ..core import taxonomy
from ..layout.clearance import fits_table
from .library import AssetLibrary

TABLES = ("table.n.02", "countertop.n.01")
"""What a scene stands on: offered too, though it stands on the floor itself."""


@dataclass(frozen=True)
class Tabletop:
    """A library without the categories whose assets stand on the floor; tables stay.

    Each category is judged by its first asset.

    Attributes:
        library: the whole library.
    """

    library: AssetLibrary

    @property
    def name(self) -> str:
        """Of the whole library."""
        return self.library.name

    @property
    def version(self) -> str:
        """Of the whole library."""
        return self.library.version

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category, each in a stable order; builds the first of each."""
        return dict(_ids(self.library))

    def offers(self, category: str) -> bool:
        """Whether it has assets of just this category; builds no others."""
        ids = self.library.ids().get(category)
        return ids is not None and _belongs(self.library, category, ids)

    def quarantined(self) -> Mapping[str, str]:
        """Of the whole library."""
        return self.library.quarantined()

    def stamp(self, asset_id: str) -> str:
        """Of the whole library."""
        return self.library.stamp(asset_id)

    def get(self, asset_id: str) -> Asset:
        """Any asset of the whole library.

        Raises:
            SpecError: where there is no such asset.
        """
        return self.library.get(asset_id)


@lru_cache(maxsize=32)
def _ids(library: AssetLibrary) -> dict[str, tuple[str, ...]]:
    return {
        category: ids for category, ids in library.ids().items() if _belongs(library, category, ids)
    }


def _belongs(library: AssetLibrary, category: str, ids: tuple[str, ...]) -> bool:
    """Whether a category goes on a table, or is one."""
    table = any(taxonomy.is_a(category, kind) for kind in TABLES)
    return table or fits_table(library.get(ids[0]))
