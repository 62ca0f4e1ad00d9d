"""LibraryPlugin: what a plug-in of the group `libraries` offers."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ...schemas import LibrarySpec
from ...schemas.plugins import Group, Needs
from .library import AssetLibrary


@runtime_checkable
class LibraryPlugin(Protocol):
    """Opens one kind of asset library."""

    @property
    def summary(self) -> str:
        """Its content, for documentation: part of a sentence."""
        ...

    @property
    def needs(self) -> Needs:
        """Packages it needs, and how to get them."""
        ...

    @property
    def takes_path(self) -> bool:
        """Whether a spec gives a path with it: it must where true, and may not where false."""
        ...

    def open(self, spec: LibrarySpec) -> AssetLibrary:
        """Open the library of a spec.

        Raises:
            SpecError: what the spec names cannot be used.
            BackendMissingError: a package is not installed.
        """
        ...


LIBRARIES = Group(
    "libraries",
    LibraryPlugin,
    "kind of library",
    order=("procedural", "folder", "libero", "robosuite", "metaworld", "synthesizer"),
)
