"""Matrices of the graphics pipeline: what a camera sees, and what a lamp shines on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams
from ..camera.view import World
from ..light.lighting import Lamp

NEAR = 0.01
"""Nearest distance that is drawn, metres; there is no farthest."""
SHADOW_RADIUS = 1.0
"""Half the width of what casts shadows about the middle of the support, metres; in a furnished
room all of it does."""
SHADOW_DEPTH = 3.0
"""How far from there, along the light, things cast shadows, metres."""


def clip_from_world(camera: CameraParams) -> npt.NDArray[np.float64]:
    """(4, 4): OpenCV's camera to clip space with reversed depth, without a far plane."""
    pinhole = np.array(
        [
            [2 * camera.fx / camera.width, 0, 2 * camera.cx / camera.width - 1, 0],
            [0, 2 * camera.fy / camera.height, 2 * camera.cy / camera.height - 1, 0],
            [0, 0, 0, NEAR],
            [0, 0, 1, 0],
        ]
    )
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = rotation(camera.quat).T
    camera_from_world[:3, 3] = -camera_from_world[:3, :3] @ np.asarray(camera.pos)
    return pinhole @ camera_from_world


def light_from_world(world: World, lamp: Lamp) -> npt.NDArray[np.float64]:
    """(4, 4): x and y in [-1, 1] where shadows fall, z in [0, 1] and greatest at the lamp."""
    centre, radius = _shadowed(world)
    towards = -lamp.direction
    side = np.cross([0.0, 0.0, 1.0] if abs(towards[2]) < 0.99 else [1.0, 0.0, 0.0], towards)
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(side, towards), towards])
    scale = np.array([1 / radius, 1 / radius, 0.5 / max(SHADOW_DEPTH, 1.5 * radius)])
    view = np.eye(4)
    view[:3, :3] = scale[:, None] * axes
    view[:3, 3] = -view[:3, :3] @ centre + [0, 0, 0.5]
    return view


def _shadowed(world: World) -> tuple[npt.NDArray[np.float64], float]:
    """Middle (3,) and radius of what casts shadows: the room, or what is about the support."""
    room = world.scene.room
    if room is not None:
        low, high = np.array(room.low), np.array(room.high)
        return (low + high) / 2, float(np.linalg.norm(high - low) / 2)
    if not world.scene.objects:
        return np.asarray(world.model.stat.center, dtype=np.float64), SHADOW_RADIUS
    support = world.scene.object(world.scene.support)
    top = world.asset_of(support.name).extents[2]
    return np.asarray(support.pos) + np.array([0.0, 0.0, top]), SHADOW_RADIUS
