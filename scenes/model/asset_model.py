"""An asset as MuJoCo bodies: its meshes and materials once, then any number of its copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from ...schemas import Asset, Joint, Link, Material, Shape
from ...schemas.base import Quat, Vec3
from ..robots import WORLD_BIT, Detail
from .pictures import add_picture
from .textures import pixels

_GEOM = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "capsule": mujoco.mjtGeom.mjGEOM_CAPSULE,
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
    "ellipsoid": mujoco.mjtGeom.mjGEOM_ELLIPSOID,
    "mesh": mujoco.mjtGeom.mjGEOM_MESH,
}
_JOINT = {"slide": mujoco.mjtJoint.mjJNT_SLIDE, "hinge": mujoco.mjtJoint.mjJNT_HINGE}
_FIRM = (0.999, 0.9999, 0.001, 0.5, 2.0)
"""Impedance of dry friction: under MuJoCo's default a lid creeps open under its own weight."""
GRAIN_TIME = 0.004
"""Time constant of contacts of grains, seconds: under the default they fall through floors."""
THIN = 0.02
"""What is let go of and no higher falls through floors under the default, metres."""
THIN_TIME = 0.005
"""Time constant of contacts of what is thin, seconds."""
THIN_WEIGHT = 50.0
"""Of that time constant in a contact against those of all others."""
GRAIN_ROLLING = 0.0006
"""Rolling friction of grains: balls of that size stop on slopes of about five degrees, metres."""


@dataclass(frozen=True)
class Copy:
    """One copy of an asset in a model.

    Attributes:
        name: of its root body; parts are `NAME/LINK` and `NAME/JOINT`.
        key: what its meshes and materials are filed under; equal keys, equal assets.
        pos: of the asset frame in the world, metres.
        quat: likewise, wxyz.
        fixed: welded to the world.
    """

    name: str
    key: str
    pos: Vec3
    quat: Quat
    fixed: bool


def add_asset(spec: Any, copy: Copy, asset: Asset, detail: Detail) -> None:
    """Add the bodies, joints and geometry of a copy; its resources must be there already."""
    bodies: dict[str, Any] = {}
    for link in asset.links:
        if link.parent is None:
            body = spec.worldbody.add_body(name=copy.name, pos=list(copy.pos), quat=list(copy.quat))
            if not copy.fixed:
                body.add_freejoint(name=f"{copy.name}/free")
        else:
            body = bodies[link.parent].add_body(
                name=f"{copy.name}/{link.name}", pos=list(link.pos), quat=list(link.quat)
            )
        bodies[link.name] = body
        _fill_link(body, copy, asset, link, detail)


def add_resources(spec: Any, key: str, asset: Asset, detail: Detail) -> None:
    """Add the meshes and materials of an asset, once however many copies use them."""
    chosen = "collisions" if detail == "physics" else "visuals"
    shapes = [shape for link in asset.links for shape in getattr(link, chosen)]
    for name in sorted({shape.mesh for shape in shapes if shape.mesh}):
        data = asset.meshes[name]
        mesh = spec.add_mesh(name=f"{key}/{name}")
        mesh.uservert = data.vertex_array().ravel()
        mesh.userface = data.face_array().ravel()
        mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
        uv = data.uv_array()
        if uv is not None and detail == "visual":
            mesh.usertexcoord = uv.ravel()
            mesh.userfacetexcoord = data.uv_face_array().ravel()
    if detail == "visual":
        for name in sorted({shape.material for shape in shapes if shape.material}):
            material = asset.materials[name]
            add_material(spec, f"{key}/{name}", material)
            if material.picture is not None:
                shown = add_picture(spec, asset, material.picture)
                made = spec.material(f"{key}/{name}")
                made.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = shown


def add_material(
    spec: Any, name: str, material: Material, repeat: tuple[float, float] = (1.0, 1.0)
) -> str:
    """Add a material, with its texture if it has one; gives its name."""
    made = spec.add_material(name=name)
    made.rgba = list(material.rgba)
    made.specular = float(0.15 + 0.5 * (1 - material.roughness))
    made.shininess = float((1 - material.roughness) ** 2)
    made.metallic = material.metallic
    made.roughness = material.roughness
    if material.texture is not None:
        image = pixels(material.texture)[::-1]  # MuJoCo puts row 0 at v = 0
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D)
        texture.height, texture.width = image.shape[:2]
        texture.nchannel = 3
        texture.data = np.ascontiguousarray(image).tobytes()
        made.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        made.texrepeat = [repeat[0] * material.texture.scale, repeat[1] * material.texture.scale]
    return name


def _fill_link(body: Any, copy: Copy, asset: Asset, link: Link, detail: Detail) -> None:
    body.explicitinertial = True
    body.mass = link.inertial.mass
    body.ipos = list(link.inertial.com)
    body.fullinertia = list(link.inertial.inertia)
    if link.joint is not None:
        _add_joint(body, copy, link.joint)
    if detail == "physics":
        for number, shape in enumerate(link.collisions):
            geom = _add_shape(body, f"{copy.name}/{link.name}/{number}", copy, shape)
            geom.contype, geom.conaffinity = WORLD_BIT, 7
            geom.friction = [asset.friction, 0.005, 0.0001]
            geom.condim = 4
            geom.group = 3
            if asset.extents[2] < THIN and asset.graspable:
                geom.solref, geom.solmix = [THIN_TIME, 1.0], THIN_WEIGHT
            if asset.grain:
                # Their own friction counts, whatever they lie on; as balls they must stop rolling.
                geom.friction = [asset.friction, 0.005, GRAIN_ROLLING]
                geom.condim, geom.priority = 6, 1
                geom.solref = [GRAIN_TIME, 1.0]
    else:
        for number, shape in enumerate(link.visuals):
            geom = _add_shape(body, f"{copy.name}/{link.name}/{number}", copy, shape)
            geom.contype, geom.conaffinity = 0, 0
            if shape.material is not None:
                geom.material = f"{copy.key}/{shape.material}"


def _add_joint(body: Any, copy: Copy, joint: Joint) -> None:
    body.add_joint(
        name=f"{copy.name}/{joint.name}",
        type=_JOINT[joint.kind],
        axis=list(joint.axis),
        pos=list(joint.anchor),
        range=list(joint.limits),
        damping=[joint.damping, 0, 0],
        frictionloss=joint.friction,
        solimp_friction=list(_FIRM),
        armature=0.001,
    )


def _add_shape(body: Any, name: str, copy: Copy, shape: Shape) -> Any:
    geom = body.add_geom(name=name, type=_GEOM[shape.kind], pos=list(shape.pos))
    geom.quat = list(shape.quat)
    geom.mass = 0.0
    if shape.mesh is not None:
        geom.meshname = f"{copy.key}/{shape.mesh}"
    else:
        geom.size[: len(shape.size)] = list(shape.size)
    return geom
