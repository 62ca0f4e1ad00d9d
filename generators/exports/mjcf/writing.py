"""Writes scenes as MJCF.

```
index.json                what was written, refused and lost
<scene>/scene.xml         opens in plain MuJoCo; the keyframe `initial` is the scene at rest
<scene>/scene.json        task, goal in names of the scene, objects with category and asset, robot
<scene>/assets/           meshes as OBJ, textures as PNG
```
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ....scenes.core.geometry import Array
from ....scenes.model.mujoco_model import ROBOT_PREFIX, CompiledScene, compile_model, scene_spec
from ....schemas import Camera, TaskSpec
from ....schemas.physics import ACTION_NOISE, LATENCY
from ....tasks.bddl.formula import to_text
from ....tasks.bddl.problem import scene_problem
from ...dataset import Dataset
from .._kept import KeptFiles
from .._scenes import Staged, write_json, write_scenes
from .exact import exact_xml
from .files import write_meshes, write_textures
from .looks import add_lights, add_looks, keep_inertias
from .places import add_places

KEYFRAME = "initial"


def write(dataset: Dataset, out: Path) -> None:
    """Write all scenes of a dataset to a folder that is absent or empty."""
    kept = KeptFiles()
    write_scenes(dataset, out, lambda part, folder: write_scene(part, folder, kept))


def write_scene(part: Staged, folder: Path, kept: KeptFiles | None = None) -> tuple[str, ...]:
    """Write one scene to a folder; gives what MJCF could not take.

    Args:
        part: the scene.
        folder: that exists and is empty.
        kept: meshes and textures that were written for other scenes, if any.

    Raises:
        ValueError: MuJoCo cannot compile it.
    """
    scene, assets = part.scene, part.assets
    compiled = compile_model(scene, assets, "physics")
    spec = scene_spec(scene, assets, "physics")
    keep_inertias(spec, spec.compile())
    add_looks(spec, scene_spec(scene, assets, "visual"))
    add_lights(spec, scene)
    add_places(spec, part)
    for camera in scene.cameras:
        _add_camera(spec, camera, part.size)
    data = compiled.new_data()
    for old in list(spec.keys):
        spec.delete(old)
    spec.add_key(name=KEYFRAME, qpos=data.qpos, qvel=data.qvel, ctrl=data.ctrl)
    (folder / "assets").mkdir()
    model = spec.compile()
    shared = KeptFiles() if kept is None else kept
    write_meshes(spec, model, folder / "assets", shared)
    write_textures(spec, folder / "assets", shared)
    model = spec.compile()
    spec.meshdir = spec.texturedir = "assets"
    text = exact_xml(spec.to_xml(), spec, model)
    (folder / "scene.xml").write_text(text, encoding="utf-8")
    lost = _lost(part)
    write_json(folder / "scene.json", _told(part, compiled, lost))
    return lost


def _add_camera(spec: Any, camera: Camera, size: tuple[int, int]) -> None:
    body = spec.worldbody if camera.mount is None else spec.body(ROBOT_PREFIX + camera.mount)
    body.add_camera(
        name=camera.name, pos=list(camera.pos), quat=list(camera.quat), fovy=_fov(camera, size)
    )


def _fov(camera: Camera, size: tuple[int, int]) -> float:
    """Vertical field of view, degrees."""
    lens = camera.lens
    if lens.focal_length is None:
        return camera.fov
    width, height = size
    focal = lens.focal_length / lens.sensor_width * width
    return math.degrees(2 * math.atan(height / 2 / focal))


def _lost(part: Staged) -> tuple[str, ...]:
    """What a scene has and MJCF does not."""
    scene = part.scene
    lost: list[str] = []
    if scene.physics.get(LATENCY.pattern):
        lost.append("latency: servos start with an empty memory of commands")
    if scene.physics.get(ACTION_NOISE.pattern):
        lost.append("noise of actions: is added by who commands them")
    for camera in scene.cameras:
        lens = camera.lens
        if any((*lens.distortion, *lens.tangential, lens.noise, lens.aperture, lens.shutter)) or (
            lens.principal_point != (None, None)
        ):
            lost.append("lens: distortion, principal point, blur and noise of cameras")
            break
    if any(camera.path is not None for camera in scene.cameras):
        lost.append("path: cameras stand where they set off")
    if scene.sky is not None:
        lost.append("sky: MuJoCo draws none like it")
    materials = [one for asset in part.assets.values() for one in asset.materials.values()]
    pictures = [one.picture for one in materials if one.picture is not None]
    if any(one.wrap != ("repeat", "repeat") for one in pictures):
        lost.append("wrap: MuJoCo repeats every picture")
    if any(one.alpha != "opaque" for one in pictures):
        lost.append("alpha: MuJoCo shows what a picture cuts out")
    return tuple(lost)


def _told(part: Staged, compiled: CompiledScene, lost: tuple[str, ...]) -> dict[str, Any]:
    """What a user of the XML needs beside it."""
    scene, robot = part.scene, compiled.robot
    return {
        "scene": scene.id,
        "keyframe": KEYFRAME,
        "timestep": float(compiled.model.opt.timestep),
        "task": None if part.task is None else _task(part.task),
        "support": scene.support,
        "robot": {
            "name": scene.robot.name,
            "base": ROBOT_PREFIX + robot.spec.base,
            "hand": ROBOT_PREFIX + robot.spec.hand,
            "joints": [ROBOT_PREFIX + name for name in robot.spec.joints],
            "fingers": [ROBOT_PREFIX + name for name in robot.spec.fingers],
            "gripper": {
                "actuators": [ROBOT_PREFIX + name for name in robot.spec.gripper.drives],
                "openings": list(robot.spec.gripper.openings),
                "controls": [_controls(compiled, x) for x in robot.spec.gripper.openings],
            },
        },
        "objects": [_object(part, thing.name) for thing in scene.objects],
        "lost": list(lost),
    }


def _controls(compiled: CompiledScene, opening: float) -> list[float]:
    """What the gripper's actuators are told for an opening, in metres."""
    told: Array = compiled.robot.gripper.controls(opening)
    return [float(value) for value in told]


def _task(task: TaskSpec) -> dict[str, Any]:
    return {
        "id": task.id,
        "instruction": task.instruction,
        "bddl": task.bddl,
        "instances": {thing.instance: thing.name for thing in task.objects},
        "goal": to_text(scene_problem(task).goal).replace("?", ""),
    }


def _object(part: Staged, name: str) -> dict[str, Any]:
    thing, asset = part.scene.object(name), part.asset(name)
    return {
        "name": name,
        "category": thing.category,
        "role": thing.role,
        "fixed": thing.fixed,
        "joints": sorted(thing.joints),
        "asset": thing.asset,
        "asset_hash": thing.asset_hash,
        "extents": list(asset.extents),
        "licence": asset.licence,
        "source": asset.source,
    }
