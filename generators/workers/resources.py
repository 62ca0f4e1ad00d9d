"""A visual model as what a path tracer needs: meshes, looks, and which geoms are backdrops."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.model.pictures import laid, texture_pixels
from ..images.raster.triangles import OPAQUE, colours, texture_of, triangles
from .outside.apart.messages import Array, Message

ROUGHNESS = 0.45
"""Of geoms whose material says nothing: the robot's painted parts."""
LEAST_ROUGHNESS = 0.08
"""Sharper mirrors show the lamps as specks."""


@dataclass(frozen=True)
class Geom:
    """One geom: where its mesh and its look are, and whether it is a wall or ceiling."""

    id: int
    mesh: str
    material: int
    backdrop: bool


@dataclass(frozen=True)
class Resources:
    """All that is drawn, without poses.

    Attributes:
        arrays: of each mesh `KEY/points`, `KEY/normals` (N, 3), `KEY/uv` (N, 2) and
            `KEY/faces` (M, 3); of each texture `KEY/pixels` (H, W, 3) uint8 sRGB, or (H, W, 4).
        meshes: keys, hashes of their content.
        textures: keys.
        materials: plain values, as the worker reads them.
        geoms: in the order of their ids.
        planes: ids of the geoms that are seen from one side only.
    """

    arrays: dict[str, Array]
    meshes: tuple[str, ...]
    textures: tuple[str, ...]
    materials: tuple[dict[str, Any], ...]
    geoms: tuple[Geom, ...]
    planes: tuple[int, ...]

    def message(self) -> Message:
        """The request that loads this."""
        return Message(
            {
                "do": "load",
                "meshes": list(self.meshes),
                "textures": list(self.textures),
                "materials": list(self.materials),
                "geoms": [vars(geom) for geom in self.geoms],
            },
            self.arrays,
        )


def resources(model: Any, data: Any) -> Resources:
    """Read them from a `mujoco.MjModel` with visual detail.

    Args:
        model: the model.
        data: its `mujoco.MjData`, poses up to date: planes that face up are floors.
    """
    import mujoco

    arrays: dict[str, Array] = {}
    mesh_of = _meshes(model, arrays)
    textures = _textures(model, arrays)
    planes = np.flatnonzero(np.asarray(model.geom_type) == mujoco.mjtGeom.mjGEOM_PLANE)
    up = np.asarray(data.geom_xmat).reshape(-1, 3, 3)[:, 2, 2]
    looks: list[dict[str, Any]] = []
    geoms: list[Geom] = []
    tints = colours(model)
    for number, mesh in mesh_of.items():
        look = _look(model, number, tints[number], textures)
        if look not in looks:
            looks.append(look)
        backdrop = bool(number in planes and up[number] < 0.5)
        geoms.append(Geom(number, mesh, looks.index(look), backdrop))
    return Resources(
        arrays=arrays,
        meshes=tuple(sorted(set(mesh_of.values()))),
        textures=tuple(sorted(set(textures))),
        materials=tuple(looks),
        geoms=tuple(geoms),
        planes=tuple(int(plane) for plane in planes),
    )


def unseen(found: Resources, data: Any, eye: npt.NDArray[np.float64]) -> list[int]:
    """Planes that turn their back to the eye (3,): the fast renderer does not draw them either."""
    places = np.asarray(data.geom_xpos)
    normals = np.asarray(data.geom_xmat).reshape(-1, 3, 3)[:, :, 2]
    return [plane for plane in found.planes if (eye - places[plane]) @ normals[plane] < 0]


def linear(srgb: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Display values in [0, 1] as linear light (IEC 61966-2-1)."""
    value = np.asarray(srgb, dtype=np.float64)
    bright: npt.NDArray[np.float64] = ((np.maximum(value, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(value <= 0.04045, value / 12.92, bright)


def _meshes(model: Any, arrays: dict[str, Array]) -> dict[int, str]:
    """Key of the mesh of each geom, by id; their arrays are added."""
    whole = triangles(model)
    owner = whole.vertices["geom"]
    face_owner = owner[whole.faces[:, 0]]
    found: dict[int, str] = {}
    for geom in range(model.ngeom):
        rows = np.flatnonzero(owner == geom)
        faces = whole.faces[face_owner == geom].astype(np.int64) - rows[0]
        # Blender's meshes have no triangles that use a corner twice.
        a, b, c = faces.T
        part = {
            "points": whole.vertices["point"][rows],
            "normals": whole.vertices["normal"][rows],
            "uv": whole.vertices["uv"][rows],
            "faces": faces[(a != b) & (b != c) & (a != c)].astype(np.int32),
        }
        key = _key(*part.values())
        arrays.update({f"{key}/{field}": array for field, array in part.items()})
        found[geom] = key
    return found


def _textures(model: Any, arrays: dict[str, Array]) -> list[str]:
    """Key of each texture; their pixels are added."""
    found: list[str] = []
    for texture in range(model.ntex):
        pixels = texture_pixels(model, texture)
        if laid(model, texture) is None:
            pixels = np.ascontiguousarray(pixels[:, :, :3])
        key = _key(pixels)
        arrays[f"{key}/pixels"] = pixels
        found.append(key)
    return found


def _look(
    model: Any, geom: int, tint: npt.NDArray[np.float32], textures: list[str]
) -> dict[str, Any]:
    material = model.geom_matid[geom]
    texture = texture_of(model, geom)
    lying = laid(model, texture)
    roughness = float(model.mat_roughness[material]) if material >= 0 else -1.0
    metallic = float(model.mat_metallic[material]) if material >= 0 else -1.0
    return {
        "rgba": [*linear(tint[:3]).tolist(), float(tint[3]) if tint[3] < OPAQUE else 1.0],
        # MuJoCo marks what a material does not say by -1.
        "roughness": max(roughness, LEAST_ROUGHNESS) if roughness >= 0 else ROUGHNESS,
        "metallic": max(metallic, 0.0),
        "texture": textures[texture] if texture >= 0 else None,
        **({} if lying is None else {"wrap": list(lying.wrap), "alpha": lying.alpha}),
    }


def _key(*arrays: Array) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(str((array.dtype.str, array.shape)).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:32]
