"""What there is to see of a compiled scene, as triangles that are fast to its bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.model.mujoco_model import CompiledScene

FLOOR_HALF = 3.0
"""Half the side of what is shown of a floor without end, metres."""
SEGMENTS = 32
KEPT = ("floor", "pedestal")
"""First words of what is shown of the surroundings where the room is not."""
Points = npt.NDArray[np.float32]
Faces = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class VisibleShape:
    """One thing of one colour.

    Attributes:
        name: its own among all of the scene.
        body: id of the body that it is fast to.
        points: (V, 3) in the body's frame, metres.
        faces: (F, 3) indices of points, outward.
        colour: red, green, blue and opacity, 0 to 1.
        flat: its edges are sharp.
        room: it belongs to walls, ceiling and what stands along them.
    """

    name: str
    body: int
    points: Points
    faces: Faces
    colour: tuple[float, float, float, float]
    flat: bool
    room: bool


def shapes_of(world: CompiledScene) -> Iterator[VisibleShape]:
    """All that is seen of a scene.

    Args:
        world: compiled with visual detail.
    """
    model = world.model
    for geom in range(model.ngeom):
        colour = _colour(model, geom)
        if colour[3] <= 0:
            continue
        points, faces, flat = _triangles(model, geom)
        body, name = int(model.geom_bodyid[geom]), str(model.geom(geom).name)
        room = body == 0 and name.partition("_")[0] not in KEPT
        placed = points @ _turn(model.geom_quat[geom]).T + model.geom_pos[geom]
        named = f"{geom:04d}"
        yield VisibleShape(
            named, body, placed.astype(np.float32), faces.astype(np.uint32), colour, flat, room
        )


def _colour(model: Any, geom: int) -> tuple[float, float, float, float]:
    """The colour of a geom; of one with a picture its mean."""
    import mujoco

    material = int(model.geom_matid[geom])
    rgba = np.array(model.geom_rgba[geom] if material < 0 else model.mat_rgba[material])
    texture = -1
    if material >= 0:
        texture = int(model.mat_texid[material][mujoco.mjtTextureRole.mjTEXROLE_RGB])
    if texture >= 0:
        start, channels = int(model.tex_adr[texture]), int(model.tex_nchannel[texture])
        count = int(model.tex_height[texture] * model.tex_width[texture])
        pixels = model.tex_data[start : start + count * channels].reshape(count, channels)
        rgba[:3] *= pixels[:, :3].mean(axis=0) / 255
    red, green, blue, opacity = (float(part) for part in rgba)
    return red, green, blue, opacity


def _triangles(model: Any, geom: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any], bool]:
    """Points (V, 3) and faces (F, 3) in the geom's frame, and whether edges are sharp."""
    import mujoco

    creation: Any = import_module("trimesh.creation")
    kind, size = int(model.geom_type[geom]), model.geom_size[geom]
    types = mujoco.mjtGeom
    if kind == types.mjGEOM_MESH:
        return (*_mesh(model, int(model.geom_dataid[geom])), False)
    if kind == types.mjGEOM_PLANE:
        x, y = (float(half) if half > 0 else FLOOR_HALF for half in size[:2])
        corners = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]], dtype=float)
        return corners, np.array([[0, 1, 2], [0, 2, 3]]), True
    if kind == types.mjGEOM_BOX:
        found = creation.box(extents=2 * size)
        return found.vertices, found.faces, True
    if kind == types.mjGEOM_CYLINDER:
        found = creation.cylinder(size[0], 2 * size[1], sections=SEGMENTS)
        return found.vertices, found.faces, True
    if kind == types.mjGEOM_CAPSULE:
        found = creation.capsule(2 * size[1], size[0], count=[SEGMENTS, SEGMENTS // 2])
        return found.vertices, found.faces, False
    if kind in (types.mjGEOM_SPHERE, types.mjGEOM_ELLIPSOID):
        found = creation.icosphere(subdivisions=3)
        scale = size[0] if kind == types.mjGEOM_SPHERE else size
        return found.vertices * scale, found.faces, False
    raise ValueError(f"geom {geom} is of MuJoCo's type {kind}, which no scene is made of")


def _mesh(model: Any, number: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """A mesh whose points are apart where its normals say that an edge is sharp."""
    first, count = int(model.mesh_faceadr[number]), int(model.mesh_facenum[number])
    corners = np.asarray(model.mesh_face[first : first + count]).ravel()
    normals = np.asarray(model.mesh_facenormal[first : first + count]).ravel()
    pairs, places = np.unique(np.stack([corners, normals], axis=1), axis=0, return_inverse=True)
    start = int(model.mesh_vertadr[number])
    return model.mesh_vert[start + pairs[:, 0]], places.reshape(-1, 3)


def _turn(quat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    import mujoco

    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, quat)
    return turn.reshape(3, 3)


class BodyPoses:
    """Where the bodies of a scene are in its states.

    Args:
        world: the scene, in any detail.
    """

    def __init__(self, world: CompiledScene) -> None:
        """Make what the positions are worked out in."""
        import mujoco

        self._model = world.model
        self._data: Any = mujoco.MjData(world.model)

    def at(self, qpos: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(nbody, 7) `world_from_body`: position in metres, quaternion wxyz.

        Args:
            qpos: (nq,) positions of the state.
        """
        import mujoco

        self._data.qpos[:] = qpos
        mujoco.mj_kinematics(self._model, self._data)
        return np.hstack([self._data.xpos, self._data.xquat])
