"""Cameras: from a scene's camera to OpenCV's numbers, and projection."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import quaternion, rotation, vec3
from ....scenes.model.mujoco_model import ROBOT_PREFIX, CompiledScene
from ....schemas import Camera, CameraParams, RenderError
from .bending import bend, straighten
from .distortion import resampling

Array = npt.NDArray[np.float64]
_CV_FROM_GL = np.diag([1.0, -1.0, -1.0])


def camera_params(
    world: CompiledScene, data: Any, camera: Camera, size: tuple[int, int]
) -> CameraParams:
    """The camera as it stands, in OpenCV's convention.

    Args:
        world: a compiled scene.
        data: its `mujoco.MjData`, body poses up to date.
        camera: one of the scene's cameras, fixed to the world or to a body of the robot.
        size: width and height, pixels.

    Raises:
        RenderError: where the robot has no body of the name in `camera.mount`.
        VariantError: where the lens folds its image.
    """
    turn, position = rotation(camera.quat), np.asarray(camera.pos)
    if camera.mount is not None:
        body = _mount(world, camera)
        base = np.asarray(data.xmat[body]).reshape(3, 3)
        position = np.asarray(data.xpos[body]) + base @ position
        turn = base @ turn
    (width, height), lens = size, camera.lens
    focal = height / (2 * math.tan(math.radians(camera.fov) / 2))
    if lens.focal_length is not None:
        focal = lens.focal_length / lens.sensor_width * width
    cx, cy = lens.principal_point
    params = CameraParams(
        width=width, height=height, fx=focal, fy=focal,
        cx=width / 2 if cx is None else cx, cy=height / 2 if cy is None else cy,
        pos=vec3(position), quat=quaternion(turn @ _CV_FROM_GL), distortion=lens.distortion,
        tangential=lens.tangential,
    )  # fmt: skip
    resampling(params)
    return params


def _mount(world: CompiledScene, camera: Camera) -> int:
    bodies = frozenset[int]() if world.mounted is None else world.mounted.bodies
    names = {world.model.body(body).name: body for body in sorted(bodies)}
    found = names.get(f"{ROBOT_PREFIX}{camera.mount}")
    if found is None:
        allowed = ", ".join(name.removeprefix(ROBOT_PREFIX) for name in names) or "none at all"
        raise RenderError(
            f"camera {camera.name!r}: the robot has no body {camera.mount!r}; it has {allowed}"
        )
    return found


def into_camera(camera: CameraParams, points: Array) -> Array:
    """World points (N, 3) in the camera's frame: +x right, +y down, +z ahead."""
    local: Array = (points - np.asarray(camera.pos)) @ rotation(camera.quat)
    return local


def project(camera: CameraParams, points: Array) -> Array:
    """Pixel coordinates (N, 2) of points (N, 3) in the camera's frame, all with z > 0."""
    scale, centre = np.array([camera.fx, camera.fy]), np.array([camera.cx, camera.cy])
    if not camera.bends:
        pixels: Array = points[:, :2] * (scale / points[:, 2:]) + centre
        return pixels
    bent: Array = bend(points[:, :2] / points[:, 2:], camera.coefficients) * scale + centre
    return bent


def back_project(camera: CameraParams, depth: npt.NDArray[np.floating[Any]]) -> Array:
    """Points (H, W, 3) in the camera's frame through the centres of the pixels.

    Args:
        camera: the camera.
        depth: (H, W), metres along the optical axis.
    """
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    deep = depth.astype(np.float64)
    if camera.bends:
        grid: Array = np.stack(np.meshgrid(x, y), axis=-1).astype(np.float64)
        rays = straighten(grid.reshape(-1, 2), camera.coefficients).reshape(grid.shape)
        return np.concatenate([deep[..., None] * rays, deep[..., None]], axis=-1)
    return np.stack([deep * x[None, :], deep * y[:, None], deep], axis=-1)
