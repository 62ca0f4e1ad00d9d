"""How trimesh's readers get the files that a mesh file names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimesh.resolvers import Resolver

from ...schemas import AssetError
from .opened import note, opening
from .references import located

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tga", ".tif", ".tiff", ".webp")


def _is_picture(raw: bytes) -> bool:
    """Whether the head of a file is that of a picture; readers pass over others in silence."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw)):
            return True
    except Exception:  # decoders raise whatever their format trips over
        return False


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
        path = located(key, self.folders)
        try:
            raw = opening(path).read_bytes()
        except OSError as error:
            note(f"{key} cannot be read ({error.strerror}); the asset is shown without it")
            raise
        except AssetError as error:
            note(f"{error}; the asset is shown without it")
            raise
        if path.suffix.lower() in PICTURES and not _is_picture(raw):
            note(f"{key} is no picture that can be read; the asset is shown without it")
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
