"""A visual model as triangles: one vertex array for all geoms, so that one call draws a scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.model.pictures import Laid, laid

Array = npt.NDArray[np.float32]
Index = npt.NDArray[np.uint32]

AROUND, ALONG = 32, 16
"""Tessellation of round primitives: 0.5% of the radius at most."""
ENDLESS = 50.0
"""Half size of a plane that has none, metres."""
OPAQUE = 0.995
_UNSET = (0.5, 0.5, 0.5, 1.0)
_TYPE = mujoco.mjtGeom


@dataclass(frozen=True)
class Surfaces:
    """Vertices and triangles of one geom, in its frame.

    Attributes:
        points: (N, 3) metres.
        normals: (N, 3) unit.
        uv: (N, 2).
        faces: (M, 3) counter-clockwise seen from outside.
    """

    points: Array
    normals: Array
    uv: Array
    faces: Index


@dataclass(frozen=True)
class FaceRun:
    """Opaque faces that one program draws.

    Attributes:
        first: of them.
        count: how many.
        kind: what the program has to know.
    """

    first: int
    count: int
    kind: Kind


class Kind(NamedTuple):
    """What only some geoms have, and a program pays for."""

    metal: bool
    """Mirrors what is around."""
    pictured: bool
    """Shows a picture."""


@dataclass(frozen=True)
class Triangles:
    """All geoms of a model.

    Attributes:
        vertices: (N,) records of position, normal, uv and geom.
        faces: (M, 3), opaque things first, then planes, then what is transparent;
            the smaller first in each.
        solid: how many faces are opaque and no planes: these cast shadows.
        opaque: runs of opaque faces, in order.
        clear: (geom, first face, number of faces) of each transparent geom.
    """

    vertices: npt.NDArray[np.void]
    faces: Index
    solid: int
    opaque: tuple[FaceRun, ...]
    clear: tuple[tuple[int, int, int], ...]


VERTEX = np.dtype([("point", "<f4", 3), ("normal", "<f4", 3), ("uv", "<f4", 2), ("geom", "<u4")])


def colours(model: Any) -> Array:
    """(ngeom, 4) colour of each geom: white under a texture of its own colours.

    Under a picture it is the factor on it.
    """
    found = np.array(model.geom_rgba, dtype=np.float32)
    for geom, material in enumerate(model.geom_matid):
        if material >= 0 and tuple(found[geom]) == _UNSET:
            found[geom] = model.mat_rgba[material]
        texture = texture_of(model, geom)
        if texture >= 0 and laid(model, texture) is None:
            found[geom, :3] = 1.0
    return found


def texture_of(model: Any, geom: int) -> int:
    """Id of a geom's texture, -1 for none."""
    material = model.geom_matid[geom]
    role = int(mujoco.mjtTextureRole.mjTEXROLE_RGB)
    return int(model.mat_texid[material, role]) if material >= 0 else -1


def pictures(model: Any) -> list[Laid | None]:
    """(ngeom,) how the picture of each geom lies; None where it has none."""
    textures = [laid(model, texture) for texture in range(model.ntex)]
    return [textures[k] if (k := texture_of(model, g)) >= 0 else None for g in range(model.ngeom)]


def metallic(model: Any) -> npt.NDArray[np.bool_]:
    """(ngeom,): whether a geom mirrors what is around it, in 255ths at least."""
    materials = np.asarray(model.geom_matid)
    share = np.append(model.mat_metallic, 0.0)  # the last stands in for no material, -1
    mirrors: npt.NDArray[np.bool_] = np.rint(255 * share[materials]) >= 1
    return mirrors


def triangles(model: Any) -> Triangles:
    """Collect the triangles of a visual model."""
    alpha = colours(model)[:, 3]
    planes = np.asarray(model.geom_type) == _TYPE.mjGEOM_PLANE
    lying = pictures(model)
    blend = np.array([one is not None and one.alpha == "blend" for one in lying], dtype=np.bool_)
    rank = np.where((alpha < OPAQUE) | blend, 2, np.where(planes, 1, 0))
    vertices: list[npt.NDArray[np.void]] = []
    faces: list[Index] = []
    clear: list[tuple[int, int, int]] = []
    total, counts = 0, [0, 0, 0]
    # Small things tend to stand before large ones: drawn first, they spare what they hide.
    metal = metallic(model)
    order = np.lexsort((_reaches(model, planes), metal, rank))
    runs: list[FaceRun] = []
    for geom in (int(g) for g in order):
        shape = _surfaces(model, geom)
        part = np.zeros(len(shape.points), dtype=VERTEX)
        part["point"], part["normal"] = shape.points, shape.normals
        part["uv"], part["geom"] = shape.uv * _repeats(model, geom), geom
        first, count = sum(counts), len(shape.faces)
        if rank[geom] == 2:
            clear.append((geom, first, count))
        else:
            kind = Kind(bool(metal[geom]), lying[geom] is not None)
            if runs and runs[-1].kind == kind:
                runs[-1] = FaceRun(runs[-1].first, runs[-1].count + count, kind)
            else:
                runs.append(FaceRun(first, count, kind))
        vertices.append(part)
        faces.append(shape.faces + np.uint32(total))
        total += len(part)
        counts[rank[geom]] += len(shape.faces)
    return Triangles(
        vertices=np.concatenate(vertices),
        faces=np.concatenate(faces),
        solid=counts[0],
        opaque=tuple(runs),
        clear=tuple(clear),
    )


def _reaches(model: Any, planes: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """(ngeom,) about how far each geom reaches from its middle, metres."""
    sides = np.asarray(model.geom_size, np.float64)[:, :2]
    reaches = np.array(model.geom_rbound, np.float64)
    reaches[planes] = np.linalg.norm(np.where(sides > 0, sides, ENDLESS), axis=1)[planes]
    return reaches


def _repeats(model: Any, geom: int) -> Array:
    material = model.geom_matid[geom]
    repeat = model.mat_texrepeat[material] if material >= 0 else (1.0, 1.0)
    return np.asarray(repeat, dtype=np.float32)


def _surfaces(model: Any, geom: int) -> Surfaces:
    kind = model.geom_type[geom]
    size = [float(value) for value in model.geom_size[geom]]
    if kind == _TYPE.mjGEOM_MESH:
        return _mesh(model, model.geom_dataid[geom])
    if kind == _TYPE.mjGEOM_PLANE:
        return _plane(size[0] or ENDLESS, size[1] or ENDLESS)
    if kind == _TYPE.mjGEOM_BOX:
        return _box(size)
    if kind == _TYPE.mjGEOM_CYLINDER:
        return _cylinder(size[0], size[1])
    if kind == _TYPE.mjGEOM_CAPSULE:
        return _ball((size[0],) * 3, size[1])
    return _ball((size[0],) * 3 if kind == _TYPE.mjGEOM_SPHERE else tuple(size), 0.0)


def _mesh(model: Any, mesh: int) -> Surfaces:
    """A mesh, with a vertex for each combination of position, normal and uv that is used."""

    def rows(name: str, start: int, count: int) -> npt.NDArray[Any]:
        return np.asarray(getattr(model, name)[start : start + count])

    span = (model.mesh_faceadr[mesh], model.mesh_facenum[mesh])
    corner = rows("mesh_face", *span).reshape(-1)
    normal = rows("mesh_facenormal", *span).reshape(-1)
    has_uv = model.mesh_texcoordnum[mesh] > 0
    spot = rows("mesh_facetexcoord", *span).reshape(-1) if has_uv else corner
    key = (corner.astype(np.int64) << 42) | (normal.astype(np.int64) << 21) | spot
    _, first, faces = np.unique(key, return_index=True, return_inverse=True)
    points = rows("mesh_vert", model.mesh_vertadr[mesh], model.mesh_vertnum[mesh])
    normals = rows("mesh_normal", model.mesh_normaladr[mesh], model.mesh_normalnum[mesh])
    uv = np.zeros((len(first), 2), dtype=np.float32)
    if has_uv:
        start, count = model.mesh_texcoordadr[mesh], model.mesh_texcoordnum[mesh]
        uv = rows("mesh_texcoord", start, count)[spot[first]]
    return Surfaces(
        points[corner[first]], normals[normal[first]], uv, faces.reshape(-1, 3).astype(np.uint32)
    )


def _made(points: Any, normals: Any, faces: Any, uv: Any) -> Surfaces:
    return Surfaces(
        np.asarray(points, dtype=np.float32),
        np.asarray(normals, dtype=np.float32),
        np.asarray(uv, dtype=np.float32),
        np.asarray(faces, dtype=np.uint32),
    )


def _plane(x: float, y: float) -> Surfaces:
    corners = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]])
    faces = [[0, 1, 2], [0, 2, 3]]
    return _made(corners, [[0, 0, 1]] * 4, faces, [[0, 0], [1, 0], [1, 1], [0, 1]])


@lru_cache(maxsize=1)
def _unit_box() -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    points: list[npt.NDArray[Any]] = []
    normals: list[npt.NDArray[Any]] = []
    faces: list[list[int]] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            normal = np.zeros(3)
            normal[axis] = sign
            u, v = (u, v) if np.cross(u, v) @ normal > 0 else (v, u)
            start = len(points)
            points += [normal - u - v, normal + u - v, normal + u + v, normal - u + v]
            normals += [normal] * 4
            faces += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
    return np.array(points), np.array(normals), np.array(faces)


def _box(size: list[float]) -> Surfaces:
    points, normals, faces = _unit_box()
    return _made(points * size, normals, faces, np.tile([[0, 0], [1, 0], [1, 1], [0, 1]], (6, 1)))


def _grid(rows: int, columns: int) -> npt.NDArray[np.int64]:
    """Two triangles for each cell of a grid of vertices, (2 (rows-1) (columns-1), 3)."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    a, b, c, d = first, first + 1, first + columns, first + columns + 1
    return np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])


def _ball(half: tuple[float, ...], straight: float) -> Surfaces:
    """An ellipsoid, or a capsule: its halves `straight` metres up and down."""
    turn = np.linspace(0, 2 * np.pi, AROUND + 1)
    tilt = np.linspace(-np.pi / 2, np.pi / 2, 2 * ALONG + 1)
    tilt = np.insert(tilt, ALONG, 0.0)  # the equator twice: once for each half
    t, e = np.meshgrid(turn, tilt)
    unit = np.stack([np.cos(e) * np.cos(t), np.cos(e) * np.sin(t), np.sin(e)], -1).reshape(-1, 3)
    points = unit * half
    rows = np.arange(len(unit)) // (AROUND + 1)
    points[:, 2] += np.where(rows <= ALONG, -straight, straight)
    normals = unit / np.asarray(half)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uv = np.stack([t / (2 * np.pi), e / np.pi + 0.5], -1).reshape(-1, 2)
    return _made(points, normals, _grid(2 * ALONG + 2, AROUND + 1), uv)


def _cylinder(radius: float, half: float) -> Surfaces:
    turn = np.linspace(0, 2 * np.pi, AROUND + 1)
    ring = np.stack([np.cos(turn), np.sin(turn)], 1)
    flat = np.zeros((AROUND + 1, 1))
    sides = [np.hstack([ring * radius, flat + z]) for z in (-half, half)]
    out = np.hstack([ring, flat])
    points, normals = [*sides], [out, out]
    faces = [_grid(2, AROUND + 1)]
    for z in (-1.0, 1.0):
        start = sum(len(part) for part in points)
        points.append(np.vstack([np.hstack([ring * radius, flat + z * half]), [[0, 0, z * half]]]))
        normals.append(np.tile([0.0, 0.0, z], (AROUND + 2, 1)))
        edge = np.arange(AROUND)
        fan = np.stack([edge, edge + 1, np.full(AROUND, AROUND + 1)], 1)
        faces.append((fan if z > 0 else fan[:, ::-1]) + start)
    u = turn[:, None] / (2 * np.pi)
    uv = [np.hstack([u, flat]), np.hstack([u, flat + 1])]
    uv += [np.vstack([ring * 0.5 + 0.5, [[0.5, 0.5]]])] * 2
    return _made(np.vstack(points), np.vstack(normals), np.vstack(faces), np.vstack(uv))
