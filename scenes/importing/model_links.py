"""The shapes of parts: what is seen, by colour, and the convex pieces that are touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...schemas import Material, MeshData, Shape
from ..core.geometry import Array, quaternion, vec3
from .decompose import convex_pieces
from .model_coats import coat_of
from .model_meshes import Faces
from .model_part import WeldedGeom, WeldedPart
from .skins import Coat, joined, looks_of
from .solids import decimated, welded
from .unwrapping import coat_on, mesh_with

MAX_FACES = 4000
"""What is seen of one geom is reduced to about this many faces."""
FEWEST = 4
"""A material with fewer faces of a geom than this is not worth a mesh."""
DIGITS = 6


@dataclass(frozen=True)
class Shapes:
    """The shapes of each part in its link's frame, and what they refer to."""

    seen: tuple[tuple[Shape, ...], ...]
    touched: tuple[tuple[Shape, ...], ...]
    meshes: dict[str, MeshData]
    materials: dict[str, Material]
    images: dict[str, str]


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
    coats = [piece.coat for pieces in shown for piece in pieces]
    looks = looks_of(joined(coats) if coats else Coat.plain(np.zeros((0, 6))))
    meshes: dict[str, MeshData] = {}
    seen: list[tuple[Shape, ...]] = []
    start = 0
    for name, pieces, origin in zip(names, shown, origins, strict=True):
        drawing = _Drawing(name, origin, looks.pictured, meshes)
        count = sum(len(piece.coat.looks) for piece in pieces)
        seen.append(_by_material(pieces, looks.index[start : start + count], drawing))
        start += count
    touched = tuple(
        _touched(part.touched or part.seen, name, origin, meshes)
        for part, name, origin in zip(parts, names, origins, strict=True)
    )
    named = {f"look-{number}": material for number, material in enumerate(looks.materials)}
    return Shapes(tuple(seen), touched, meshes, named, looks.images)


@dataclass(frozen=True)
class _Shown:
    """A piece as it is drawn: triangles in the asset's frame, or a primitive.

    Attributes:
        piece: where it comes from.
        vertices: (N, 3); N is 0 for a primitive.
        faces: (M, 3).
        coat: of each face, or of the primitive, as if it were one.
    """

    piece: WeldedGeom
    vertices: Array
    faces: Faces
    coat: Coat


def _shown(piece: WeldedGeom) -> _Shown:
    coat = coat_of(piece)
    if piece.mesh is None:
        return _Shown(piece, np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64), coat)
    mesh = piece.mesh
    vertices, faces = mesh.vertices, mesh.faces
    if len(faces) > MAX_FACES:
        vertices, faces = decimated(*welded(vertices, faces), MAX_FACES)
        coat = coat_on((mesh.vertices, mesh.faces), coat, vertices[faces])
    placed = vertices @ piece.pose[:3, :3].T + piece.pose[:3, 3]
    return _Shown(piece, placed, faces, coat)


@dataclass(frozen=True)
class _Drawing:
    """Where the visual shapes of one link go.

    Attributes:
        name: of the link.
        origin: (3,) of its frame.
        pictured: materials with a picture.
        meshes: are added to.
    """

    name: str
    origin: Array
    pictured: frozenset[int]
    meshes: dict[str, MeshData]


@dataclass
class _Triangles:
    """The corners of triangles of one material, (3 M, 3), and their places in its picture."""

    corners: list[Array] = field(default_factory=list[Array])
    uv: list[Array] = field(default_factory=list[Array])


def _by_material(pieces: Sequence[_Shown], index: Faces, link: _Drawing) -> tuple[Shape, ...]:
    """One mesh for each material of a link, and its primitives."""
    shapes: list[Shape] = []
    triangles: dict[int, _Triangles] = {}
    start = 0
    for shown in pieces:
        count = len(shown.coat.looks)
        which = index[start : start + count]
        start += count
        if shown.piece.mesh is None:
            shapes.append(_primitive(shown.piece, link.origin, f"look-{which[0]}"))
            continue
        which = _without_slivers(which)
        uv = np.zeros((count, 3, 2)) if shown.coat.uv is None else shown.coat.uv
        for number in np.unique(which):
            mine = triangles.setdefault(int(number), _Triangles())
            corners = shown.vertices[shown.faces[which == number]] - link.origin
            mine.corners.append(corners.reshape(-1, 3))
            mine.uv.append(uv[which == number])
    for number in sorted(triangles):
        mine = triangles[number]
        points = np.round(np.concatenate(mine.corners), DIGITS) + 0.0
        used, renamed = np.unique(points, axis=0, return_inverse=True)
        places = np.concatenate(mine.uv) if number in link.pictured else None
        name = f"{link.name}-{number}"
        link.meshes[name] = mesh_with(used, renamed.reshape(-1, 3), places)
        shapes.append(Shape(kind="mesh", mesh=name, material=f"look-{number}"))
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
