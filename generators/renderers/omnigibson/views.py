"""From our cameras and lights to OmniGibson's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....scenes.core.geometry import quaternion, rotation
from ....schemas import CameraParams, RenderError, Scene
from ...images.light.environment import lights_of
from ...images.light.lighting import lux_of

_GL_FROM_CV = np.diag([1.0, -1.0, -1.0])
EXACT = 1e-6
"""Pixels by which a length may differ from a whole number."""


@dataclass(frozen=True)
class Framing:
    """A picture about the camera's axis, out of which another is cut.

    Attributes:
        width: of the picture, pixels.
        height: of it.
        left: the first column that is kept.
        top: the first row that is kept.
    """

    width: int
    height: int
    left: int
    top: int


def framing(camera: CameraParams) -> Framing:
    """The least picture with its middle on the axis that holds a camera's; USD has no other.

    Raises:
        RenderError: the axis does not go through a pixel's middle or edge, or pixels are not
            square.
    """
    if abs(camera.fx - camera.fy) > EXACT * camera.fx:
        raise RenderError(
            f"backend omnigibson: pixels are square, this camera's are {camera.fx:g} by "
            f"{camera.fy:g} focal lengths; use `backend: mujoco`"
        )
    sides = [_side(camera.cx, camera.width), _side(camera.cy, camera.height)]
    (width, left), (height, top) = sides
    return Framing(width, height, left, top)


def _side(centre: float, length: int) -> tuple[int, int]:
    whole = 2 * max(centre, length - centre)
    first = whole / 2 - centre
    if abs(whole - round(whole)) > EXACT or abs(first - round(first)) > EXACT:
        raise RenderError(
            f"backend omnigibson: the principal point must lie at a multiple of half a pixel, not "
            f"at {centre:g}; use `backend: mujoco`"
        )
    return round(whole), round(first)


def view(camera: CameraParams, frame: Framing) -> dict[str, Any]:
    """The view as the worker takes it: a camera that looks along its -z, quaternion xyzw."""
    w, x, y, z = quaternion(rotation(camera.quat) @ _GL_FROM_CV)
    return {
        "width": frame.width,
        "height": frame.height,
        "fx": camera.fx,
        "pos": list(camera.pos),
        "quat": [x, y, z, w],
    }


def suns(scene: Scene, *, shadows: bool) -> list[dict[str, Any]]:
    """The lamps: direction, lux in each channel, and whether they cast shadows."""
    return [
        {
            "direction": list(light.direction),
            "lux": lux_of(light).tolist(),
            "shadow": shadows,
        }
        for light in lights_of(scene)
    ]


def empty_config() -> dict[str, Any]:
    """The config of an environment with nothing in it."""
    return {
        "scene": {"type": "Scene", "use_floor_plane": False, "use_skybox": False},
        "robots": [],
        "objects": [],
        "task": {"type": "DummyTask"},
    }
