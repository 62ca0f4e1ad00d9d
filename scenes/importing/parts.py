"""The triangles of an asset as its detectors see them: all links at rest, in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, AssetError, Link, Shape
from ..core.asset_geometry import link_poses, shape_points
from ..core.geometry import Array
from .solids import Index, hull


@dataclass(frozen=True)
class AssetMeshes:
    """All that is seen or touched of an asset with its joints at zero, in the asset's frame.

    Attributes:
        asset: whose they are.
        triangles: (M, 3, 3) metres, counter-clockwise seen from outside.
        owner: (M,) index of the link of each triangle.
        touched: (M,) whether it belongs to a collision piece.
        poses: `asset_from_link` (4, 4) of each link.
    """

    asset: Asset
    triangles: Array
    owner: Index
    touched: np.ndarray[tuple[int], np.dtype[np.bool_]]
    poses: tuple[Array, ...]

    def within(self, link: int) -> Array:
        """The triangles in the frame of a link."""
        pose = self.poses[link]
        moved: Array = (self.triangles - pose[:3, 3]) @ pose[:3, :3]
        return moved

    def upright(self, link: int) -> bool:
        """Whether a link's z points up at rest and stays so however its joints move."""
        if float(self.poses[link][2, 2]) < 0.9999:
            return False
        current: Link | None = self.asset.links[link]
        while current is not None:
            if current.joint is not None and current.joint.kind == "hinge":
                pose = self.poses[self._index(current.name)]
                if abs(float((pose[:3, :3] @ np.array(current.joint.axis))[2])) < 0.99:
                    return False
            current = self.asset.link(current.parent) if current.parent else None
        return True

    def mover(self, link: int) -> int | None:
        """The nearest link at or above this one that has a joint."""
        current = self.asset.links[link]
        while current.joint is None:
            if current.parent is None:
                return None
            current = self.asset.link(current.parent)
        return self._index(current.name)

    def _index(self, name: str) -> int:
        return next(i for i, link in enumerate(self.asset.links) if link.name == name)


def parts_of(asset: Asset) -> AssetMeshes:
    """The triangles of an asset's visuals and collision pieces."""
    poses = link_poses(asset)
    triangles: list[Array] = []
    owner: list[Index] = []
    touched: list[np.ndarray[tuple[int], np.dtype[np.bool_]]] = []
    for number, link in enumerate(asset.links):
        pose = poses[link.name]
        shapes = [(shape, False) for shape in link.visuals]
        shapes += [(shape, True) for shape in link.collisions]
        for shape, solid in shapes:
            found = _triangles(asset, shape, solid) @ pose[:3, :3].T + pose[:3, 3]
            triangles.append(found)
            owner.append(np.full(len(found), number))
            touched.append(np.full(len(found), solid))
    if not triangles:
        raise AssetError("it has no geometry")
    return AssetMeshes(
        asset, np.concatenate(triangles), np.concatenate(owner), np.concatenate(touched),
        tuple(poses[link.name] for link in asset.links),
    )  # fmt: skip


def _triangles(asset: Asset, shape: Shape, solid: bool) -> Array:
    """Triangles (M, 3, 3) of a shape in its link's frame, facing outward."""
    points = shape_points(asset, shape)
    if shape.mesh is not None and not solid:
        result: Array = points[asset.meshes[shape.mesh].face_array()]
        return result
    try:
        corners, faces = hull(points)
    except AssetError:
        return np.zeros((0, 3, 3))
    whole: Array = corners[faces]
    return whole
