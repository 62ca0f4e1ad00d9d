"""Furnished rooms: furniture along the walls, and things on and in it, at rest."""

from __future__ import annotations

from .furnish import Furnishing, furnish
from .scene import Kind, furnished_scene

__all__ = ["Furnishing", "Kind", "furnish", "furnished_scene"]
