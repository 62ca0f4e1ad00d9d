"""Grasp candidates of an asset: antipodal pairs on its collision geometry.

Pairs come from rays through points sampled on the surface; every entry-exit pair along a ray
that is narrow enough counts, so that a mug offers its body, its rim, and its handle alike.
Candidates whose open gripper would stand in the object are dropped (Ten Pas et al., 2017,
and the antipodal condition of Nguyen, 1988).
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import trimesh

from ...scenes.core.geometry import Array, transform
from ...scenes.core.seeds import generator
from ...schemas import Asset, RobotSpec, Shape

SAMPLES, DENSE_SAMPLES = 200, 500
"""Surface points from which rays are cast: at first, and where no grasp was found."""
MAX_PAIRS, DENSE_PAIRS = 110, 300
"""Pairs kept, drawn at random, before approach directions multiply them."""
ROTATIONS = 12
"""Approach directions tried about each closing axis."""
MIN_WIDTH = 0.003
"""Least thickness between the fingers, metres; the greatest is `RobotSpec.widest_grasp`."""
FRICTION_ANGLE = np.radians(22.0)
OPENING_MARGIN = 0.012
"""The gripper opens this much wider than the object, metres."""
RIM_WIDTH = 0.018
"""A wall thinner than this is held by its rim, metres."""
FLAT = 0.6
"""What is thinner than this share of its breadth is held by its edge."""
LEVELS = (0.3, 0.5, 0.7)
"""Shares of the height at which an object is also held square: along its own axes."""
STRETCHED = 2.0
"""What is so many times as long as broad is also held across itself off its middle."""
ALONG = (0.3, 0.7)
"""Shares of the length at which it then is."""
LONG = 0.15
"""An object is long where one side exceeds the other by this share of it, and the more it does
up to there, the more it matters along which of its axes it is held."""
BESIDE = 10.0
"""Skew, radians, for each metre that a grasp lies beside the middle of the object."""
HANDLE_REACH, BOW_REACH = 0.03, 0.075
"""Around the middle of a handle, metres; along the thin handle of something closed."""
TIP_REACH = 0.0089
"""From the tool point to the ends of the fingertips, metres."""
CHECK_POINTS = 400
"""Surface points that must stay clear of the open gripper."""


Kind = Literal["body", "rim", "handle", "edge", "tip"]
"""Where an object is held: around its body, by the wall at its rim, by its handle, by its edge,
with one finger under it, or, where it is flat, with the ends of the fingers."""


Pair = tuple[Array, Array, float, float]
"""A graspable pair: its middle (3,), closing axis (3,), width, and the cosine between its faces."""


@dataclass(frozen=True)
class Pinches:
    """Antipodal pairs with the hand's approach to them.

    Attributes:
        poses: (N, 4, 4) tool poses in the mesh's frame.
        widths: (N,) thickness between the fingers, metres.
        parallel: (N,) cosine between the two faces.
    """

    poses: Array
    widths: Array
    parallel: Array

    @property
    def middles(self) -> Array:
        """Points (N, 3) between the contacts."""
        found: Array = self.poses[:, :3, 3]
        return found


@dataclass(frozen=True)
class Grasps:
    """Candidates in the asset's root frame.

    Attributes:
        poses: (N, 4, 4) `object_from_tool`: +z advances, +y closes.
        widths: (N,) thickness between the fingers, metres.
        scores: (N,) higher is better: centred, deep, with parallel faces.
        kinds: of each, as recorded in the trace.
        skews: (N,) how far each is, radians, from holding the body square: along an axis of the
            object's own and through its middle. 0 for other kinds.
    """

    poses: Array
    widths: Array
    scores: Array
    kinds: tuple[Kind, ...]
    skews: Array

    def __len__(self) -> int:
        """Number of candidates."""
        return len(self.widths)


_CACHE: OrderedDict[tuple[str, float, bool], Grasps] = OrderedDict()


def grasps_of(asset: Asset, key: str, robot: RobotSpec, dense: bool = False) -> Grasps:
    """The candidates of an asset.

    Args:
        asset: the object.
        key: its content hash, which seeds the sampling.
        robot: whose fingers hold it.
        dense: about three times as many, which take three times as long.
    """
    name = (key, robot.max_opening, dense)
    if name not in _CACHE:
        rng = generator((int(key[:12], 16),), "dense" if dense else "grasps")
        _CACHE[name] = _sample(asset, robot, dense, rng)
        if len(_CACHE) > 256:
            _CACHE.popitem(last=False)
    return _CACHE[name]


def opening_for(width: float, robot: RobotSpec) -> float:
    """How wide the hand opens for what is `width` thick, metres."""
    return float(min(width + 2 * OPENING_MARGIN, robot.max_opening))


def held_opening(width: float, robot: RobotSpec) -> float:
    """Between the fingertips that hold what is `width` thick, metres."""
    return max(0.0, opening_for(width, robot) - 2 * OPENING_MARGIN)


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


def _sample(asset: Asset, robot: RobotSpec, dense: bool, rng: np.random.Generator) -> Grasps:
    mesh = collision_mesh(asset)
    more = square_pairs(mesh, robot.widest_grasp) + pairs_along(mesh, robot.widest_grasp)
    pinches = antipodal(mesh, robot, rng, below=0.3, dense=dense, more=more)
    centre = np.array(asset.links[0].inertial.com)
    offset = pinches.middles - centre
    # Weight beside the closing axis turns the object in the hand.
    axes = pinches.poses[:, :3, 1]
    lever = np.abs(offset[:, 0] * axes[:, 1] - offset[:, 1] * axes[:, 0])
    far = np.linalg.norm(offset, axis=1) / max(asset.extents)
    scores = pinches.parallel - far - 2.0 * pinches.widths - 8.0 * lever
    order = np.argsort(-scores, kind="stable")
    kinds = kinds_of(asset, pinches)
    body = np.array([kind == "body" for kind in kinds], dtype=bool)
    return Grasps(
        pinches.poses[order],
        pinches.widths[order],
        scores[order],
        tuple(kinds[int(i)] for i in order),
        np.where(body, skews_of(mesh.bounds, pinches.poses), 0.0)[order],
    )


def skews_of(bounds: Array, poses: Array) -> Array:
    """How far tool poses (N, 4, 4) are from holding a box of these bounds (2, 3) square, (N,)."""
    wide, deep = (bounds[1] - bounds[0])[:2]
    share = min(1.0, (max(wide, deep) / min(wide, deep) - 1.0) / LONG)
    axes = np.abs(poses[:, :2, 1])
    angles = np.arctan2(axes.min(axis=1), axes.max(axis=1))
    beside = np.linalg.norm(poses[:, :2, 3] - bounds.mean(axis=0)[:2], axis=1)
    found: Array = share * angles + BESIDE * beside
    return found


def antipodal(
    mesh: Any,
    robot: RobotSpec,
    rng: np.random.Generator,
    below: float,
    dense: bool = False,
    more: Sequence[Pair] = (),
) -> Pinches:
    """Antipodal pairs on a mesh with room for the open hand around it.

    Args:
        mesh: a `trimesh.Trimesh`.
        robot: whose fingers hold it.
        rng: drawn from.
        below: approaches whose z is higher are left out: the hand comes from above.
        dense: look at more pairs.
        more: pairs that are looked at as well.
    """
    count, limit = (DENSE_SAMPLES, DENSE_PAIRS) if dense else (SAMPLES, MAX_PAIRS)
    contacts, normals = sample_surface(mesh, count, rng)
    pairs = _pairs(mesh, contacts, normals, robot.widest_grasp)
    if len(pairs) > limit:
        pairs = [pairs[i] for i in np.sort(rng.permutation(len(pairs))[:limit])]
    pairs += more
    if not pairs:
        return Pinches(np.zeros((0, 4, 4)), np.zeros(0), np.zeros(0))
    widths = np.array([pair[2] for pair in pairs])
    parallel = np.array([pair[3] for pair in pairs])
    middles = np.array([pair[0] for pair in pairs])
    poses, source = _approaches(middles, np.array([pair[1] for pair in pairs]), below)
    points, _ = sample_surface(mesh, CHECK_POINTS, rng)
    free = _gripper_free(poses, widths[source], points, robot.max_opening)
    source = source[free]
    return Pinches(poses[free], widths[source], parallel[source])


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


def _pairs(mesh: Any, points: Array, normals: Array, widest: float) -> list[Pair]:
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


def _approaches(middles: Array, axes: Array, below: float) -> tuple[Array, Any]:
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
    keep = approach[:, 2] < below
    return poses[keep], source[keep]


def _gripper_free(poses: Array, widths: Array, points: Array, widest: float) -> Any:
    """Which poses (M,) leave every surface point outside the open gripper."""
    offset = np.einsum("mj,mji->im", poses[:, :3, 3], poses[:, :3, :3])
    x, y, z = (points @ poses[:, :3, axis].T - offset[axis] for axis in range(3))
    x, y = np.abs(x), np.abs(y)
    opening = np.minimum((widths + OPENING_MARGIN) / 2, widest / 2)
    tips = (x < 0.0105) & (y > opening) & (y < opening + 0.013) & (z > -0.045) & (z < TIP_REACH)
    upper = (x < 0.0115) & (y > opening + 0.007) & (y < opening + 0.027)
    upper &= (z > -0.045) & (z < -0.004)
    palm = (x < 0.033) & (y < 0.104) & (z > -0.135) & (z < -0.0395)
    return ~(tips | upper | palm).any(axis=0)


def kinds_of(asset: Asset, pinches: Pinches) -> list[Kind]:
    """The kind of place each pair holds."""
    middles = pinches.middles
    held = np.zeros(len(middles), dtype=bool)
    thin = pinches.widths < RIM_WIDTH
    walls = [c for c in asset.cavities if c.opening == "top" and c.joint is None]
    for handle in asset.handles:
        if handle.joint is None:
            away = np.linalg.norm(middles - np.array(handle.pos), axis=1)
            held |= away < np.where(thin & (not walls), BOW_REACH, HANDLE_REACH)
    rim = np.zeros(len(middles), dtype=bool)
    for wall in walls:
        away = np.abs(middles - np.array(wall.centre))[:, :2]
        half = np.array(wall.half_size[:2])
        beyond = np.linalg.norm(away, axis=1) - half[0] if wall.round else (away - half).max(axis=1)
        # Round cavities taper: their radius is that of the floor.
        outer = np.array(asset.extents[:2]).min() / 2
        limit = outer - half.min() + 0.004 if wall.round else RIM_WIDTH
        held |= thin & (beyond > limit)
        rim |= thin & (beyond <= limit)
    if not walls:
        reach = np.abs(middles[:, :2]) / (np.array(asset.extents[:2]) / 2)
        rim = thin & (np.linalg.norm(reach, axis=1) > 0.7) & any(s.disc for s in asset.surfaces)
    flat = pinches.widths < FLAT * min(asset.extents[:2])
    edge = flat & (np.abs(pinches.poses[:, 2, 1]) > np.cos(0.5))
    return [
        "handle" if held[i] else "edge" if edge[i] else "rim" if rim[i] else "body"
        for i in range(len(middles))
    ]
