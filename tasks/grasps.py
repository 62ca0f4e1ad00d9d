"""Grasp candidates of an asset: antipodal pairs on its collision geometry.

Pairs come from rays through points sampled on the surface; every entry-exit pair along a ray
that is narrow enough counts, so that a mug offers its body, its rim, and its handle alike.
Candidates whose open gripper would stand in the object are dropped (Ten Pas et al., 2017,
and the antipodal condition of Nguyen, 1988).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh

from ..scenes.geometry import Array, transform
from ..scenes.seeds import generator
from ..schemas import Asset, Shape

SAMPLES = 200
"""Surface points from which rays are cast."""
MAX_PAIRS = 110
"""Pairs kept, drawn at random, before approach directions multiply them."""
ROTATIONS = 12
"""Approach directions tried about each closing axis."""
MIN_WIDTH, MAX_WIDTH = 0.003, 0.070
"""Thickness between the fingers, metres."""
FRICTION_ANGLE = np.radians(22.0)
OPENING_MARGIN = 0.012
"""The gripper opens this much wider than the object, metres."""
TIP_REACH = 0.0089
"""From the tool point to the ends of the fingertips, metres."""
CHECK_POINTS = 400
"""Surface points that must stay clear of the open gripper."""


@dataclass(frozen=True)
class Grasps:
    """Candidates in the asset's root frame.

    Attributes:
        poses: (N, 4, 4) `object_from_tool`: +z advances, +y closes.
        widths: (N,) thickness between the fingers, metres.
        scores: (N,) higher is better: centred, deep, with parallel faces.
    """

    poses: Array
    widths: Array
    scores: Array

    def __len__(self) -> int:
        """Number of candidates."""
        return len(self.widths)


_CACHE: OrderedDict[str, Grasps] = OrderedDict()


def grasps_of(asset: Asset, key: str) -> Grasps:
    """The candidates of an asset; `key` is its content hash and seeds the sampling."""
    if key not in _CACHE:
        _CACHE[key] = _sample(asset, generator((int(key[:12], 16),), "grasps"))
        if len(_CACHE) > 256:
            _CACHE.popitem(last=False)
    return _CACHE[key]


_HAND = np.array(
    [[x, y, z] for x in (-0.032, 0.032) for y in (-0.104, 0.104) for z in (-0.135, -0.04)]
)
_TIPS = np.array([[x, y, TIP_REACH] for x in (-0.009, 0.009) for y in (-0.02, 0.02)])


def lowest(poses: Array) -> Array:
    """Height (N,) of the lowest point of the hand at tool poses (N, 4, 4), metres."""
    corners = np.concatenate([_HAND, _TIPS])
    heights = np.einsum("nj,kj->nk", poses[:, 2, :3], corners) + poses[:, 2, 3:4]
    result: Array = heights.min(axis=1)
    return result


def collision_mesh(asset: Asset) -> Any:
    """The collision pieces of the root link as one `trimesh.Trimesh`, in its frame."""
    pieces = [piece(asset, shape) for shape in asset.links[0].collisions]
    return trimesh.util.concatenate(pieces)


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


def _sample(asset: Asset, rng: np.random.Generator) -> Grasps:
    mesh = collision_mesh(asset)
    contacts, normals = _surface(mesh, SAMPLES, rng)
    pairs = _pairs(mesh, contacts, normals)
    if not pairs:
        return Grasps(np.zeros((0, 4, 4)), np.zeros(0), np.zeros(0))
    if len(pairs) > MAX_PAIRS:
        pairs = [pairs[i] for i in np.sort(rng.permutation(len(pairs))[:MAX_PAIRS])]
    middles = np.array([pair[0] for pair in pairs])
    axes = np.array([pair[1] for pair in pairs])
    widths = np.array([pair[2] for pair in pairs])
    parallel = np.array([pair[3] for pair in pairs])
    poses, source = _approaches(middles, axes)
    points, _ = _surface(mesh, CHECK_POINTS, rng)
    free = _gripper_free(poses, widths[source], points)
    poses, source = poses[free], source[free]
    centre = np.array(asset.links[0].inertial.com)
    offset = np.linalg.norm(middles - centre, axis=1)
    # Weight beside the closing axis turns the object in the hand.
    beside = (middles - centre)[:, :2]
    lever = np.abs(beside[:, 0] * axes[:, 1] - beside[:, 1] * axes[:, 0])
    scores = parallel - offset / max(asset.extents) - 2.0 * widths - 8.0 * lever
    scores = scores[source]
    order = np.argsort(-scores, kind="stable")
    return Grasps(poses[order], widths[source][order], scores[order])


def _surface(mesh: Any, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
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


def _pairs(mesh: Any, points: Array, normals: Array) -> list[tuple[Array, Array, float, float]]:
    """(middle, closing axis, width, parallelism) of each graspable pair."""
    start = points + normals * 1e-4
    where, ray, face = mesh.ray.intersects_location(start, -normals, multiple_hits=True)[:3]
    pairs: list[tuple[Array, Array, float, float]] = []
    depth = np.einsum("ij,ij->i", where - points[ray], -normals[ray])
    cosine = np.einsum("ij,ij->i", mesh.face_normals[face], -normals[ray])
    for k in np.lexsort((depth, ray)):
        # An exit: the far face looks along the ray, within the friction cone.
        if cosine[k] < np.cos(FRICTION_ANGLE) or not MIN_WIDTH <= depth[k] <= MAX_WIDTH:
            continue
        i = ray[k]
        middle = points[i] - normals[i] * depth[k] / 2
        pairs.append((middle, normals[i], float(depth[k]), float(cosine[k])))
    return pairs


def _approaches(middles: Array, axes: Array) -> tuple[Array, Any]:
    """Tool poses (M, 4, 4) about each closing axis, and the pair each came from (M,)."""
    up = np.tile(np.array([0.0, 0.0, 1.0]), (len(axes), 1))
    up[np.abs(axes[:, 2]) > 0.95] = [1.0, 0.0, 0.0]
    first = np.cross(axes, up)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axes, first)
    angles = np.arange(ROTATIONS) * (2 * np.pi / ROTATIONS)
    approach = (
        first[:, None] * np.cos(angles)[None, :, None]
        + second[:, None] * np.sin(angles)[None, :, None]
    ).reshape(-1, 3)
    source = np.repeat(np.arange(len(axes)), ROTATIONS)
    closing = axes[source]
    poses = np.tile(np.eye(4), (len(source), 1, 1))
    poses[:, :3, 2] = approach
    poses[:, :3, 1] = closing
    poses[:, :3, 0] = np.cross(closing, approach)
    poses[:, :3, 3] = middles[source]
    keep = approach[:, 2] < 0.3
    return poses[keep], source[keep]


def _gripper_free(poses: Array, widths: Array, points: Array) -> Any:
    """Which poses (M,) leave every surface point outside the open gripper."""
    offset = np.einsum("mj,mji->im", poses[:, :3, 3], poses[:, :3, :3])
    x, y, z = (points @ poses[:, :3, axis].T - offset[axis] for axis in range(3))
    x, y = np.abs(x), np.abs(y)
    opening = np.minimum((widths + OPENING_MARGIN) / 2, 0.04)
    tips = (x < 0.0105) & (y > opening) & (y < opening + 0.013) & (z > -0.045) & (z < TIP_REACH)
    upper = (x < 0.0115) & (y > opening + 0.007) & (y < opening + 0.027)
    upper &= (z > -0.045) & (z < -0.004)
    palm = (x < 0.033) & (y < 0.104) & (z > -0.135) & (z < -0.0395)
    return ~(tips | upper | palm).any(axis=0)
