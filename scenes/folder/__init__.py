"""A user's own folder of meshes and models as an asset library."""

from .library import FolderLibrary

__all__ = ["FolderLibrary"]
