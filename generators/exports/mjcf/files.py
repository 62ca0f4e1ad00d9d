"""Meshes and textures of a spec as files: OBJ and PNG."""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .._kept import KeptFiles
from .._meshes import obj_text
from .looks import mesh_arrays


def write_meshes(spec: Any, model: Any, folder: Path, kept: KeptFiles) -> None:
    """Write each mesh as OBJ, and let the spec name the file.

    Args:
        spec: changed in place.
        model: compiled from it.
        folder: that exists.
        kept: meshes that were written before.
    """
    for number, mesh in enumerate(spec.meshes):
        coordinates: Any = None
        seams: Any = None
        if len(mesh.uservert):
            vertices = np.asarray(mesh.uservert).reshape(-1, 3)
            faces = np.asarray(mesh.userface).reshape(-1, 3)
            if len(mesh.usertexcoord):
                u, v = np.asarray(mesh.usertexcoord).reshape(-1, 2).T
                coordinates = np.stack([u, 1.0 - v], axis=1)  # as MuJoCo reads OBJ
                places = np.asarray(mesh.userfacetexcoord).reshape(-1, 3)
                seams = None if np.array_equal(places, faces) else places
        else:
            vertices, faces = mesh_arrays(model, model.mesh(mesh.name).id)
            mesh.scale = [1.0, 1.0, 1.0]
            mesh.refpos, mesh.refquat = [0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]
        name = f"{number:03d}_{_file_name(mesh.name)}.obj"
        (folder / name).write_bytes(_obj(vertices, faces, coordinates, seams, kept))
        mesh.uservert, mesh.userface = np.zeros(0), np.zeros(0, dtype=np.int32)
        mesh.usertexcoord, mesh.userfacetexcoord = np.zeros(0), np.zeros(0, dtype=np.int32)
        mesh.file, mesh.content_type = str((folder / name).resolve()), "model/obj"


def _obj(vertices: Any, faces: Any, coordinates: Any, seams: Any, kept: KeptFiles) -> bytes:
    given = (vertices, faces, coordinates, seams)
    told = [np.zeros(0) if part is None else np.ascontiguousarray(part) for part in given]
    return kept.of(
        tuple(x for part in told for x in (part.dtype.str.encode(), part.tobytes())),
        lambda: obj_text(vertices, faces, coordinates, seams=seams).encode("ascii"),
    )


def write_textures(spec: Any, folder: Path, kept: KeptFiles) -> None:
    """Write each texture that is held in memory as PNG, and let the spec name the file.

    Args:
        spec: changed in place.
        folder: that exists.
        kept: textures that were written before.
    """
    for number, texture in enumerate(spec.textures):
        if texture.file:
            continue
        shape = (texture.height, texture.width, texture.nchannel)
        raw = bytes(texture.data)
        name = f"{number:03d}_{_file_name(texture.name)}.png"
        made = kept.of((repr(shape).encode(), raw), partial(_png, raw, shape))
        (folder / name).write_bytes(made)
        texture.data = b""
        texture.height = texture.width = 0
        texture.file, texture.content_type = str((folder / name).resolve()), "image/png"


def _png(raw: bytes, shape: tuple[int, int, int]) -> bytes:
    made = io.BytesIO()
    Image.fromarray(np.frombuffer(raw, dtype=np.uint8).reshape(shape)).save(made, format="png")
    return made.getvalue()


def _file_name(name: str) -> str:
    """Of a mesh or texture: hashes of assets shortened, and nothing that a disk could mind."""
    short = re.sub(r"[0-9a-f]{64}", lambda found: found.group()[:12], name)
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", short)
