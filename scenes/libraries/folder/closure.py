"""All files that the import of an asset opens, found by the references of one to the next."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ....schemas import AssetError
from ...importing.model_text import read_model
from ...importing.opened import absolute, reporting
from ...importing.references import files_named_by

MODELS = (".mjcf", ".urdf", ".xml")


def opened_by(path: Path) -> tuple[Path, ...]:
    """The files that a model or mesh file names, and those that these name, but for itself.

    They are absolute, sorted, and missing ones are among them. Models are read by the importer's
    own code, so that names are resolved as they will be.
    """
    found: dict[Path, None] = {}
    meshes: list[Path] = [path]
    if path.suffix.lower() in MODELS:
        meshes = []
        # What is refused will be refused again, by the files that were opened so far.
        with reporting() as report, suppress(AssetError, ValueError):
            meshes = list(read_model(path).meshes.values())
        found |= report.files
    for mesh in meshes:
        found |= dict.fromkeys(files_named_by(mesh))
    return tuple(sorted(found.keys() - {absolute(path)}))
