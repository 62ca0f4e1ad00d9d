"""A user's own folder of meshes and models as an asset library."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ....schemas import LibrarySpec, SpecError
from ....schemas.plugins import Needs
from .library import FolderLibrary

__all__ = ["PLUGIN", "FolderLibrary"]


@dataclass(frozen=True)
class Folder:
    """Opens a folder of files."""

    summary: str = "your own meshes and models, a file each"
    needs: Needs = field(default_factory=Needs)
    takes_path: bool = True

    def open(self, spec: LibrarySpec) -> FolderLibrary:
        """Open the folder at the spec's path, by the spec's name or else its own.

        Raises:
            SpecError: where it cannot be used.
        """
        if spec.path is None:
            raise SpecError("a folder library has a path: write {folder: PATH}")
        path = Path(spec.path)
        return FolderLibrary(path, spec.name or path.resolve().name)


PLUGIN = Folder()
