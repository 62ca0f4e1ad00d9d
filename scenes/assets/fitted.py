"""Furniture made to measure: what a library may build for one place in one room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from ...schemas import Asset
from .joint import JointLibrary
from .library import AssetLibrary

FittedKind = Literal["base", "sink", "worktop", "wall", "hood"]
"""A base unit under a worktop, one with a basin in it, a worktop alone, a wall cupboard, and an
extractor hood with its duct."""
WORKTOP = 0.90
"""Height of the worktops of fitted kitchens, metres."""
SLAB = 0.03
"""Thickness of their worktops, metres."""


@dataclass(frozen=True)
class FittedUnit:
    """One unit to be made.

    Attributes:
        kind: what it is.
        width: metres, to the millimetre.
        style: units of one style have the same fronts, worktops and handles.
        number: tells units of one style apart.
        height: of a hood with its duct, metres; other kinds have their own.
    """

    kind: FittedKind
    width: float
    style: int
    number: int
    height: float = 0.0


@runtime_checkable
class FittingLibrary(Protocol):
    """A library that makes furniture to measure."""

    def fitted(self, unit: FittedUnit) -> Asset:
        """Build a unit, its front towards +x; the same unit always gives the same bytes."""
        ...


def fitting(library: AssetLibrary) -> FittingLibrary | None:
    """The first among joined libraries that makes furniture to measure, or None."""
    members = library.members if isinstance(library, JointLibrary) else (library,)
    return next((member for member in members if isinstance(member, FittingLibrary)), None)
