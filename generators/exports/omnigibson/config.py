"""A scene as OmniGibson's environment config: env, render, scene, robots, objects, task."""

from __future__ import annotations

import math
from typing import Any

from ....schemas import Camera
from ....schemas.base import Quat
from .._scenes import Staged
from .profiles import Profile
from .task import activity_name

SCENE_FILE = "scene.json"
APERTURE = 20.955
"""Width of the sensor that OpenUSD gives a camera, in the unit of focal lengths: `og1` leaves it
so, and `og3` is told."""
PHYSICS_HZ, ACTION_HZ = 120, 30
MODALITIES = (
    "rgb", "depth_linear", "normal", "seg_semantic", "seg_instance", "flow", "bbox_2d_tight",
    "bbox_2d_loose", "bbox_3d",
)  # fmt: skip
"""Labels that OmniGibson's cameras give under the same name."""


def to_env_config(part: Staged, profile: Profile, labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """The config of an environment, as `og.Environment(configs=...)` takes it.

    Args:
        part: the scene with its task.
        profile: which generation of OmniGibson.
        labels: that the cameras give; those that it does not have are left out.

    Returns:
        A dict of plain values. `scene.scene_file` is relative to the config's folder.
    """
    width, height = part.size
    return {
        "env": {
            "action_frequency": ACTION_HZ,
            "rendering_frequency": ACTION_HZ,
            "physics_frequency": PHYSICS_HZ,
            "automatic_reset": False,
            "flatten_action_space": False,
            "flatten_obs_space": False,
            "external_sensors": [
                _sensor(camera, part.size, profile, labels)
                for camera in part.scene.cameras
                if camera.mount is None
            ],
        },
        "render": {"viewer_width": width, "viewer_height": height},
        "scene": {
            "type": "Scene",
            "scene_file": SCENE_FILE,
            "use_floor_plane": True,
            "floor_plane_visible": True,
            "use_skybox": False,
        },
        "robots": _robots(part, profile),
        "objects": [],
        "task": _task(part, profile),
    }


def xyzw(quat: Quat) -> list[float]:
    """A quaternion in OmniGibson's order; ours have w first."""
    w, x, y, z = quat
    return [x, y, z, w]


def modalities(labels: tuple[str, ...]) -> list[str]:
    """The labels that OmniGibson's cameras give."""
    return [name for name in MODALITIES if name in labels] or ["rgb"]


def _sensor(
    camera: Camera, size: tuple[int, int], profile: Profile, labels: tuple[str, ...]
) -> dict[str, Any]:
    width, height = size
    lens = camera.lens
    if lens.focal_length is not None:
        focal = lens.focal_length / lens.sensor_width * APERTURE
    else:
        across = math.tan(math.radians(camera.fov) / 2) * width / height
        focal = APERTURE / (2 * across)
    shape: dict[str, Any] = {"image_width": width, "image_height": height, "focal_length": focal}
    if profile.aperture:
        shape["horizontal_aperture"] = APERTURE
    return {
        "sensor_type": "VisionSensor",
        "name": camera.name,
        "relative_prim_path": f"/{camera.name}",
        "modalities": modalities(labels),
        "sensor_kwargs": shape,
        "position": list(camera.pos),
        "orientation": xyzw(camera.quat),
        "pose_frame": "scene",
        "include_in_obs": True,
    }


def _robots(part: Staged, profile: Profile) -> list[dict[str, Any]]:
    """The arm; none where OmniGibson has no such robot."""
    robot = part.scene.robot
    if robot.name not in profile.robots:
        return []
    from ....scenes.robots import robot as known

    opening = known(robot.name).max_opening
    fingers = [opening / 2] * profile.fingers[robot.name]
    return [
        {
            profile.robot_key: profile.robots[robot.name],
            "name": "robot",
            "position": list(robot.pos),
            "orientation": xyzw(robot.quat),
            "fixed_base": True,
            "reset_joint_pos": [*robot.home, *fingers],
            "obs_modalities": ["proprio"],
            "action_normalize": False,
        }
    ]


def _task(part: Staged, profile: Profile) -> dict[str, Any]:
    if part.task is None:
        return {"type": "DummyTask"}
    told: dict[str, Any] = {
        "type": "BehaviorTask",
        "activity_name": activity_name(part.task),
        "activity_definition_id": 0,
        "activity_instance_id": 0,
        "online_object_sampling": False,
    }
    if profile.problem:
        told["predefined_problem"] = part.task.bddl
    if profile.presampled:
        told["use_presampled_robot_pose"] = False
    return told
