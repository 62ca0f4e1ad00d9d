"""The geometry of fitting: outlines of assets, their feet, and the surfaces that carry things."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial import ConvexHull  # pyright: ignore[reportMissingTypeStubs]

from ...schemas import Asset, Cavity, Shape, Surface
from ..core import taxonomy
from ..core.geometry import Array, rotation, transform

ROUND_SLACK = 0.9
"""Round walls slope outwards: what is inside may be this much wider than the cavity's core."""
BASE_HEIGHT = 0.01
LARGEST = (0.50, 0.60, 0.60)
"""Depth, width and height of what goes on a table at most, metres."""
ON_FLOORS = ("seat.n.03", "table.n.02", "countertop.n.01", "bedroom_furniture.n.01")
"""Kinds that stand on the floor however small they are."""
FOOT_SLACK = 0.004
"""How far a foot may reach over the edge of what carries it, metres."""


def surfaces_by_height(asset: Asset) -> tuple[Surface, ...]:
    """Its open surfaces, the lowest first; those of one height by their place."""
    return tuple(sorted(asset.open_surfaces, key=lambda s: _height(asset, s.link, s.pos)))


def cavities_by_height(asset: Asset) -> tuple[Cavity, ...]:
    """Its hollows, the lowest first; those of one height by their place."""
    return tuple(sorted(asset.cavities, key=lambda c: _height(asset, c.link, c.centre)))


def _height(asset: Asset, link: str, pos: tuple[float, float, float]) -> tuple[float, ...]:
    """Height above the asset's origin at rest, then x and y, rounded to millimetres."""
    x, y, z = link_transform(asset, link, {}) @ np.array([*pos, 1.0]) @ np.eye(4, 3)
    return round(float(z), 3), round(float(x), 3), round(float(y), 3)


def fits_table(asset: Asset) -> bool:
    """Whether it goes on a table before a robot, rather than stand on the floor."""
    near, far = sorted(asset.extents[:2])
    depth, width, height = LARGEST
    fits = near <= depth and far <= width and asset.extents[2] <= height
    return fits and not any(taxonomy.is_a(asset.category, kind) for kind in ON_FLOORS)


def footprint_radius(asset: Asset) -> float:
    """Radius about the middle of the bounding box within which all of the asset lies, metres."""
    return float(np.linalg.norm(outline(asset)[:, :2], axis=1).max())


def base_radius(asset: Asset) -> float:
    """Radius of what an asset stands on: of its lowest centimetre, metres."""
    points = outline(asset)
    low = points[points[:, 2] < points[:, 2].min() + BASE_HEIGHT]
    return float(np.linalg.norm(low[:, :2], axis=1).max())


def outlines_overlap(
    first: Asset, first_pose: Array, second: Asset, second_pose: Array, gap: float
) -> bool:
    """Whether the convex outlines of two posed assets, seen from above, come closer than `gap`.

    Args:
        first: an asset.
        first_pose: (4, 4) its `world_from_asset`.
        second: another.
        second_pose: likewise.
        gap: metres.
    """
    hulls = [_hull(first, first_pose), _hull(second, second_pose)]
    for hull in hulls:
        normals = _normals(hull)
        mine, other = hulls[0] @ normals.T, hulls[1] @ normals.T
        between = np.maximum(
            mine.min(axis=0) - other.max(axis=0), other.min(axis=0) - mine.max(axis=0)
        )
        if (between >= gap).any():
            return False
    return True


def slid_apart(
    first: Asset,
    first_pose: Array,
    second: Asset,
    second_pose: Array,
    away: Array,
    gap: float,
) -> float:
    """How far a posed asset slides until its outline, seen from above, is clear of another's.

    Args:
        first: what slides.
        first_pose: (4, 4) its `world_from_asset` before.
        second: what it leaves.
        second_pose: likewise.
        away: (2,) unit vector along which it slides.
        gap: free space as `outlines_overlap` measures it, metres.

    Returns:
        The least distance along `away`, metres; less than 0 where it was farther off.
    """
    hulls = [_hull(first, first_pose), _hull(second, second_pose)]
    normals = np.concatenate([_normals(hull) for hull in hulls])
    normals = np.concatenate([normals, -normals])
    along = normals @ away
    normals, along = normals[along > 1e-6], along[along > 1e-6]
    mine, other = (hulls[0] @ normals.T).min(axis=0), (hulls[1] @ normals.T).max(axis=0)
    return float(((other + gap - mine) / along).min())


def _normals(hull: Array) -> Array:
    """Unit normals (N, 2) of the edges of a convex outline (N, 2)."""
    edges = np.roll(hull, -1, axis=0) - hull
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return normals


def _hull(asset: Asset, pose: Array) -> Array:
    """Corners of the convex outline of a posed asset seen from above, in order, (N, 2)."""
    points = (outline(asset) @ pose[:3, :3].T + pose[:3, 3])[:, :2]
    corners: Array = points[ConvexHull(points).vertices]
    return corners


def fits_on(asset: Asset, half: Array, disc: bool) -> bool:
    """Whether the foot of an asset finds room on a surface of half extents (2,), metres."""
    radius = base_radius(asset)
    if disc:
        return radius <= float(half[0]) + FOOT_SLACK
    if radius <= min(half) + FOOT_SLACK:
        return True
    foot = np.sort(np.array(asset.extents[:2]) / 2)
    return bool((foot <= np.sort(half) + FOOT_SLACK).all())


def outline(asset: Asset) -> Array:
    """Points (N, 3) whose hull is that of the collision geometry, in the asset's frame."""
    key = asset.content_hash()
    if key not in _OUTLINES:
        _OUTLINES[key] = _points(asset)
    return _OUTLINES[key]


_OUTLINES: dict[str, Array] = {}


def _points(asset: Asset) -> Array:
    parts = [
        _shape_points(asset, shape, link_transform(asset, link.name, {}))
        for link in asset.links
        for shape in link.collisions
    ]
    return np.concatenate(parts)


def _shape_points(asset: Asset, shape: Shape, asset_from_link: Array) -> Array:
    """Points on a shape, in the asset's frame, (N, 3)."""
    pose = asset_from_link @ transform(shape.pos, shape.quat)
    if shape.mesh is not None:
        points = asset.meshes[shape.mesh].vertex_array()
    elif shape.kind == "box":
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
        points = signs * np.array(shape.size)
    elif shape.kind in ("sphere", "ellipsoid"):
        half = np.full(3, shape.size[0]) if shape.kind == "sphere" else np.array(shape.size)
        angle, height = np.meshgrid(np.arange(24) * (np.pi / 12), np.linspace(-1, 1, 13))
        across = np.sqrt(1 - height**2)
        unit = np.stack([across * np.cos(angle), across * np.sin(angle), height], axis=-1)
        points = unit.reshape(-1, 3) * half
    else:
        radius, height = shape.size
        height += radius if shape.kind == "capsule" else 0.0
        angles = np.arange(24) * (np.pi / 12)
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius
        points = np.concatenate(
            [np.column_stack([ring, np.full(24, z)]) for z in (-height, height)]
        )
    world: Array = points @ pose[:3, :3].T + pose[:3, 3]
    return world


def link_transform(asset: Asset, name: str, joints: Mapping[str, float]) -> Array:
    """`asset_from_link` (4, 4) with the joints at the given positions."""
    link = asset.link(name)
    local = transform(link.pos, link.quat)
    if link.joint is not None:
        value = joints.get(link.joint.name, 0.0)
        axis = np.array(link.joint.axis) / np.linalg.norm(link.joint.axis)
        if link.joint.kind == "slide":
            motion = transform(axis * value, np.eye(3))
        else:
            half = value / 2
            turn = rotation([np.cos(half), *(axis * np.sin(half))])
            anchor = np.array(link.joint.anchor)
            motion = transform(anchor - turn @ anchor, turn)
        local = local @ motion
    if link.parent is None:
        return local
    return link_transform(asset, link.parent, joints) @ local
