"""An asset as an articulated USD file.

```
/NAME                 articulation root where it has joints
/NAME/Looks/...       UsdPreviewSurface materials, and one of physics with the friction
/NAME/LINK            rigid body: mass, centre of mass, principal inertia; links lie side by side
/NAME/LINK/...        visuals, and collision pieces as convex hulls, which are not drawn
/NAME/joints/...      prismatic, revolute and fixed joints: axis, limits, damping
```
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ....scenes.core.geometry import Array, quaternion, rotation, transform, vec3
from ....scenes.model.textures import pixels
from ....schemas import Asset, Joint, Link, Material
from ....schemas.base import Quat, Vec3
from ...images.light.lighting import GAMMA
from .pxr import label, new_stage, place, pxr, quatf, token
from .shapes import add_shape

DEGREE = math.pi / 180
SURFACE = "surface"
"""The material of physics, which every collision piece has."""


def write_asset(asset: Asset, path: Path) -> None:
    """Write an asset; its textures lie beside it. The path must be absent."""
    name = token(path.stem)
    stage = new_stage(path, name)
    root = stage.GetDefaultPrim()
    pxr("Usd").ModelAPI(root).SetKind("component")
    label(root, asset.category)
    if asset.joints:
        pxr("UsdPhysics").ArticulationRootAPI.Apply(root)
    _add_materials(stage, f"/{name}/Looks", asset, path.parent)
    poses = link_poses(asset, {})
    for link in asset.links:
        _add_link(stage, f"/{name}", asset, link, poses[link.name])
    for link in asset.links:
        if link.parent is not None:
            _add_joint(stage, f"/{name}", link)
    stage.GetRootLayer().Save()


def link_poses(asset: Asset, joints: dict[str, float]) -> dict[str, Array]:
    """(4, 4) of each link in the asset's frame, with its joints at these positions."""
    poses: dict[str, Array] = {}
    for link in asset.links:
        pose = transform(link.pos, link.quat)
        if link.joint is not None:
            pose = pose @ _moved(link.joint, joints.get(link.joint.name, 0.0))
        poses[link.name] = pose if link.parent is None else poses[link.parent] @ pose
    return poses


def _moved(joint: Joint, value: float) -> Array:
    axis = np.array(joint.axis) / np.linalg.norm(joint.axis)
    if joint.kind == "slide":
        return transform(axis * value, np.eye(3))
    half = value / 2
    turn = rotation((math.cos(half), *(axis * math.sin(half))))
    anchor = np.array(joint.anchor)
    return transform(anchor - turn @ anchor, turn)


def _add_link(stage: Any, root: str, asset: Asset, link: Link, pose: Array) -> None:
    geometry, physics = pxr("UsdGeom"), pxr("UsdPhysics")
    path = f"{root}/{token(link.name)}"
    prim = geometry.Xform.Define(stage, path).GetPrim()
    place(prim, vec3(pose[:3, 3]), quaternion(pose[:3, :3]))
    physics.RigidBodyAPI.Apply(prim)
    mass = physics.MassAPI.Apply(prim)
    turn, moments = principal(link.inertial.inertia)
    mass.CreateMassAttr(link.inertial.mass)
    mass.CreateCenterOfMassAttr(pxr("Gf").Vec3f(*link.inertial.com))
    mass.CreateDiagonalInertiaAttr(pxr("Gf").Vec3f(*moments))
    mass.CreatePrincipalAxesAttr(quatf(turn))
    shade = pxr("UsdShade")
    for number, shape in enumerate(link.visuals):
        made = add_shape(stage, f"{path}/visual_{number}", asset, shape)
        if shape.material is not None:
            found = shade.Material.Get(stage, f"{root}/Looks/{token(shape.material)}")
            shade.MaterialBindingAPI.Apply(made).Bind(found)
    surface = shade.Material.Get(stage, f"{root}/Looks/{SURFACE}")
    for number, shape in enumerate(link.collisions):
        made = add_shape(stage, f"{path}/collision_{number}", asset, shape)
        geometry.Imageable(made).CreatePurposeAttr("guide")
        physics.CollisionAPI.Apply(made)
        if made.IsA(geometry.Mesh):
            physics.MeshCollisionAPI.Apply(made).CreateApproximationAttr("convexHull")
        shade.MaterialBindingAPI.Apply(made).Bind(
            surface, shade.Tokens.weakerThanDescendants, "physics"
        )


def principal(inertia: tuple[float, ...]) -> tuple[Quat, Vec3]:
    """Principal axes as a quaternion, and the moments about them, kg m^2."""
    xx, yy, zz, xy, xz, yz = inertia
    moments, axes = np.linalg.eigh(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
    if np.linalg.det(axes) < 0:
        axes[:, 2] = -axes[:, 2]
    return quaternion(axes), vec3(moments)


def _add_joint(stage: Any, root: str, link: Link) -> None:
    """The joint between a link and its parent, its frame at the joint's anchor, x its axis."""
    physics, joint = pxr("UsdPhysics"), link.joint
    kinds = {
        None: physics.FixedJoint,
        "slide": physics.PrismaticJoint,
        "hinge": physics.RevoluteJoint,
    }
    name = link.name if joint is None else joint.name
    path = f"{root}/joints/{token(name)}"
    made = kinds[None if joint is None else joint.kind].Define(stage, path)
    made.CreateBody0Rel().SetTargets([f"{root}/{token(str(link.parent))}"])
    made.CreateBody1Rel().SetTargets([f"{root}/{token(link.name)}"])
    here = np.eye(4) if joint is None else transform(joint.anchor, turn_to(joint.axis))
    there = transform(link.pos, link.quat) @ here
    for number, frame in ((0, there), (1, here)):
        getattr(made, f"CreateLocalPos{number}Attr")(pxr("Gf").Vec3f(*vec3(frame[:3, 3])))
        getattr(made, f"CreateLocalRot{number}Attr")(quatf(quaternion(frame[:3, :3])))
    if joint is not None:
        unit = DEGREE if joint.kind == "hinge" else 1.0
        made.CreateAxisAttr("X")
        made.CreateLowerLimitAttr(joint.limits[0] / unit)
        made.CreateUpperLimitAttr(joint.limits[1] / unit)
        drive = physics.DriveAPI.Apply(
            made.GetPrim(), "angular" if joint.kind == "hinge" else "linear"
        )
        drive.CreateStiffnessAttr(0.0)
        drive.CreateDampingAttr(joint.damping * unit)


def turn_to(axis: Vec3) -> Array:
    """A rotation (3, 3) whose x is an axis."""
    x = np.array(axis) / np.linalg.norm(axis)
    helper = np.eye(3)[int(np.argmin(np.abs(x)))]
    y = np.cross(helper, x)
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _add_materials(stage: Any, path: str, asset: Asset, folder: Path) -> None:
    shade, sdf = pxr("UsdShade"), pxr("Sdf")
    types = sdf.ValueTypeNames
    pxr("UsdGeom").Scope.Define(stage, path)
    surface = shade.Material.Define(stage, f"{path}/{SURFACE}")
    friction = pxr("UsdPhysics").MaterialAPI.Apply(surface.GetPrim())
    friction.CreateStaticFrictionAttr(asset.friction)
    friction.CreateDynamicFrictionAttr(asset.friction)
    friction.CreateRestitutionAttr(0.0)
    for name, material in sorted(asset.materials.items()):
        made = shade.Material.Define(stage, f"{path}/{token(name)}")
        shader = shade.Shader.Define(stage, f"{path}/{token(name)}/shader")
        shader.CreateIdAttr("UsdPreviewSurface")
        colour = shader.CreateInput("diffuseColor", types.Color3f)
        colour.Set(pxr("Gf").Vec3f(*material.rgba[:3]))
        shader.CreateInput("opacity", types.Float).Set(material.rgba[3])
        shader.CreateInput("roughness", types.Float).Set(material.roughness)
        shader.CreateInput("metallic", types.Float).Set(material.metallic)
        output = shader.CreateOutput("surface", types.Token)
        made.CreateSurfaceOutput().ConnectToSource(output)
        if material.texture is not None:
            file = f"{path.split('/')[1]}_{token(name)}.png"
            Image.fromarray(pixels(material.texture)).save(folder / file)
            read = _texture(stage, f"{path}/{token(name)}", file, ("repeat", "repeat"))
            colour.ConnectToSource(read.CreateOutput("rgb", types.Float3))
        if material.picture is not None:
            _add_picture(stage, f"{path}/{token(name)}", asset, material, (shader, folder))


def _add_picture(
    stage: Any, path: str, asset: Asset, material: Material, out: tuple[Any, Path]
) -> None:
    """Let a shader show the picture of a material, whose file is written to a folder."""
    picture, (shader, folder) = material.picture, out
    if picture is None:
        return
    types = pxr("Sdf").ValueTypeNames
    file = f"{picture.image[:16]}.png"
    (folder / file).write_bytes(asset.image_bytes(picture.image))
    read = _texture(stage, path, file, picture.wrap)
    # The factor is of display values; USD multiplies light.
    factor = [value**GAMMA for value in material.rgba[:3]]
    read.CreateInput("scale", types.Float4).Set(pxr("Gf").Vec4f(*factor, material.rgba[3]))
    read.CreateInput("sourceColorSpace", types.Token).Set("sRGB")
    colour = read.CreateOutput("rgb", types.Float3)
    shader.GetInput("diffuseColor").ConnectToSource(colour)
    if picture.alpha != "opaque":
        shader.GetInput("opacity").ConnectToSource(read.CreateOutput("a", types.Float))
    if picture.alpha == "mask":
        shader.CreateInput("opacityThreshold", types.Float).Set(0.5)


def _texture(stage: Any, path: str, file: str, wrap: tuple[str, str]) -> Any:
    """A texture that is read at the mesh's `st`."""
    shade, sdf = pxr("UsdShade"), pxr("Sdf")
    types = sdf.ValueTypeNames
    reader = shade.Shader.Define(stage, f"{path}/st")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", types.String).Set("st")
    texture = shade.Shader.Define(stage, f"{path}/texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", types.Asset).Set(sdf.AssetPath(f"./{file}"))
    for side, mode in zip(("wrapS", "wrapT"), wrap, strict=True):
        texture.CreateInput(side, types.Token).Set(mode)
    texture.CreateInput("st", types.Float2).ConnectToSource(
        reader.CreateOutput("result", types.Float2)
    )
    return texture
