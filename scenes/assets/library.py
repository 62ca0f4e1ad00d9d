"""AssetLibrary: where assets come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from ...schemas import Asset


@runtime_checkable
class AssetLibrary(Protocol):
    """Offers assets by id. Offering is cheap; building one may take a while."""

    def __hash__(self) -> int:
        """Libraries key caches in memory; equal ones offer the same bytes."""
        ...

    @property
    def name(self) -> str:
        """Stable name, part of every asset id."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever any asset's bytes change: part of every shard's key."""
        ...

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category (a BDDL synset), each in a stable order."""
        ...

    def quarantined(self) -> Mapping[str, str]:
        """Ids of what it has but does not offer, each with the reason."""
        ...

    def stamp(self, asset_id: str) -> str:
        """Changes whenever that asset's bytes change; cheap, without building it."""
        ...

    def get(self, asset_id: str) -> Asset:
        """Build or load one asset; the same id always gives the same bytes.

        Raises:
            SpecError: where there is no such asset; the message offers the nearest ids.
        """
        ...


@runtime_checkable
class NotedLibrary(Protocol):
    """A library that says how it read its files."""

    def notes(self) -> Mapping[str, tuple[str, ...]]:
        """Notes on the assets it offers, by id, such as an assumed mass."""
        ...


@runtime_checkable
class OwnFilesLibrary(Protocol):
    """A library of the user's own files, who should know of each that is not offered."""

    def set_aside(self) -> Mapping[str, str]:
        """Ids of the files that cannot be used, each with the file and the reason."""
        ...
