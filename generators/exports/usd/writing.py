"""Writes a dataset's scenes as USD.

```
index.json                  what was written, refused and lost
assets/<asset>/<asset>.usd  articulated assets, textures beside them
<scene>/scene.usd           references them: poses, openings, lights, cameras, floor
```
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ....scenes.core.geometry import look_at, quaternion, transform, vec3
from ....scenes.model.surroundings import FLOOR_HALF
from ....schemas import Asset, Camera, SceneObject
from ...dataset import Dataset
from .._scenes import Staged, asset_folder, staged, write_scenes
from .asset import link_poses, write_asset
from .pxr import label, new_stage, place, pxr, token

APERTURE = 20.955
"""Width of a camera's film, millimetres: OpenUSD's own default."""


def write(dataset: Dataset, out: Path) -> None:
    """Write every asset once, and every scene."""
    found: dict[str, Asset] = {}
    for part in staged(dataset):
        found |= part.assets
    for digest in sorted(found):
        folder = out / "assets" / asset_folder(found[digest])
        folder.mkdir(parents=True)
        write_asset(found[digest], folder / f"{folder.name}.usd")
    write_scenes(dataset, out, write_scene)


def write_scene(part: Staged, folder: Path) -> tuple[str, ...]:
    """Write one scene beside the folder of assets; gives what USD could not take."""
    scene = part.scene
    stage = new_stage(folder / "scene.usd", "World")
    world = pxr("UsdPhysics").Scene.Define(stage, "/World/physics")
    world.CreateGravityDirectionAttr(pxr("Gf").Vec3f(0, 0, -1))
    world.CreateGravityMagnitudeAttr(9.81)
    _add_floor(stage)
    for thing in scene.objects:
        _add_object(stage, part, thing)
    _add_lights(stage, part)
    for camera in scene.cameras:
        if camera.mount is None:
            _add_camera(stage, camera, part.size)
    stage.GetRootLayer().Save()
    return _lost(part)


def _add_floor(stage: Any) -> None:
    geometry = pxr("UsdGeom")
    floor = geometry.Plane.Define(stage, "/World/floor")
    floor.CreateAxisAttr("Z")
    floor.CreateWidthAttr(2 * FLOOR_HALF)
    floor.CreateLengthAttr(2 * FLOOR_HALF)
    pxr("UsdPhysics").CollisionAPI.Apply(floor.GetPrim())
    label(floor.GetPrim(), "floor.n.01")


def _add_object(stage: Any, part: Staged, thing: SceneObject) -> None:
    """A reference to the asset, its links where its joints have them."""
    asset = part.asset(thing.name)
    name, path = asset_folder(asset), f"/World/objects/{token(thing.name)}"
    prim = pxr("UsdGeom").Xform.Define(stage, path).GetPrim()
    prim.GetReferences().AddReference(f"../assets/{name}/{name}.usd")
    place(prim, thing.pos, thing.quat)
    if any(thing.joints.values()):
        for link, pose in link_poses(asset, dict(thing.joints)).items():
            over = stage.OverridePrim(f"{path}/{token(link)}")
            place(over, vec3(pose[:3, 3]), quaternion(pose[:3, :3]))
    if thing.fixed:
        joint = pxr("UsdPhysics").FixedJoint.Define(stage, f"{path}/fixed_to_world")
        joint.CreateBody1Rel().SetTargets([f"{path}/{token(asset.links[0].name)}"])
        root = transform(thing.pos, thing.quat) @ link_poses(asset, {})[asset.links[0].name]
        joint.CreateLocalPos0Attr(pxr("Gf").Vec3f(*vec3(root[:3, 3])))
        joint.CreateLocalRot0Attr(pxr("Gf").Quatf(*quaternion(root[:3, :3])))
    if not thing.visible:
        pxr("UsdGeom").Imageable(prim).MakeInvisible()


def _add_lights(stage: Any, part: Staged) -> None:
    lux, gf = pxr("UsdLux"), pxr("Gf")
    dome = lux.DomeLight.Define(stage, "/World/lights/ambient")
    dome.CreateIntensityAttr(part.scene.ambient / math.pi)
    for light in part.scene.lights:
        lamp = lux.DistantLight.Define(stage, f"/World/lights/{token(light.name)}")
        lamp.CreateIntensityAttr(light.intensity)
        lamp.CreateColorAttr(gf.Vec3f(*light.colour))
        place(lamp.GetPrim(), (0.0, 0.0, 4.0), look_at((0.0, 0.0, 0.0), light.direction))


def _add_camera(stage: Any, camera: Camera, size: tuple[int, int]) -> None:
    made = pxr("UsdGeom").Camera.Define(stage, f"/World/cameras/{token(camera.name)}")
    width, height = size
    lens = camera.lens
    if lens.focal_length is not None:
        focal = lens.focal_length / lens.sensor_width * APERTURE
    else:
        focal = APERTURE / 2 / (math.tan(math.radians(camera.fov) / 2) * width / height)
    made.CreateHorizontalApertureAttr(APERTURE)
    made.CreateVerticalApertureAttr(APERTURE * height / width)
    made.CreateFocalLengthAttr(focal)
    made.CreateClippingRangeAttr(pxr("Gf").Vec2f(0.01, 100.0))
    place(made.GetPrim(), camera.pos, camera.quat)


def _lost(part: Staged) -> tuple[str, ...]:
    """What a scene has and USD does not."""
    scene = part.scene
    lost = [
        "robot: is not written; take the one of your simulator",
        "softness: UsdPhysics has no time constant of contacts",
        "joint friction: UsdPhysics has none; damping is a drive without stiffness",
        "pad friction: torsional and rolling friction of contacts",
    ]
    lost += [f"camera {x.name}: is on the hand" for x in scene.cameras if x.mount is not None]
    if scene.physics:
        lost.append("physics: what varies by scene, masses and gains among it")
    if scene.room is not None:
        lost.append("room: walls")
    return tuple(lost)
