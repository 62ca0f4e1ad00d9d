"""What a scene looks like, added to the spec that holds its physics: visuals never touch."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ....schemas import Scene
from ...images.light.environment import lights_of
from ...images.light.lighting import lamps

LOOK = "look/"
"""Begins the names of visual geoms and meshes."""
GROUP = 2
"""Of visual geoms: MuJoCo's viewer shows groups 0 to 2; what collides is in group 3."""
_TEXTURE = mujoco.mjtTextureRole.mjTEXROLE_RGB


def add_looks(spec: Any, looks: Any) -> None:
    """Add all that only the visual spec of the same scene has to the one with its physics."""
    for body in looks.bodies:
        for number, geom in enumerate(body.geoms):
            geom.name = geom.name or f"{body.name}/{number}"
    shown = looks.compile()
    for texture in looks.textures:
        _add_texture(spec, texture)
    known = {material.name for material in spec.materials}
    for material in looks.materials:
        if material.name not in known:
            _add_material(spec, material)
    for mesh in looks.meshes:
        _add_mesh(spec, mesh, shown)
    spec.geom("floor").material = "floor"
    there = {geom.name for geom in spec.worldbody.geoms}
    for body in looks.bodies:
        for geom in body.geoms:
            if body.name != "world" or geom.name not in there:
                _add_geom(spec.body(body.name), geom, shown)


def keep_inertias(spec: Any, model: Any) -> None:
    """State the inertia of bodies that MuJoCo worked out from what collides.

    Args:
        spec: changed in place.
        model: compiled from it, before it has anything to look at.
    """
    for body in spec.bodies:
        found = model.body(body.name)
        if body.name != "world" and not body.explicitinertial and found.mass[0] > 0:
            body.explicitinertial = True
            body.mass, body.ipos, body.iquat = float(found.mass[0]), found.ipos, found.iquat
            body.inertia = found.inertia


def add_lights(spec: Any, scene: Scene) -> None:
    """Add the scene's lamps in display units, in place of the light at the viewer's head."""
    head = spec.visual.headlight
    head.diffuse = head.specular = head.ambient = [0.0, 0.0, 0.0]
    for number, lamp in enumerate(lamps(lights_of(scene), scene.ambient)):
        spec.worldbody.add_light(
            name=f"lamp/{number}",
            type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
            pos=list(-3.0 * lamp.direction),
            dir=list(lamp.direction),
            diffuse=list(lamp.diffuse),
            ambient=list(lamp.ambient),
            specular=[0.0, 0.0, 0.0],
            castshadow=lamp.shadow,
        )


def _add_texture(spec: Any, texture: Any) -> None:
    made = spec.add_texture(name=texture.name, type=texture.type)
    made.height, made.width, made.nchannel = texture.height, texture.width, texture.nchannel
    made.data = bytes(texture.data)


def _add_material(spec: Any, material: Any) -> None:
    made = spec.add_material(name=material.name)
    for field in ("rgba", "specular", "shininess", "metallic", "roughness", "texrepeat"):
        setattr(made, field, getattr(material, field))
    texture = material.textures[_TEXTURE]
    if texture:
        made.textures[_TEXTURE] = texture


def _add_mesh(spec: Any, mesh: Any, shown: Any) -> None:
    """A visual mesh as it lies in the compiled model, so that it needs no file of its robot."""
    made = spec.add_mesh(name=LOOK + mesh.name)
    made.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
    if len(mesh.uservert):
        for field in ("uservert", "userface", "usertexcoord", "userfacetexcoord"):
            setattr(made, field, np.array(getattr(mesh, field)))
    else:
        vertices, faces = mesh_arrays(shown, shown.mesh(mesh.name).id)
        made.uservert, made.userface = vertices.ravel(), faces.ravel()


def _add_geom(body: Any, geom: Any, shown: Any) -> None:
    made = body.add_geom(name=LOOK + geom.name, type=geom.type)
    if geom.type == mujoco.mjtGeom.mjGEOM_MESH:
        made.meshname = LOOK + geom.meshname
        made.pos, made.quat = geom.pos, geom.quat
    else:
        found = shown.geom(geom.name)
        made.pos, made.quat, made.size = found.pos, found.quat, found.size
    made.material, made.rgba = geom.material, geom.rgba
    made.contype, made.conaffinity, made.group, made.mass = 0, 0, GROUP, 0.0


def mesh_arrays(model: Any, number: int) -> tuple[Any, Any]:
    """Vertices (N, 3) in the frame of the mesh's file, metres, and faces (M, 3)."""
    start, count = int(model.mesh_vertadr[number]), int(model.mesh_vertnum[number])
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, model.mesh_quat[number])
    centred = model.mesh_vert[start : start + count].astype(np.float64)
    vertices = centred @ turn.reshape(3, 3).T + model.mesh_pos[number]
    first, faces = int(model.mesh_faceadr[number]), int(model.mesh_facenum[number])
    return vertices, model.mesh_face[first : first + faces]
