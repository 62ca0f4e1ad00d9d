"""Pairs of points on a surface that two fingers can close on.

They come from rays through points sampled on the surface: every entry-exit pair along a ray that
is narrow enough counts, so that a mug offers its body, its rim, and its handle alike.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import trimesh

from ...scenes.core.geometry import Array, transform
from ...schemas import Asset, Shape

MIN_WIDTH = 0.003
"""Least thickness between the fingers, metres; the greatest is `RobotSpec.widest_grasp`."""
FRICTION_ANGLE = np.radians(22.0)
LEVELS = (0.3, 0.5, 0.7)
"""Shares of the height at which an object is also held square: along its own axes."""
STRETCHED = 2.0
"""What is so many times as long as broad is also held across itself off its middle."""
ALONG = (0.3, 0.7)
"""Shares of the length at which it then is."""
Pair = tuple[Array, Array, float, float]
"""A graspable pair: its middle (3,), closing axis (3,), width, and the cosine between its faces."""


def collision_mesh(asset: Asset, link: str | None = None) -> Any:
    """The collision pieces of a link as one `trimesh.Trimesh`, in its frame.

    Args:
        asset: the object.
        link: its name; the root by default.
    """
    shapes = (asset.links[0] if link is None else asset.link(link)).collisions
    return trimesh.util.concatenate([piece(asset, shape) for shape in shapes])


def piece(asset: Asset, shape: Shape) -> Any:
    """A collision shape as a `trimesh.Trimesh`, in the frame of its link."""
    if shape.kind == "box":
        mesh = trimesh.creation.box(extents=2 * np.array(shape.size))
    elif shape.kind == "cylinder":
        mesh = trimesh.creation.cylinder(shape.size[0], height=2 * shape.size[1], sections=24)
    elif shape.kind == "capsule":
        mesh = trimesh.creation.capsule(height=2 * shape.size[1], radius=shape.size[0])
    elif shape.kind in ("sphere", "ellipsoid"):
        mesh = trimesh.creation.icosphere(subdivisions=2)
        mesh.apply_scale(shape.size if shape.kind == "ellipsoid" else shape.size[0])
    else:
        data = asset.meshes[str(shape.mesh)]
        mesh = trimesh.Trimesh(data.vertex_array(), data.face_array()).convex_hull
    mesh.apply_transform(transform(shape.pos, shape.quat))
    return mesh


def sample_surface(mesh: Any, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Points and outward normals on the surface, area-weighted, (count, 3) each."""
    areas = mesh.area_faces
    faces = rng.choice(len(areas), size=count, p=areas / areas.sum())
    u, v = rng.random((2, count, 1))
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    corners = mesh.triangles[faces]
    points = corners[:, 0] + u * (corners[:, 1] - corners[:, 0]) + v * (
        corners[:, 2] - corners[:, 0]
    )  # fmt: skip
    return points, mesh.face_normals[faces]


def square_pairs(mesh: Any, widest: float) -> list[Pair]:
    """Pairs on its outside along a mesh's own axes, through its middle, at a few heights."""
    low, high = mesh.bounds
    middle = (low + high) / 2
    return list(_across(mesh, [(middle, axis) for axis in np.eye(3)[:2]], widest))


def pairs_along(mesh: Any, widest: float) -> list[Pair]:
    """Likewise across what lies stretched out, off its middle; none of what does not.

    A round thing that lies is held from above along level axes alone: along others a finger
    would stand in the support. The surface's own normals are seldom level.
    """
    low, high = mesh.bounds
    long = int(np.argmax((high - low)[:2]))
    if (high - low)[long] < STRETCHED * (high - low)[1 - long]:
        return []
    middles = np.tile((low + high) / 2, (len(ALONG), 1))
    middles[:, long] = low[long] + np.array(ALONG) * (high - low)[long]
    return list(_across(mesh, [(middle, np.eye(3)[1 - long]) for middle in middles], widest))


def _across(mesh: Any, lines: list[tuple[Array, Array]], widest: float) -> Iterator[Pair]:
    """The outermost pair on each line (a point (3,), an axis (3,)), at a few heights."""
    low, high = mesh.bounds
    for share in LEVELS:
        for middle, axis in lines:
            start = middle - axis * (high - low)
            start[2] = low[2] + share * (high[2] - low[2])
            where, _, face = mesh.ray.intersects_location([start], [axis], multiple_hits=True)[:3]
            if len(where) < 2:
                continue
            depth = (where - start) @ axis
            first, last = int(depth.argmin()), int(depth.argmax())
            width = float(depth[last] - depth[first])
            facing = (-mesh.face_normals[face[first]] @ axis, mesh.face_normals[face[last]] @ axis)
            parallel = float(min(facing))
            if parallel >= np.cos(FRICTION_ANGLE) and MIN_WIDTH <= width <= widest:
                yield (where[first] + where[last]) / 2, axis, width, parallel


def pairs_through(mesh: Any, points: Array, normals: Array, widest: float) -> list[Pair]:
    """The graspable pairs through points of a surface."""
    start = points + normals * 1e-4
    where, ray, face = mesh.ray.intersects_location(start, -normals, multiple_hits=True)[:3]
    pairs: list[Pair] = []
    depth = np.einsum("ij,ij->i", where - points[ray], -normals[ray])
    cosine = np.einsum("ij,ij->i", mesh.face_normals[face], -normals[ray])
    for k in np.lexsort((depth, ray)):
        # An exit: the far face looks along the ray, within the friction cone.
        if cosine[k] < np.cos(FRICTION_ANGLE) or not MIN_WIDTH <= depth[k] <= widest:
            continue
        i = ray[k]
        middle = points[i] - normals[i] * depth[k] / 2
        pairs.append((middle, normals[i], float(depth[k]), float(cosine[k])))
    return pairs
