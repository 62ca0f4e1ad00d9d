"""The geometry of one asset in its own frame, without a simulator. Lengths in metres."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

import numpy as np
from scipy.spatial import ConvexHull  # pyright: ignore[reportMissingTypeStubs]

from ...schemas import Asset, Link, Shape
from .geometry import Array, axis_rotation, transform

ROUND = 48
"""Points around a circle that stands for a round primitive; its radius is right to 0.2 %."""


def link_poses(asset: Asset, joints: Mapping[str, float] | None = None) -> dict[str, Array]:
    """The pose (4, 4) of each link in the asset frame.

    Args:
        asset: the asset.
        joints: positions by joint name, metres or radians; zero where not named.
    """
    where: dict[str, Array] = {}
    for link in asset.links:
        pose = transform(link.pos, link.quat)
        if link.joint is not None:
            pose = pose @ _moved(link, (joints or {}).get(link.joint.name, 0.0))
        where[link.name] = where[link.parent] @ pose if link.parent else pose
    return where


def shape_points(asset: Asset, shape: Shape) -> Array:
    """Points (N, 3) of a shape in its link's frame whose convex hull is that of the shape."""
    if shape.mesh is not None:
        points = asset.meshes[shape.mesh].vertex_array()
    else:
        points = _primitive(shape)
    pose = transform(shape.pos, shape.quat)
    moved: Array = points @ pose[:3, :3].T + pose[:3, 3]
    return moved


def shape_triangles(asset: Asset, shape: Shape) -> Array:
    """Triangles (M, 3, 3) of a shape in its link's frame; those of a primitive are fine."""
    points = shape_points(asset, shape)
    if shape.mesh is not None:
        return points[asset.meshes[shape.mesh].face_array()]
    faces: Array = points[ConvexHull(points).simplices]
    return faces


def link_points(asset: Asset, shapes: Iterable[Shape]) -> Array:
    """Points (N, 3) of several shapes of one link, in its frame; N is 0 where there are none."""
    found = [shape_points(asset, shape) for shape in shapes]
    return np.concatenate(found) if found else np.zeros((0, 3))


def seen_points(asset: Asset) -> Array:
    """Points (N, 3) of all that is seen, in the asset frame with all joints at zero."""
    where = link_poses(asset)
    found: list[Array] = []
    for link in asset.links:
        pose = where[link.name]
        found.append(link_points(asset, link.visuals) @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)


def touched_points(asset: Asset) -> Array:
    """Points (N, 3) of all that is touched, in the asset frame with all joints at zero."""
    where = link_poses(asset)
    found: list[Array] = []
    for link in asset.links:
        pose = where[link.name]
        found.append(link_points(asset, link.collisions) @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)


def _moved(link: Link, value: float) -> Array:
    """The motion (4, 4) of a link by its joint, in its frame."""
    joint = link.joint
    if joint is None or value == 0.0:
        return np.eye(4)
    if joint.kind == "slide":
        return transform(np.multiply(joint.axis, value), (1.0, 0.0, 0.0, 0.0))
    turned = axis_rotation(joint.axis, value)
    anchor = np.array(joint.anchor)
    return transform(anchor - turned @ anchor, turned)


def _primitive(shape: Shape) -> Array:
    """Points on a primitive about its centre."""
    size: Array = np.array(shape.size)
    points: Array
    if shape.kind == "box":
        points = _corners() * size
    elif shape.kind == "cylinder":
        points = _rings(np.array([-1.0, 1.0]), np.ones(2)) * [size[0], size[0], size[1]]
    elif shape.kind == "capsule":
        points = _ball() * size[0] + np.sign(_ball()[:, 2:]) * [0.0, 0.0, size[1]]
    else:
        points = _ball() * size  # a sphere's one radius, or an ellipsoid's three
    return points


@lru_cache(maxsize=1)
def _corners() -> Array:
    return np.array(list(product((-1.0, 1.0), repeat=3)))


@lru_cache(maxsize=1)
def _ball() -> Array:
    """Points on the unit sphere."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, ROUND // 2 + 1)
    return _rings(np.sin(angle), np.cos(angle))


def _rings(heights: Array, radii: Array) -> Array:
    """Circles about z."""
    around = np.arange(ROUND) * 2 * np.pi / ROUND
    rings = [
        np.stack([r * np.cos(around), r * np.sin(around), np.full(ROUND, z)], axis=1)
        for z, r in zip(heights, radii, strict=True)
    ]
    return np.concatenate(rings)
