"""Everything that `render.vary` can name: the families of paths, each with what it does."""

from __future__ import annotations

from functools import lru_cache

from . import cameras, daylight, lights, materials, objects, surroundings
from .family import (
    Changes,
    Family,
    Flag,
    Footing,
    Load,
    Numbers,
    PathWords,
    Value,
    Variant,
    Words,
    refuse_unknown,
)

FAMILIES: tuple[Family, ...] = (
    *lights.FAMILIES,
    *daylight.FAMILIES,
    *surroundings.FAMILIES,
    *objects.FAMILIES,
    *materials.FAMILIES,
    *cameras.FAMILIES,
)
"""In the order of the reference."""

__all__ = [
    "FAMILIES", "Changes", "Family", "Flag", "Footing", "Load", "Numbers", "PathWords", "Value",
    "Variant", "Words", "family_of", "refuse_unknown",
]  # fmt: skip


@lru_cache(maxsize=1024)
def family_of(path: str) -> Family | None:
    """The family of a path, whether or not the scene has what it names."""
    return next((family for family in FAMILIES if family.names_in(path) is not None), None)
