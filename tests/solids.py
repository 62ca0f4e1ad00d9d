"""The geometry of scenes by trimesh, from scenes and assets.

Nothing here reads what the renderer drew. Kinematics of objects are worked out anew; of the
robot, the meshes and link poses of the compiled model are taken.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import trimesh

from cousins.scenes.core.default_room import DEFAULT_ROOM
from cousins.scenes.core.geometry import rotation, transform
from cousins.scenes.model.decor import Piece, decor_of
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.scenes.model.surroundings import PEDESTAL_HALF, SKIRTING
from cousins.schemas import Asset, Scene, SceneObject, Shape

Array = npt.NDArray[Any]
ROUND = 128
"""Sections of round things."""


def shape_mesh(shape: Shape, kind: Asset) -> Any:
    """A shape in its link's frame."""
    size = shape.size
    if shape.kind == "box":
        made = trimesh.creation.box(extents=2 * np.array(size))
    elif shape.kind in ("sphere", "ellipsoid"):
        made = trimesh.creation.uv_sphere(radius=1.0, count=[ROUND, ROUND])
        made.apply_scale(size if len(size) == 3 else size[0])
    elif shape.kind == "capsule":
        made = trimesh.creation.capsule(2 * size[1], size[0], count=[ROUND, ROUND])
    elif shape.kind == "cylinder":
        made = trimesh.creation.cylinder(size[0], 2 * size[1], sections=2 * ROUND)
    else:
        data = kind.meshes[str(shape.mesh)]
        made = trimesh.Trimesh(data.vertex_array(), data.face_array(), process=False)
    return made.apply_transform(transform(shape.pos, shape.quat))


def link_poses(item: SceneObject, kind: Asset) -> dict[str, Array]:
    """`world_from_link`, (4, 4)."""
    poses: dict[str, Array] = {}
    for link in kind.links:
        if link.parent is None:
            poses[link.name] = transform(item.pos, item.quat)
            continue
        pose = poses[link.parent] @ transform(link.pos, link.quat)
        joint = link.joint
        if joint is not None:
            value = item.joints.get(joint.name, 0.0)
            move = trimesh.transformations.translation_matrix(value * np.array(joint.axis))
            if joint.kind == "hinge":
                move = trimesh.transformations.rotation_matrix(value, joint.axis, joint.anchor)
            pose = pose @ move
        poses[link.name] = pose
    return poses


def link_meshes(item: SceneObject, kind: Asset) -> dict[str, Any]:
    """The visuals of each link that has any, in the world."""
    poses = link_poses(item, kind)
    return {
        link.name: joined([shape_mesh(s, kind).apply_transform(poses[link.name]) for s in shapes])
        for link in kind.links
        if (shapes := link.visuals)
    }


def robot_meshes(compiled: CompiledScene, data: Any) -> dict[str, Any]:
    """The robot's links, in the world; none where there is no robot."""
    if compiled.mounted is None:
        return {}
    model = compiled.model
    parts: dict[str, list[Any]] = {}
    for geom in range(model.ngeom):
        body = int(model.geom_bodyid[geom])
        if body in compiled.robot.bodies:
            mesh = model.geom_dataid[geom]
            v, f = model.mesh_vertadr[mesh], model.mesh_faceadr[mesh]
            part = trimesh.Trimesh(
                model.mesh_vert[v : v + model.mesh_vertnum[mesh]],
                model.mesh_face[f : f + model.mesh_facenum[mesh]],
                process=False,
            )
            inner = transform(model.geom_pos[geom], rotation(model.geom_quat[geom]))
            pose = transform(data.xpos[body], data.xmat[body].reshape(3, 3)) @ inner
            parts.setdefault(model.body(body).name, []).append(part.apply_transform(pose))
    return {name.removeprefix("robot/"): joined(found) for name, found in parts.items()}


def surroundings(scene: Scene) -> Any:
    """The floor, the pedestal, and the walls with their decor; planes are seen from one side."""
    height = scene.robot.pos[2]
    room, bare = scene.room or DEFAULT_ROOM, scene.room is None
    low, high = np.array(room.low), np.array(room.high)
    middle, half = (low + high) / 2, (high - low) / 2
    parts = [_flat((0, 0, 0), (0, 0, 1), (1, 0, 0), (6, 6))]
    if height > 0.02:
        parts.append(pedestal(scene))
    for axis in (0, 1):
        for side, edge in ((-1, low), (1, high)):
            normal, along = -side * np.eye(3)[axis], np.eye(3)[1 - axis]
            if bare:
                centre = np.array([0.5 * axis, 0.0, 1.5])
                centre[axis] = edge[axis]
                parts.append(_flat(centre, normal, along, (6, 6)))
                continue
            centre = middle.copy()
            centre[axis] = edge[axis]
            parts.append(_flat(centre, normal, along, (half[1 - axis], half[2])))
            depth, tall = SKIRTING
            foot = centre + normal * depth
            foot[2] = low[2] + tall / 2
            parts.append(_flat(foot, normal, along, (half[1 - axis], tall / 2)))
    if not bare:
        parts.append(_flat((*middle[:2], high[2]), (0, 0, -1), (1, 0, 0), half[:2]))
    parts += [piece_mesh(piece) for piece in (decor_of(scene) if scene.walls else ())]
    return joined(parts)


def piece_mesh(piece: Piece) -> Any:
    """A piece of decor, in the world."""
    x, y, z = piece.half.tolist()
    if piece.form == "sheet":
        return _flat(piece.centre, piece.turn[:, 2], piece.turn[:, 0], (x, y))
    if piece.form == "box":
        made = trimesh.creation.box(2 * piece.half)
    else:
        made = trimesh.creation.cylinder(x, 2 * z, sections=2 * ROUND)
    return made.apply_transform(transform(piece.centre, piece.turn))


def pedestal(scene: Scene) -> Any:
    """What the robot stands on: a box with plates at its head and foot, and a seam."""
    x, y, height = scene.robot.pos
    parts = [trimesh.creation.box((2 * PEDESTAL_HALF, 2 * PEDESTAL_HALF, height))]
    parts[0].apply_translation([0, 0, height / 2])
    for more, thick, middle in (
        (0.012, 0.012, height - 0.007), (0.07, 0.014, 0.007), (0.003, 0.024, 0.62 * height),
    ):  # fmt: skip
        plate = trimesh.creation.box((*[2 * (PEDESTAL_HALF + more)] * 2, thick))
        parts.append(plate.apply_translation([0, 0, middle]))
    return joined(parts).apply_translation([x - 0.03, y, 0])


def _flat(centre: Any, normal: Any, along: Any, half: Any) -> Any:
    """A rectangle that is seen from where its normal points."""
    u = np.asarray(along, float) * half[0]
    v = np.cross(normal, along) * half[1]
    corners = np.asarray(centre, float) + np.array([-u - v, u - v, u + v, v - u])
    return trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], process=False)


def joined(meshes: list[Any]) -> Any:
    """One mesh of several, their faces in order."""
    return trimesh.util.concatenate(meshes)


def nearest(mesh: Any, points: Any) -> tuple[Array, Array, Array]:
    """The nearest points (N, 3) of a mesh to points (N, 3), how far they are, and their faces."""
    spots, away, faces = trimesh.proximity.closest_point(mesh, points)
    return spots, away, faces
