"""Meshes and textures of a spec as files: OBJ and PNG."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .._meshes import obj_text
from .looks import mesh_arrays


def write_meshes(spec: Any, model: Any, folder: Path) -> None:
    """Write each mesh as OBJ, and let the spec name the file.

    Args:
        spec: changed in place.
        model: compiled from it.
        folder: that exists.
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
        text = obj_text(vertices, faces, coordinates, seams=seams)
        (folder / name).write_text(text, encoding="ascii")
        mesh.uservert, mesh.userface = np.zeros(0), np.zeros(0, dtype=np.int32)
        mesh.usertexcoord, mesh.userfacetexcoord = np.zeros(0), np.zeros(0, dtype=np.int32)
        mesh.file, mesh.content_type = str((folder / name).resolve()), "model/obj"


def write_textures(spec: Any, folder: Path) -> None:
    """Write each texture that is held in memory as PNG, and let the spec name the file."""
    for number, texture in enumerate(spec.textures):
        if texture.file:
            continue
        shape = (texture.height, texture.width, texture.nchannel)
        image = np.frombuffer(bytes(texture.data), dtype=np.uint8).reshape(shape)
        name = f"{number:03d}_{_file_name(texture.name)}.png"
        Image.fromarray(image).save(folder / name)
        texture.data = b""
        texture.height = texture.width = 0
        texture.file, texture.content_type = str((folder / name).resolve()), "image/png"


def _file_name(name: str) -> str:
    """Of a mesh or texture: hashes of assets shortened, and nothing that a disk could mind."""
    short = re.sub(r"[0-9a-f]{64}", lambda found: found.group()[:12], name)
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", short)
