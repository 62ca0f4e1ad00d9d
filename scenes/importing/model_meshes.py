"""Reads the mesh files of models: STL, OBJ, PLY, GLB, DAE, and MuJoCo's old MSH."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError
from ..core.geometry import Array
from .opened import note
from .patches import patches_as_read
from .placings import planar
from .raw_check import check_raw, loaded_mesh
from .references import names_pictures
from .skins import Coat, joined

Faces = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TriangleMesh:
    """A triangle mesh.

    Attributes:
        vertices: (N, 3).
        faces: (M, 3), counter-clockwise seen from outside.
        uv: texture coordinates of each face's corners, (M, 3, 2), or None; v points up.
        colours: the file's own colour of each face, (M, 3) in [0, 1], or None.
        coat: the file's own pictures on the faces; None where it has none.
    """

    vertices: Array
    faces: Faces
    uv: Array | None = None
    colours: Array | None = None
    coat: Coat | None = None

    def areas(self) -> Array:
        """Of each face, (M,)."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        found: Array = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        return found

    def turned(self) -> TriangleMesh:
        """The same seen from the other side."""
        uv = None if self.uv is None else self.uv[:, ::-1]
        coat = self.coat
        if coat is not None and coat.uv is not None:
            coat = replace(coat, uv=coat.uv[:, ::-1])
        return replace(self, faces=self.faces[:, ::-1], uv=uv, coat=coat)

    def centres(self) -> Array:
        """Of each face, (M, 3)."""
        found: Array = self.vertices[self.faces].mean(axis=1)
        return found


def read_mesh(path: Path) -> TriangleMesh:
    """A mesh file.

    Raises:
        AssetError: where it cannot be read or holds no triangle.
    """
    try:
        check_raw(path)
    except (AssetError, OSError) as error:
        raise AssetError(f"mesh file {path} cannot be read: {error}") from error
    mesh = _msh(path) if path.suffix.lower() == ".msh" else _other(path)
    if len(mesh.faces) == 0 or not np.isfinite(mesh.vertices).all():
        raise AssetError(f"mesh file {path} holds no triangle, or points that are not finite")
    return mesh


def _msh(path: Path) -> TriangleMesh:
    """MuJoCo's binary format: four counts, then vertices, normals, uv (v down), faces."""
    raw = path.read_bytes()
    header = np.frombuffer(raw[:16], dtype="<i4")
    if len(header) != 4 or (header < 0).any():
        raise AssetError(f"mesh file {path} is no MSH file")
    points, normals, coordinates, faces = (int(count) for count in header)
    if len(raw) != 16 + 4 * (3 * points + 3 * normals + 2 * coordinates + 3 * faces):
        raise AssetError(f"mesh file {path} is cut short, or no MSH file")
    numbers = np.frombuffer(raw, dtype="<f4", offset=16, count=(len(raw) - 16) // 4 - 3 * faces)
    index = np.frombuffer(raw, dtype="<i4", offset=len(raw) - 12 * faces).reshape(-1, 3)
    vertices = numbers[: 3 * points].reshape(-1, 3).astype(np.float64)
    if index.size and not 0 <= index.min() <= index.max() < points:
        raise AssetError(f"mesh file {path} names vertices it does not have")
    uv = None
    if coordinates == points:
        start = 3 * points + 3 * normals
        flat = numbers[start : start + 2 * points].reshape(-1, 2).astype(np.float64)
        uv = (flat * [1.0, -1.0] + [0.0, 1.0])[index]
    return TriangleMesh(vertices, index.astype(np.int64), _finite(uv))


def _other(path: Path) -> TriangleMesh:
    try:
        if names_pictures(path):
            return _pictured(path)
        mesh = loaded_mesh(path)
        vertices = np.asarray(mesh.vertices, dtype=np.float64)
        faces = np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
        given: Any = getattr(mesh.visual, "uv", None)
        uv = _finite(None if given is None else planar(np.asarray(given, dtype=np.float64)))
        colours = None if uv is None and given is not None else _colours(mesh, faces)
    except Exception as error:  # trimesh's readers raise whatever their formats make them
        raise AssetError(f"mesh file {path} cannot be read: {error}") from error
    corners = None if uv is None or len(uv) != len(vertices) else uv[faces]
    return TriangleMesh(vertices, faces, corners, colours)


def _pictured(path: Path) -> TriangleMesh:
    """A file that says that it has pictures."""
    patches = patches_as_read(path)
    offsets = np.cumsum([0, *(len(patch.vertices) for patch in patches)])[:-1]
    colours = [np.broadcast_to(p.colours[:, :3], (len(p.faces), 3)) for p in patches]
    uv = [patch.uv for patch in patches if patch.uv is not None]
    coat = joined([patch.coat() for patch in patches])
    return TriangleMesh(
        np.concatenate([patch.vertices for patch in patches]),
        np.concatenate([p.faces + o for p, o in zip(patches, offsets, strict=True)]),
        np.concatenate(uv) if len(uv) == len(patches) else None,
        np.concatenate(colours),
        coat if coat.skins else None,
    )


def _finite(uv: Array | None) -> Array | None:
    """Texture coordinates; None, with a note, where some are not finite."""
    if uv is None or np.isfinite(uv).all():
        return uv
    note("some texture coordinates are not finite; its picture is not shown")
    return None


def _colours(mesh: Any, faces: Faces) -> Array | None:
    """Colours (M, 3) of faces, vertices or a texture that the file itself gives."""
    kind = getattr(mesh.visual, "kind", None)
    if kind == "face":
        return np.asarray(mesh.visual.face_colors, dtype=np.float64)[:, :3] / 255.0
    if kind not in ("vertex", "texture"):
        return None
    if kind == "texture" and _plain(mesh.visual.material):
        colour = np.asarray(mesh.visual.material.main_color, dtype=np.float64)[:3] / 255.0
        return np.tile(colour, (len(faces), 1))
    visual = mesh.visual.to_color() if kind == "texture" else mesh.visual
    colours = np.asarray(visual.vertex_colors, dtype=np.float64)[:, :3] / 255.0
    found: Array = colours[faces].mean(axis=1)
    return found


def _plain(material: Any) -> bool:
    """Whether a material is a colour without a picture."""
    pictures = (getattr(material, name, None) for name in ("image", "baseColorTexture"))
    return all(picture is None for picture in pictures)
