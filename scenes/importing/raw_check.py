"""A check of a raw mesh file before any library reads it."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

from .gltf_pictures import GltfPicture, named_materials
from .named_files import NamedFiles
from .opened import opening
from .raw_gltf import check_gltf
from .raw_obj import plain_obj


def check_raw(path: Path) -> None:
    """Look at what a mesh file uses and declares; notes what is passed over.

    Raises:
        AssetError: where it is no regular file, is too large, or uses what cannot be read.
        OSError: where it cannot be opened.
    """
    opening(path)
    if path.suffix.lower() in (".glb", ".gltf"):
        check_gltf(path)


def loaded_scene(path: Path) -> tuple[Any, dict[str, GltfPicture]]:
    """A mesh file as trimesh's scene, after `check_raw`, and pictures of glTF's materials by name.

    The files that it names are reported.

    Raises:
        AssetError: where an OBJ file cannot be made plain.
        Exception: whatever trimesh's readers raise.
    """
    import trimesh

    source, kind, files = _source(path)
    pictures: dict[str, GltfPicture] = {}
    named = named_materials(path) if path.suffix.lower() in (".glb", ".gltf") else None
    if named is not None:
        source, kind, pictures = io.BytesIO(named.raw), path.suffix[1:].lower(), named.pictures
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scene = trimesh.load_scene(source, file_type=kind, resolver=files, process=False)
    return scene, pictures


def loaded_mesh(path: Path) -> Any:
    """The same as one mesh of trimesh's."""
    import trimesh

    source, kind, files = _source(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trimesh.load(source, file_type=kind, resolver=files, force="mesh", process=False)


def _source(path: Path) -> tuple[Any, str | None, NamedFiles]:
    """The source that trimesh reads, its format, and the files beside it."""
    plain = plain_obj(path) if path.suffix.lower() == ".obj" else None
    if plain is None:
        return path, None, NamedFiles(path)
    return io.BytesIO(plain.text.encode()), "obj", NamedFiles(path, plain.made)
