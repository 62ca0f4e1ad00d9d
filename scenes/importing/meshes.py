"""From a mesh file to an asset: placed, weighed, decomposed, and with its affordances."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ...schemas import Asset, AssetError, Link, MeshData, Shape
from ..core.geometry import vec3
from .affordances import with_affordances
from .decompose import convex_pieces
from .patches import read_patches
from .refusing import as_asset
from .scale import check_scale
from .skins import Coat, Looks, joined, looks_of
from .solids import Array, Index, decimated, hull, integrals, is_watertight, welded
from .unwrapping import coat_on, mesh_with
from .weight import Matter, likely_mass, of_pieces

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]
MAX_VISUAL_FACES = 20_000
"""Pictures show no more at our resolutions; finer meshes are reduced."""
COMPARED = 400_000
"""Faces of a finer mesh without pictures among which that is looked for which says the look."""
FOOT = 0.001
"""Corners of pieces lower than this stand on the ground, metres."""
LIGHT, SMALL = 5.0, 0.5
"""What is heavier (kg) or larger (m) is furniture and stays where it is put."""


@dataclass(frozen=True)
class MeshImport:
    """How to read a mesh file.

    Attributes:
        asset_id: id of the asset.
        category: its BDDL synset.
        library: name of the library that offers it.
        licence: SPDX identifier.
        source: where it comes from.
        scale: metres per unit of the file.
        up: the file's axis that points up; None is y for glTF, which defines it, else z.
        front: the file's axis that the front faces; None is z for glTF, else x.
        mass: kg; None derives it, see `weight.likely_mass`.
        density: kg/m^3, used where no mass is given.
        friction: sliding friction coefficient.
        graspable: None decides by geometry and mass.
        fixed: None decides by mass and size.
        notes_file: the file in which messages say to set something.
    """

    asset_id: str
    category: str
    library: str
    licence: str
    source: str
    scale: float = 1.0
    up: Axis | None = None
    front: Axis | None = None
    mass: float | None = None
    density: float | None = None
    friction: float = 0.8
    graspable: bool | None = None
    fixed: bool | None = None
    notes_file: str = "its YAML file"


@dataclass(frozen=True)
class Imported:
    """An asset, and what its owner should know about how it was read."""

    asset: Asset
    notes: tuple[str, ...]


def asset_from_mesh(path: Path, how: MeshImport) -> Imported:
    """Read a GLB, GLTF, OBJ, STL or PLY file as a rigid asset.

    Raises:
        AssetError: where the file or the thing in it cannot be used; the message says why.
    """
    with as_asset():
        return _asset_from_mesh(path, how)


def _asset_from_mesh(path: Path, how: MeshImport) -> Imported:
    axes = axes_of(path.suffix[1:].lower(), how.up, how.front)
    patches = read_patches(path)
    vertices = np.concatenate([patch.vertices for patch in patches]) @ axes.T * how.scale
    offsets = np.cumsum([0, *(len(patch.vertices) for patch in patches)])[:-1]
    faces = np.concatenate([p.faces + o for p, o in zip(patches, offsets, strict=True)])
    used = np.zeros(len(vertices), dtype=bool)
    used[faces] = True
    low, high = vertices[used].min(axis=0), vertices[used].max(axis=0)
    check_scale(how.category, high - low, how.notes_file)
    vertices -= [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]
    notes: list[str] = []
    solid = _solid(vertices, faces, notes)
    coat = joined([patch.coat() for patch in patches])
    shown, triangles, coat = _reduced(vertices, faces, coat, solid, notes)
    return _asset(how, solid, (shown, triangles), coat, notes)


def axes_of(suffix: str, up: Axis | None, front: Axis | None) -> Array:
    """Rotation (3, 3) from a file's axes to ours, z up and x to the front.

    Raises:
        AssetError: where up and front lie along one axis.
    """
    gltf = suffix in ("glb", "gltf")
    upward = _unit(up or ("y" if gltf else "z"))
    forward = _unit(front or ("z" if gltf else "x"))
    if front is None and upward @ forward:
        forward = np.roll(np.abs(upward), 1)
    if upward @ forward:
        raise AssetError(f"up: {up} and front: {front} lie along one axis; choose two axes")
    return np.array([forward, np.cross(upward, forward), upward])


def _unit(axis: str) -> Array:
    sign = -1.0 if axis.startswith("-") else 1.0
    unit: Array = sign * np.eye(3)["xyz".index(axis[-1])]
    return unit


@dataclass(frozen=True)
class _Solid:
    """The whole thing welded, at most MAX_VISUAL_FACES faces, facing outward."""

    vertices: Array
    faces: Index
    closed: bool


def _solid(vertices: Array, faces: Index, notes: list[str]) -> _Solid:
    points, triangles = welded(vertices, faces)
    hull(points[np.unique(triangles)])  # a sheet ends here
    closed = is_watertight(triangles)
    points, triangles = decimated(points, triangles, MAX_VISUAL_FACES)
    if len(triangles) < len(faces) and len(faces) > MAX_VISUAL_FACES:
        points, triangles = welded(points, triangles)
    volume = integrals(points, triangles)[0]
    if closed and volume < 0:
        triangles = triangles[:, ::-1]
        notes.append("faces looked inward; they were turned around")
    if not closed:
        notes.append("not watertight: its volume is that of the convex pieces")
    return _Solid(points, triangles, closed)


def _reduced(
    vertices: Array, faces: Index, coat: Coat, solid: _Solid, notes: list[str]
) -> tuple[Array, Index, Coat]:
    """The triangles to show: the file's own, or the reduced ones with the nearest's looks."""
    if len(faces) <= MAX_VISUAL_FACES:
        return vertices, faces, coat
    notes.append(f"{len(faces):,} faces; pictures show {len(solid.faces):,}")
    return (
        solid.vertices,
        solid.faces,
        coat_on((vertices, faces), coat, solid.vertices[solid.faces], COMPARED),
    )


def _asset(
    how: MeshImport, solid: _Solid, shown: tuple[Array, Index], coat: Coat, notes: list[str]
) -> Imported:
    pieces = tuple(_grounded(piece) for piece in convex_pieces(solid.vertices, solid.faces))
    seen: Array = shown[0][np.unique(shown[1])]
    extents = np.array(np.round(seen.max(axis=0) - seen.min(axis=0), 6), dtype=np.float64)
    matter = _matter(solid, pieces)
    mass = _mass(how, matter, extents, notes)
    looks = looks_of(coat)
    meshes, visuals = _visuals(*shown, looks, coat.uv)
    meshes |= {f"piece-{number}": piece for number, piece in enumerate(pieces)}
    fixed = how.fixed
    if fixed is None:
        fixed = mass > LIGHT or float(extents.max()) > SMALL
    link = Link(
        name="body",
        visuals=visuals,
        collisions=tuple(Shape(kind="mesh", mesh=f"piece-{n}") for n in range(len(pieces))),
        inertial=matter.inertial(mass),
    )
    asset = with_affordances(
        Asset(
            id=how.asset_id,
            category=how.category,
            library=how.library,
            source=how.source,
            licence=how.licence,
            links=(link,),
            meshes=meshes,
            materials={f"look-{n}": material for n, material in enumerate(looks.materials)},
            images=looks.images,
            extents=vec3(extents),
            friction=how.friction,
            graspable=False,
            fixed=fixed,
        )
    )
    if how.graspable is not None:
        asset = asset.model_copy(update={"graspable": how.graspable})
    return Imported(asset, tuple(notes))


def _matter(solid: _Solid, pieces: tuple[MeshData, ...]) -> Matter:
    """The mesh's own matter if it is closed and encloses some, else that of the pieces."""
    matter = of_pieces(pieces)
    if solid.closed:
        own = Matter(*integrals(solid.vertices, solid.faces))
        matter = own if own.volume > 1e-3 * matter.volume else matter
    return matter


def _mass(how: MeshImport, matter: Matter, extents: Array, notes: list[str]) -> float:
    """The stated mass, else density times volume, else the likely mass of its kind, kg."""
    stated = how.mass or matter.volume * (how.density or 0)
    if stated:
        return stated
    mass = likely_mass(how.category, extents, matter.volume)
    notes.append(f"mass {mass:.3g} kg is that of its kind; set `mass` or `density` to change it")
    return mass


def _grounded(piece: MeshData) -> MeshData:
    """A piece whose lowest corners stand exactly on the ground, so that it comes to rest."""
    corners = piece.vertex_array()
    height = float(np.ptp(corners[:, 2]))
    low = corners[:, 2] < min(FOOT, 0.1 * height)
    corners[low, 2] = 0.0
    return MeshData.from_arrays(corners, piece.face_array())


def _visuals(
    vertices: Array, faces: Index, looks: Looks, uv: Array | None
) -> tuple[dict[str, MeshData], tuple[Shape, ...]]:
    """One mesh for each material."""
    meshes: dict[str, MeshData] = {}
    shapes: list[Shape] = []
    rounded = np.round(vertices, 6) + 0.0
    for number in np.unique(looks.index):
        mine = looks.index == number
        used, renamed = np.unique(faces[mine], return_inverse=True)
        name = f"shown-{number}"
        places = uv[mine] if uv is not None and number in looks.pictured else None
        meshes[name] = mesh_with(rounded[used], renamed.reshape(-1, 3), places)
        shapes.append(Shape(kind="mesh", mesh=name, material=f"look-{number}"))
    return meshes, tuple(shapes)
