"""A scene as OmniGibson's scene file: how each object is made, and the state that it is in."""

from __future__ import annotations

from typing import Any

from ....scenes.core.geometry import look_at, rotation
from ....schemas import Light, SceneObject, SpecError
from .._scenes import Staged, asset_folder
from .behavior import category_name, nearest_model
from .config import xyzw
from .profiles import Profile

ASSETS = "assets"
"""Folder of the assets, beside the folders of the scenes."""
STILL = [0.0, 0.0, 0.0]
PEDESTAL_COLOUR = (0.32, 0.33, 0.35, 1.0)


def to_scene_json(part: Staged, profile: Profile, assets: str = "own") -> dict[str, Any]:
    """The scene file of a scene.

    Args:
        part: the scene with its task.
        profile: which generation of OmniGibson.
        assets: `own` are loaded from USD files under `assets/`; `behavior` takes BEHAVIOR's
            models, where it has some of the category.

    Returns:
        A dict of plain values; positions in metres, quaternions xyzw.
    """
    made: dict[str, Any] = {}
    states: dict[str, Any] = {}
    for thing in part.scene.objects:
        made[thing.name] = _init_info(part, thing, profile, assets)
        states[thing.name] = _state(part, thing, made[thing.name])
    x, y, height = part.scene.robot.pos
    if height > 0.02:
        made["pedestal"] = _pedestal(height)
        states["pedestal"] = _resting([x - 0.03, y, height / 2], [0.0, 0.0, 0.0, 1.0])
    for light in part.scene.lights:
        made[f"light_{light.name}"] = _light(light)
        states[f"light_{light.name}"] = _resting([0.0, 0.0, 4.0], _towards(light))
    registry = {"system_registry": {}, "object_registry": states}
    told: dict[str, Any] = {
        "metadata": {"task": _bindings(part)},
        "init_info": {
            "class_module": "omnigibson.scenes.scene_base",
            "class_name": "Scene",
            "args": {"use_floor_plane": True, "floor_plane_visible": True, "use_skybox": False},
        },
        "objects_info": {"init_info": made},
        "state": registry,
    }
    if profile.registry:
        told["state"] = {"pos": STILL, "ori": [0.0, 0.0, 0.0, 1.0], "registry": registry}
        told["versions"] = {"omnigibson": {"version": profile.version}}
    return told


def own_usd(part: Staged, name: str) -> str:
    """Where the USD of an object's asset lies, relative to the export."""
    folder = asset_folder(part.asset(name))
    return f"{ASSETS}/{folder}/{folder}.usd"


def _init_info(part: Staged, thing: SceneObject, profile: Profile, assets: str) -> dict[str, Any]:
    asset = part.asset(thing.name)
    common: dict[str, Any] = {
        "name": thing.name,
        "visible": thing.visible,
        "fixed_base": thing.fixed,
    }
    if profile.materials:
        friction = {
            "static_friction": asset.friction,
            "dynamic_friction": asset.friction,
            "restitution": 0.0,
        }
        common["link_physics_materials"] = {link.name: friction for link in asset.links}
    if assets == "behavior":
        try:
            found = nearest_model(asset)
        except SpecError:
            pass
        else:
            common.pop("link_physics_materials", None)
            args = {"category": found.category, "model": found.model}
            return _info("dataset_object", "DatasetObject", {
                **common, **args, "bounding_box": list(asset.extents),
            })  # fmt: skip
    args = {"usd_path": own_usd(part, thing.name), "category": category_name(thing.category)}
    return _info("usd_object", "USDObject", {**common, **args})


def _info(module: str, name: str, args: dict[str, Any]) -> dict[str, Any]:
    return {"class_module": f"omnigibson.objects.{module}", "class_name": name, "args": args}


def _state(part: Staged, thing: SceneObject, info: dict[str, Any]) -> dict[str, Any]:
    pos = list(thing.pos)
    asset = part.asset(thing.name)
    own = info["class_name"] == "USDObject"
    if not own:  # BEHAVIOR's models have their origin in the middle of the box
        up = rotation(thing.quat)[:, 2] * asset.extents[2] / 2
        pos = [float(a + b) for a, b in zip(pos, up, strict=True)]
    state = _resting(pos, xyzw(thing.quat))
    if asset.joints and own:
        values = [thing.joints.get(joint.name, 0.0) for joint in asset.joints]
        state["joint_pos"] = values
        state["joint_vel"] = [0.0] * len(values)
        state["joint_eff"] = [0.0] * len(values)
    return state


def _resting(pos: list[float], ori: list[float]) -> dict[str, Any]:
    return {
        "root_link": {"pos": pos, "ori": ori, "lin_vel": STILL, "ang_vel": STILL},
        "non_kin": {},
    }


def _pedestal(height: float) -> dict[str, Any]:
    from ....scenes.model.surroundings import PEDESTAL_HALF  # with it comes MuJoCo

    return _info("primitive_object", "PrimitiveObject", {
        "name": "pedestal",
        "primitive_type": "Cube",
        "scale": [2 * PEDESTAL_HALF, 2 * PEDESTAL_HALF, height],
        "fixed_base": True,
        "rgba": list(PEDESTAL_COLOUR),
    })  # fmt: skip


def _light(light: Light) -> dict[str, Any]:
    return _info("light_object", "LightObject", {
        "name": f"light_{light.name}",
        "light_type": "Distant",
        "intensity": light.intensity,
    })  # fmt: skip


def _towards(light: Light) -> list[float]:
    """The orientation, xyzw, of a light that shines along its own -z."""
    return xyzw(look_at((0.0, 0.0, 0.0), light.direction))


def _bindings(part: Staged) -> dict[str, Any]:
    """Which object stands for which instance of the task's problem."""
    if part.task is None:
        return {}
    names = {thing.instance: thing.name for thing in part.task.objects}
    return {"inst_to_name": {**names, "agent.n.01_1": "robot"}}
