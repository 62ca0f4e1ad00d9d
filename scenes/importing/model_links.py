"""The shapes of parts: what is seen, by colour, and the convex pieces that are touched."""

# pyright: reportAttributeAccessIssue=false, reportMissingTypeStubs=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas import Material, MeshData, Shape
from ..core.geometry import Array, quaternion, vec3
from .colours import materials_of
from .decompose import convex_pieces
from .model_meshes import Faces, TriangleMesh
from .model_part import WeldedGeom, WeldedPart
from .paints import face_colours, mean_colour
from .solids import decimated, welded

MAX_FACES = 4000
"""What is seen of one geom is reduced to about this many faces."""
FEWEST = 4
"""A material with fewer faces of a geom than this is not worth a mesh."""
FLAT = 0.08
"""Faces of one direction with more than this share of the area are a flat side."""
DIGITS = 6


@dataclass(frozen=True)
class Shapes:
    """The shapes of each part in its link's frame, and what they refer to."""

    seen: tuple[tuple[Shape, ...], ...]
    touched: tuple[tuple[Shape, ...], ...]
    meshes: dict[str, MeshData]
    materials: dict[str, Material]


def shapes_of(
    parts: Sequence[WeldedPart], names: Sequence[str], origins: Sequence[Array]
) -> Shapes:
    """Primitives as they are, meshes reduced and by colour, or as convex pieces.

    Args:
        parts: in the asset's frame, metres.
        names: of the links, which begin the names of their meshes.
        origins: of the links' frames, (3,) each; their axes are those of the asset.

    Raises:
        AssetError: where a mesh has no volume or cannot be decomposed, or an image is missing.
    """
    shown = [[_shown(piece) for piece in part.seen] for part in parts]
    looks = [piece.looks for pieces in shown for piece in pieces]
    materials, index = materials_of(np.concatenate(looks)) if looks else ((), np.zeros(0, int))
    meshes: dict[str, MeshData] = {}
    seen: list[tuple[Shape, ...]] = []
    start = 0
    for name, pieces, origin in zip(names, shown, origins, strict=True):
        count = sum(len(piece.looks) for piece in pieces)
        seen.append(_by_material(pieces, index[start : start + count], name, origin, meshes))
        start += count
    touched = tuple(
        _touched(part.touched or part.seen, name, origin, meshes)
        for part, name, origin in zip(parts, names, origins, strict=True)
    )
    named = {f"look-{number}": material for number, material in enumerate(materials)}
    return Shapes(tuple(seen), touched, meshes, named)


@dataclass(frozen=True)
class _Shown:
    """A piece as it is drawn: triangles in the asset's frame, or a primitive.

    Attributes:
        piece: where it comes from.
        vertices: (N, 3); N is 0 for a primitive.
        faces: (M, 3).
        looks: of each face, (M, 6), or of the primitive, (1, 6), as `materials_of` takes them.
    """

    piece: WeldedGeom
    vertices: Array
    faces: Faces
    looks: Array


def _shown(piece: WeldedGeom) -> _Shown:
    if piece.mesh is None:
        nothing = np.zeros((0, 3), dtype=np.int64)
        return _Shown(piece, np.zeros((0, 3)), nothing, _looks(piece, np.ones((1, 3))))
    mesh = piece.mesh
    vertices, faces = mesh.vertices, mesh.faces
    colours = _colours(piece, mesh)
    if len(faces) > MAX_FACES:
        vertices, faces = decimated(*welded(vertices, faces), MAX_FACES)
        if len(colours) > 1:
            colours = _nearest(mesh, colours, vertices[faces].mean(axis=1))
    placed = vertices @ piece.pose[:3, :3].T + piece.pose[:3, 3]
    looks = np.broadcast_to(_looks(piece, colours), (len(faces), 6))
    return _Shown(piece, placed, faces, looks)


def _colours(piece: WeldedGeom, mesh: TriangleMesh) -> Array:
    """The factors of texture or file on the piece's own colour, (M, 3) or (1, 3)."""
    if piece.paint is not None and piece.paint.image is not None and mesh.uv is not None:
        return _calmed(mesh, face_colours(piece.paint, mesh.uv))
    if piece.paint is None and not piece.material and mesh.colours is not None:
        return mesh.colours
    return np.ones((1, 3)) if piece.paint is None else np.array([mean_colour(piece.paint)])


def _calmed(mesh: TriangleMesh, colours: Array) -> Array:
    """Colours with their mean on large flat sides, where few triangles cannot show a picture."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    areas = np.linalg.norm(normals, axis=1)
    units: Array = normals / np.maximum(areas, 1e-30)[:, None]
    units = units.round(1) + 0.0
    _, side = np.unique(units, axis=0, return_inverse=True)
    side = side.ravel()
    total = np.bincount(side, weights=areas)
    means = (
        np.stack([np.bincount(side, weights=areas * colours[:, k]) for k in range(3)], axis=1)
        / np.maximum(total, 1e-30)[:, None]
    )
    flat = total > FLAT * areas.sum()
    return np.where(flat[side][:, None], means[side], colours)


def _looks(piece: WeldedGeom, colours: Array) -> Array:
    if piece.mesh is None and piece.paint is not None:
        colours = np.array([mean_colour(piece.paint)])
    rgb = np.clip(colours * np.array(piece.rgba[:3]), 0, 1)
    rest = np.full((len(rgb), 3), (piece.rgba[3], piece.roughness, piece.metallic))
    return np.column_stack([rgb, rest])


def _nearest(mesh: TriangleMesh, colours: Array, centres: Array) -> Array:
    """The colours of the faces of a mesh nearest to points (K, 3)."""
    from scipy.spatial import cKDTree

    found: Array = colours[cKDTree(mesh.centres()).query(centres)[1]]
    return found


def _by_material(
    pieces: Sequence[_Shown], index: Faces, name: str, origin: Array, meshes: dict[str, MeshData]
) -> tuple[Shape, ...]:
    """One mesh for each material of a link, and its primitives."""
    shapes: list[Shape] = []
    triangles: dict[int, list[Array]] = {}
    start = 0
    for shown in pieces:
        which = index[start : start + len(shown.looks)]
        start += len(shown.looks)
        if shown.piece.mesh is None:
            shapes.append(_primitive(shown.piece, origin, f"look-{which[0]}"))
            continue
        which = _without_slivers(which)
        for number in np.unique(which):
            corners = shown.vertices[shown.faces[which == number]] - origin
            triangles.setdefault(int(number), []).append(corners.reshape(-1, 3))
    for number in sorted(triangles):
        points = np.round(np.concatenate(triangles[number]), DIGITS) + 0.0
        used, renamed = np.unique(points, axis=0, return_inverse=True)
        meshes[f"{name}-{number}"] = MeshData.from_arrays(used, renamed.reshape(-1, 3))
        shapes.append(Shape(kind="mesh", mesh=f"{name}-{number}", material=f"look-{number}"))
    return tuple(shapes)


def _without_slivers(which: Faces) -> Faces:
    """Materials of faces, where those of a few triangles give way: meshes need four corners."""
    numbers, counts = np.unique(which, return_counts=True)
    few = numbers[counts < FEWEST]
    return np.where(np.isin(which, few), numbers[counts.argmax()], which)


def _touched(
    pieces: Sequence[WeldedGeom], name: str, origin: Array, meshes: dict[str, MeshData]
) -> tuple[Shape, ...]:
    """Primitives as they are, meshes as convex pieces; repeats are dropped."""
    shapes: list[Shape] = []
    number = 0
    for piece in pieces:
        if piece.mesh is None:
            shape = _primitive(piece, origin, None)
            if shape not in shapes:
                shapes.append(shape)
            continue
        placed = piece.mesh.vertices @ piece.pose[:3, :3].T + piece.pose[:3, 3] - origin
        for convex in convex_pieces(placed, piece.mesh.faces):
            meshes[f"{name}-solid-{number}"] = convex
            shapes.append(Shape(kind="mesh", mesh=f"{name}-solid-{number}"))
            number += 1
    return tuple(shapes)


def _primitive(piece: WeldedGeom, origin: Array, material: str | None) -> Shape:
    w, x, y, z = (float(np.round(v, 8)) + 0.0 for v in quaternion(piece.pose[:3, :3]))
    return Shape(
        kind=piece.kind,
        size=tuple(max(float(np.round(value, DIGITS)), 1e-5) for value in piece.size),
        material=material,
        pos=vec3(np.round(piece.pose[:3, 3] - origin, DIGITS) + 0.0),
        quat=(w, x, y, z),
    )
