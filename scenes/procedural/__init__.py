"""Assets made from code: no files, no network, no licence form."""

from __future__ import annotations

from .library import CATEGORIES, INSTANCES, ProceduralLibrary

__all__ = ["CATEGORIES", "INSTANCES", "ProceduralLibrary"]
