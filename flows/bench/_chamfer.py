"""A measure of shape that shares no code and no data with the cousin distance."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import trimesh
from scipy.spatial import KDTree

from ...schemas import Asset, Shape

POINTS = 2000
"""Drawn on each surface."""
Array = npt.NDArray[np.float64]


def chamfer(one: KDTree, two: KDTree) -> float:
    """Mean distance of the points of each cloud to the nearest of the other, metres."""
    there, back = two.query(one.data)[0].mean(), one.query(two.data)[0].mean()
    return float(there + back) / 2


def cloud(asset: Asset) -> KDTree:
    """Points on the visible surface, the bottom centre of their box at the origin."""
    poses: dict[str, Array] = {}
    parts: list[Any] = []
    for link in asset.links:
        above = np.eye(4) if link.parent is None else poses[link.parent]
        poses[link.name] = above @ _pose(link)
        for shape in link.visuals:
            part = _solid(shape, asset)
            part.apply_transform(poses[link.name] @ _pose(shape))
            parts.append(part)
    whole: Any = trimesh.util.concatenate(parts)
    low, high = whole.bounds
    sampled: Any = trimesh.sample.sample_surface(whole, POINTS, seed=0)
    return KDTree(sampled[0] - [*((low + high) / 2)[:2], low[2]])


def _pose(thing: Any) -> Array:
    pose: Array = trimesh.transformations.quaternion_matrix(thing.quat)
    pose[:3, 3] = thing.pos
    return pose


def _solid(shape: Shape, asset: Asset) -> Any:
    """A shape as a mesh."""
    if shape.mesh is not None:
        data = asset.meshes[shape.mesh]
        return trimesh.Trimesh(data.vertex_array(), data.face_array(), process=False)
    if shape.kind == "box":
        return trimesh.creation.box(2 * np.array(shape.size))
    if shape.kind == "cylinder":
        return trimesh.creation.cylinder(shape.size[0], 2 * shape.size[1])
    if shape.kind == "capsule":
        return trimesh.creation.capsule(2 * shape.size[1], shape.size[0])
    ball = trimesh.creation.icosphere()
    ball.apply_scale(shape.size if len(shape.size) == 3 else shape.size * 3)
    return ball
