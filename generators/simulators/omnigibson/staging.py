"""A scene of ours as OmniGibson opens it: USD files, a scene file, and a config of its paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ....schemas import Asset
from ...exports._scenes import Staged, asset_folder, write_json
from ...exports.omnigibson.config import PHYSICS_HZ, SCENE_FILE, to_env_config
from ...exports.omnigibson.profiles import Profile
from ...exports.omnigibson.scene_file import ASSETS, to_scene_json
from ...exports.usd.asset import write_asset

LEAST_OFFSET = 0.1
"""How far objects are lifted before they are placed, metres; OmniGibson's default."""
GRAVITY = 9.8
CONTROLLERS = {
    "name": "JointController",
    "motor_type": "position",
    "use_delta_commands": False,
    "use_impedances": False,
    "command_input_limits": None,
    "command_output_limits": None,
}
"""Of the arm and of the fingers: commands are positions, and are not scaled."""


def write_assets(assets: Mapping[str, Asset], folder: Path) -> None:
    """Write the USD file of each asset that is not there yet."""
    for asset in assets.values():
        name = asset_folder(asset)
        place = folder / ASSETS / name
        if not place.exists():
            place.mkdir(parents=True)
            write_asset(asset, place / f"{name}.usd")


def write_scene(part: Staged, profile: Profile, folder: Path) -> Path:
    """Write the scene file, with the paths of assets as they are on this machine."""
    made = to_scene_json(part, profile)
    for info in made["objects_info"]["init_info"].values():
        place = info["args"].get("usd_path")
        if place is not None:
            info["args"]["usd_path"] = str((folder / place).resolve())
    path = folder / SCENE_FILE
    write_json(path, made)
    return path


def config(part: Staged, profile: Profile, scene_file: Path, hz: int) -> dict[str, Any]:
    """The config of an environment in which the arm takes our actions, without a task.

    Args:
        part: the scene with its task.
        profile: which generation of OmniGibson.
        scene_file: as `write_scene` gives it.
        hz: actions per second.
    """
    made = to_env_config(part, profile)
    fall = GRAVITY / (2 * hz * hz)
    made["env"] |= {
        "action_frequency": hz,
        "rendering_frequency": hz,
        "physics_frequency": hz * math.ceil(PHYSICS_HZ / hz),
        "external_sensors": [],
    }
    if profile.offset:
        made["env"]["initial_pos_z_offset"] = max(LEAST_OFFSET, 2 * fall)
    made["scene"]["scene_file"] = str(scene_file.resolve())
    for robot in made["robots"]:
        robot["controller_config"] = {"arm_0": CONTROLLERS, "gripper_0": CONTROLLERS}
    made["task"] = {"type": "DummyTask"}
    return made
