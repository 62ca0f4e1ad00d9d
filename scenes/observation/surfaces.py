"""Points on the visible surface of an asset, with normals: what a camera could see of it."""

# pyright: reportAttributeAccessIssue=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ...schemas import Asset, Shape
from ..assets.library import AssetLibrary
from ..core.asset_geometry import link_poses
from ..core.geometry import Array, transform

LEAST, MOST = 2500, 7000
"""Points per asset."""
OUTER = 700
"""Of them, those tested for being seen from outside."""
SPACING = 0.010
"""Between the points of large assets, as far as MOST allows, metres."""
Shares = tuple[tuple[str, float], ...]
"""Joints that are open, and how far, as shares of their ranges."""
NEAR = 3
"""Samples looked at around a point."""
TURNS = (2, 3, 4, 6, 8)
"""Rotational symmetries that are looked for."""


@dataclass(frozen=True, eq=False)
class Skin:
    """Points spread evenly over all visible surfaces of an asset, each in its link's frame.

    Attributes:
        asset: the asset.
        points: (N, 3) metres.
        normals: (N, 3) unit vectors.
        links: (N,) index into `asset.links`.
        outer: (K,) indices of points that can be seen from outside while all is closed.
        spacing: typical distance between neighbours, metres.
    """

    asset: Asset
    points: Array
    normals: Array
    links: npt.NDArray[np.intp]
    outer: npt.NDArray[np.intp]
    spacing: float

    def posed(self, joints: Mapping[str, float]) -> Posed:
        """In the asset's frame with its joints at the given positions."""
        where = link_poses(self.asset, joints)
        frames = np.stack([where[link.name] for link in self.asset.links])[self.links]
        points = np.einsum("nij,nj->ni", frames[:, :3, :3], self.points) + frames[:, :3, 3]
        normals = np.einsum("nij,nj->ni", frames[:, :3, :3], self.normals)
        return Posed(points, normals, self.outer, self.spacing)


class Posed:
    """Points and normals in the asset's frame, with a search tree over the points."""

    def __init__(
        self, points: Array, normals: Array, outer: npt.NDArray[np.intp], spacing: float
    ) -> None:
        """Build the tree; fields as in `Skin`."""
        self.points = points
        self.normals = normals
        self.outer = points[outer]
        self.spacing = spacing
        self.tree: Any = cKDTree(points, balanced_tree=False, compact_nodes=False)


@lru_cache(maxsize=1024)
def skin(library: AssetLibrary, asset_id: str) -> Skin:
    """The skin of a library's asset; the same asset always gives the same points."""
    return sampled(library.get(asset_id))


@lru_cache(maxsize=1024)
def posed(library: AssetLibrary, asset_id: str, shares: Shares = ()) -> Posed:
    """Its points with some joints open."""
    found = skin(library, asset_id)
    return found.posed(positions(found.asset, dict(shares)))


def positions(asset: Asset, shares: Mapping[str, float]) -> dict[str, float]:
    """Joint positions, metres or radians, of openings as shares of the ranges."""
    return {
        joint.name: joint.limits[0]
        + shares.get(joint.name, 0.0) * (joint.limits[1] - joint.limits[0])
        for joint in asset.joints
    }


def sampled(asset: Asset) -> Skin:
    """Sample an asset evenly by area, always the same way."""
    parts = [
        (place, _triangles(asset, shape))
        for place, link in enumerate(asset.links)
        for shape in link.visuals
    ]
    corners = np.concatenate([part for _, part in parts])
    owner = np.concatenate([np.full(len(part), place) for place, part in parts])
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    double = np.linalg.norm(cross, axis=1)
    cumulative = np.cumsum(double)
    count = int(np.clip(cumulative[-1] / 2 / SPACING**2, LEAST, MOST))
    # Even steps along the area and a low-discrepancy sequence within each triangle (R2,
    # Roberts 2018): neither random nor clumped.
    order = (np.arange(count) + 0.5) / count
    chosen = np.minimum(np.searchsorted(cumulative, order * cumulative[-1]), len(corners) - 1)
    u, v = (np.arange(count)[:, None] * [0.7548776662466927, 0.5698402909980532] % 1.0).T
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    first, second, third = corners[chosen].transpose(1, 0, 2)
    points = first + u[:, None] * (second - first) + v[:, None] * (third - first)
    normals = cross[chosen] / np.maximum(double[chosen], 1e-12)[:, None]
    spacing = float(np.sqrt(cumulative[-1] / 2 / count))
    found = Skin(asset, points, normals, owner[chosen], np.arange(0), spacing)
    rest = found.posed({})
    return replace(found, outer=_outer(triangles(asset, {}), rest.points, rest.normals))


def _outer(corners: Array, points: Array, normals: Array) -> npt.NDArray[np.intp]:
    """Indices of points from which some ray away from the surface leaves the asset.

    Args:
        corners: (M, 3, 3) its triangles.
        points: (N, 3) on them.
        normals: (N, 3) of the points.
    """
    import trimesh

    some = np.arange(0, len(points), max(1, len(points) // OUTER))
    tilts = np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]]) * 0.8
    rays = (normals[some, None] + tilts).reshape(-1, 3)
    origins = np.repeat(points[some] + 5e-4 * normals[some], len(tilts), axis=0)
    faces = np.arange(3 * len(corners)).reshape(-1, 3)
    mesh = trimesh.Trimesh(corners.reshape(-1, 3), faces, process=False)
    blocked = mesh.ray.intersects_any(origins, rays).reshape(len(some), -1)
    outside = some[~blocked.all(axis=1)]
    return outside if len(outside) else some


def triangles(asset: Asset, joints: Mapping[str, float]) -> Array:
    """All visible triangles (M, 3, 3) in the asset's frame."""
    where = link_poses(asset, joints)
    found: list[Array] = []
    for link in asset.links:
        pose = where[link.name]
        for shape in link.visuals:
            found.append(_triangles(asset, shape) @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)


def _triangles(asset: Asset, shape: Shape) -> Array:
    """Triangles (M, 3, 3) of a visual shape in its link's frame."""
    if shape.mesh is not None:
        data = asset.meshes[shape.mesh]
        vertices, faces = data.vertex_array(), data.face_array()
    else:
        vertices, faces = _primitive(shape)
    pose = transform(shape.pos, shape.quat)
    moved: Array = vertices @ pose[:3, :3].T + pose[:3, 3]
    return moved[faces]


def _primitive(shape: Shape) -> tuple[Array, npt.NDArray[np.int64]]:
    """Vertices (V, 3) and faces (M, 3) of a primitive."""
    import trimesh

    size = np.array(shape.size)
    if shape.kind == "box":
        mesh = trimesh.creation.box(extents=2 * size)
    elif shape.kind == "cylinder":
        mesh = trimesh.creation.cylinder(radius=size[0], height=2 * size[1], sections=32)
    elif shape.kind == "capsule":
        mesh = trimesh.creation.capsule(radius=size[0], height=2 * size[1], count=[16, 16])
        mesh.apply_translation([0.0, 0.0, -mesh.bounds.mean(axis=0)[2]])
    else:
        mesh = trimesh.creation.icosphere(subdivisions=2)
        mesh.apply_scale(size if len(size) == 3 else float(size[0]))
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


@lru_cache(maxsize=4096)
def symmetry(library: AssetLibrary, asset_id: str) -> int:
    """In how many turns an asset looks the same about its vertical: 0 round, 1 not at all."""
    return turns(posed(library, asset_id))


def turns(surface: Posed) -> int:
    """As `symmetry`, of points in the asset's frame.

    A turn is a symmetry if 95 % of the points, turned, lie on the surface again, within a
    fiftieth of the width.
    """
    width = float(np.ptp(surface.points[:, :2], axis=0).max())
    limit = 0.02 * width + 0.0005
    if all(_returns(surface, angle, limit) for angle in (0.7, 1.9, 4.1)):
        return 0
    found = [n for n in TURNS if _returns(surface, 2 * np.pi / n, limit)]
    return max(found, default=1)


def _returns(surface: Posed, angle: float, limit: float) -> bool:
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    gaps = plane_distances(surface, surface.points[:: max(1, len(surface.points) // 700)] @ turn.T)
    return float(np.percentile(gaps, 95)) < limit


def plane_distances(surface: Posed, points: Array) -> Array:
    """Distance of points (N, 3) to the surface, metres.

    To the tangent plane of a near sample, plus what the point lies beside it further than the
    samples are apart: exact on flat faces however sparse the samples are. The least over a few
    near samples, so that the far side of a thin wall does not count.
    """
    _, near = surface.tree.query(points, k=NEAR)
    offset = points[:, None] - surface.points[near]
    along = np.einsum("nki,nki->nk", offset, surface.normals[near])
    beside = np.sqrt(np.maximum(np.einsum("nki,nki->nk", offset, offset) - along**2, 0.0))
    beside = np.maximum(beside - 1.5 * surface.spacing, 0.0)
    distances: Array = np.hypot(along, beside).min(axis=1)
    return distances
