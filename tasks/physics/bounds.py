"""World-aligned bounds of objects, from where their geoms are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene


def bounds_of(compiled: CompiledScene, pos: Array, mat: Array) -> tuple[Array, Array]:
    """World-aligned bounds of all objects: least and greatest corners, (N, 3) each.

    Args:
        compiled: the scene.
        pos: (ngeom, 3) of the geoms.
        mat: (ngeom, 9) their rotations.
    """
    geoms, boxes = compiled.object_geoms, compiled.object_boxes
    owner = compiled.geom_owner[geoms]
    frames = mat[geoms].reshape(-1, 3, 3)
    middle = pos[geoms] + np.einsum("gij,gj->gi", frames, boxes[:, :3])
    reach = np.einsum("gij,gj->gi", np.abs(frames), boxes[:, 3:])
    count = len(compiled.scene.objects)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, owner, middle - reach)
    np.maximum.at(high, owner, middle + reach)
    return low, high


def turned_bounds(
    compiled: CompiledScene, data: Any, name: str, turn: Array
) -> tuple[Array, Array]:
    """The bounds that an object would have, about its origin, with `turn` (3, 3) added.

    Returns:
        Least and greatest corner, each (3,), metres, along the world's axes.
    """
    model, body = compiled.model, compiled.objects[name].body
    rank = [thing.name for thing in compiled.scene.objects].index(name)
    geoms = np.flatnonzero(compiled.owner[model.geom_bodyid] == rank)
    frames = data.geom_xmat[geoms].reshape(-1, 3, 3)
    middle = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", frames, model.geom_aabb[geoms, :3])
    middle = (middle - data.xpos[body]) @ turn.T
    reach = np.einsum("gij,gj->gi", np.abs(turn @ frames), model.geom_aabb[geoms, 3:])
    return (middle - reach).min(axis=0), (middle + reach).max(axis=0)
