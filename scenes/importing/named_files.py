"""How trimesh's readers get the files that a mesh file names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimesh.resolvers import Resolver

from ...schemas import AssetError
from .mtl import named_picture
from .opened import note, opening, opening_picture
from .pictures import opened_picture
from .references import located

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tga", ".tif", ".tiff", ".webp")


class NamedFiles(Resolver):  # type: ignore[misc]
    """Gives trimesh's readers the files that a mesh file names, and reports each."""

    def __init__(self, mesh: Path, made: Mapping[str, bytes] | None = None) -> None:
        """For the mesh file `mesh`; `made` are files that exist in memory alone."""
        self.folders = [mesh.parent]
        self.made = dict(made or {})
        self.file_name = mesh.name

    def get(self, key: str) -> bytes:
        """The bytes of a named file; what cannot be had is noted, as readers pass over it."""
        if key in self.made:
            return self.made[key]
        path = located(named_picture(key).name, self.folders)
        picture = path.suffix.lower() in PICTURES
        try:
            raw = (opening_picture if picture else opening)(path).read_bytes()
        except OSError as error:
            note(f"{key} cannot be read ({error.strerror}); the asset is shown without it")
            raise
        except AssetError as error:
            note(f"{error}; the asset is shown without it")
            raise
        if picture:
            try:
                opened_picture(raw)
            except AssetError as error:  # readers pass over such a file in silence
                note(f"{key} {error}; the asset is shown without it")
                raise
        if path.suffix.lower() == ".mtl" and path.parent not in self.folders:
            self.folders.append(path.parent)
        return raw

    def write(self, name: str, data: Any) -> None:
        """Nothing is written."""
        raise NotImplementedError(name)

    def namespaced(self, namespace: str) -> NamedFiles:
        """The same for a folder below."""
        return NamedFiles(self.folders[0] / namespace / self.file_name, self.made)

    def keys(self) -> tuple[str, ...]:
        """Files are not listed."""
        return tuple(self.made)
