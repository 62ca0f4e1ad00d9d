"""How much of an object a camera sees, by rays cast at physics geometry: no graphics needed.

A scene is refused where a fixed camera sees nothing of what the scene is about, so that another
answer here gives other scenes.
"""

from __future__ import annotations

import mujoco
import numpy as np

from ...schemas import Camera
from ..core.default_room import room_of
from ..core.geometry import Array, rotation
from .mujoco_model import CompiledScene

SAMPLES = 5
"""Points per axis of an object's bounding box that are looked at."""


def visible_share(compiled: CompiledScene, camera: Camera, name: str) -> float:
    """Share of sample points in an object's bounding box whose line of sight ends on it.

    Args:
        compiled: a scene compiled for physics.
        camera: one that is fixed in the world.
        name: of the object.

    Returns:
        0 where the object is out of view or wholly hidden, or the camera is outside the room.
    """
    data = compiled.new_data()
    eye = np.array(camera.pos)
    room = room_of(compiled.scene)
    if not ((eye > room.low).all() and (eye < room.high).all()):
        return 0.0
    points = _in_view(camera, _points(compiled, name))
    mine = set(compiled.objects[name].bodies.values())
    geom = np.zeros(1, dtype=np.int32)
    hits = 0
    for point in points:
        ray = point - eye
        mujoco.mj_ray(
            compiled.model, data, eye, ray / np.linalg.norm(ray), None, True, -1, geom, None
        )
        hits += geom[0] >= 0 and int(compiled.model.geom_bodyid[geom[0]]) in mine
    return hits / SAMPLES**3


def _points(compiled: CompiledScene, name: str) -> Array:
    """Sample points inside the bounding box of an object, (SAMPLES^3, 3), world frame."""
    thing = compiled.scene.object(name)
    extents = np.array(compiled.asset_of(name).extents)
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    local = (grid - [0.5, 0.5, 0.0]) * extents
    world: Array = local @ rotation(thing.quat).T + np.array(thing.pos)
    return world


def _in_view(camera: Camera, points: Array) -> Array:
    """Those of (N, 3) points that project into a square image."""
    local = (points - np.array(camera.pos)) @ rotation(camera.quat)
    depth = -local[:, 2]
    limit = np.tan(np.radians(camera.fov) / 2) * np.maximum(depth, 1e-9)
    inside = (depth > 0.02) & (np.abs(local[:, 0]) < limit) & (np.abs(local[:, 1]) < limit)
    result: Array = points[inside]
    return result
