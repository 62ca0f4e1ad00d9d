"""Assets made from code: no files, no network, no licence form."""

from __future__ import annotations

from dataclasses import dataclass, field

from ....schemas import LibrarySpec
from ....schemas.plugins import Needs
from .library import INSTANCES, ProceduralLibrary

__all__ = ["INSTANCES", "PLUGIN", "ProceduralLibrary"]


@dataclass(frozen=True)
class Procedural:
    """Opens the library of all builders."""

    summary: str = "tableware, food, tools, furniture and appliances made by code"
    needs: Needs = field(default_factory=Needs)
    takes_path: bool = False

    def open(self, spec: LibrarySpec) -> ProceduralLibrary:
        """Open the library."""
        return ProceduralLibrary()


PLUGIN = Procedural()
