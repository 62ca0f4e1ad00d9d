"""Convex outlines of everything visible: what boxes in 2D and 3D are computed from.

Only the corners of convex hulls matter to a box, and hulls never change: they are computed
once per mesh and process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Box3, CameraParams
from ..camera.cameras import into_camera, project
from ..camera.distortion import bent_edges

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
_NEAR = 0.01
_ROUND = 32
"""Points around a round primitive, as it is drawn."""


@dataclass(frozen=True)
class Outline:
    """The convex corners of the links of all instances, sorted by instance.

    Attributes:
        points: (N, 3) metres, each in its link's frame.
        bodies: (B,) body ids of the links, in the order of their points.
        places: (N,) place in `bodies` of each point's link.
        starts: (K,) where each instance that has geometry starts.
        ids: (K,) instance ids.
        roots: (K,) body whose frame orients the instance's 3D box.
    """

    points: Array
    bodies: Index
    places: Index
    starts: Index
    ids: Index
    roots: Index

    def world(self, data: Any) -> Array:
        """All points, (N, 3), in the world."""
        rotations = np.asarray(data.xmat)[self.bodies].reshape(-1, 3, 3)
        turned = np.matmul(rotations[self.places], self.points[:, :, None])[:, :, 0]
        moved: Array = turned + np.asarray(data.xpos)[self.bodies][self.places]
        return moved


def body_instances(world: CompiledScene) -> Index:
    """(nbody,) instance id: 1 + place in the scene, then the robot, 0 the rest."""
    owner = world.owner
    return np.where(owner >= 0, owner + 1, np.where(owner == -2, len(world.scene.objects) + 1, 0))


def root_bodies(world: CompiledScene) -> list[int]:
    """The root body of each instance: the scene's objects, then the robot, if there is one."""
    bodies = [world.objects[thing.name].body for thing in world.scene.objects]
    return bodies if world.mounted is None else [*bodies, world.mounted.base]


def outline(world: CompiledScene) -> Outline:
    """The outline of a scene that was compiled with visual detail."""
    ids = body_instances(world)
    shapes: dict[int, list[Array]] = {}
    for geom, body in enumerate(int(b) for b in world.model.geom_bodyid):
        if ids[body] > 0:
            shapes.setdefault(body, []).append(_in_body(world.model, geom))
    order = sorted(shapes, key=lambda body: (int(ids[body]), body))
    parts = [hull(np.concatenate(shapes[body])) for body in order]
    counts = [len(part) for part in parts]
    present, starts = np.unique(np.repeat(ids[order], counts), return_index=True)
    bodies = root_bodies(world)
    return Outline(
        points=np.concatenate(parts),
        bodies=np.array(order, dtype=np.int64),
        places=np.repeat(np.arange(len(order)), counts),
        starts=starts.astype(np.int64),
        ids=present,
        roots=np.array([bodies[i - 1] for i in present], dtype=np.int64),
    )


def _in_body(model: Any, geom: int) -> Array:
    """Points whose convex hull is the geom's, in its body's frame."""
    turn = rotation(model.geom_quat[geom])
    moved: Array = _corners(model, geom) @ turn.T + np.asarray(model.geom_pos[geom])
    return moved


@dataclass(frozen=True)
class Spans:
    """How far instances reach across the image plane, unoccluded and not clipped.

    Attributes:
        ids: (K,) instance ids.
        low: (K, 2) least x and y, pixels; inf where nothing is ahead.
        high: (K, 2) greatest x and y; -inf where nothing is ahead.
        whole: (K,) whether all of it is ahead of the camera.
    """

    ids: Index
    low: Array
    high: Array
    whole: npt.NDArray[np.bool_]


def spans(shape: Outline, points: Array, camera: CameraParams) -> Spans:
    """Project each instance's outline.

    Args:
        shape: the outline.
        points: (N, 3), its points in the world.
        camera: the camera.
    """
    seen = into_camera(camera, points)
    ahead = seen[:, 2] >= _NEAR
    x, y, z = np.ascontiguousarray(seen.T)
    pixels = _pixels(camera, x, y, np.where(ahead, z, 1.0))
    low = np.stack([np.minimum.reduceat(np.where(ahead, x, np.inf), shape.starts) for x in pixels])
    high = np.stack(
        [np.maximum.reduceat(np.where(ahead, x, -np.inf), shape.starts) for x in pixels]
    )
    low, high = np.ascontiguousarray(low.T), np.ascontiguousarray(high.T)
    whole = np.logical_and.reduceat(ahead, shape.starts)
    for owner, cut in _cuts(shape, seen, ahead):
        crossing = _pixels(camera, *cut)
        low[owner] = np.minimum(low[owner], [x.min() for x in crossing])
        high[owner] = np.maximum(high[owner], [x.max() for x in crossing])
    if camera.bends:
        ends = np.append(shape.starts[1:], len(points))
        for k in np.arange(len(shape.ids)):
            part = slice(int(shape.starts[k]), int(ends[k]))
            for place in np.unique(shape.places[part][ahead[part]]):
                mine = ahead[part] & (shape.places[part] == place)
                bent = project(camera, bent_edges(seen[part][mine]))
                low[k] = np.minimum(low[k], bent.min(axis=0))
                high[k] = np.maximum(high[k], bent.max(axis=0))
    return Spans(shape.ids, low, high, whole)


def _pixels(camera: CameraParams, x: Array, y: Array, z: Array) -> tuple[Array, Array]:
    """Where points of coordinates (N,) in the camera's frame, z > 0, are in the image, pixels."""
    if camera.bends:
        flat = project(camera, np.stack([x, y, z], axis=-1))
        return flat[:, 0], flat[:, 1]
    # As `project`, a coordinate at a time: NumPy is slow on rows of two.
    across: Array = x * (camera.fx / z) + camera.cx
    down: Array = y * (camera.fy / z) + camera.cy
    return across, down


def boxes_2d(extent: Spans, camera: CameraParams) -> dict[int, tuple[float, float, float, float]]:
    """The box around each instance's projection, unoccluded, clipped to the image.

    Returns:
        x_min, y_min, x_max, y_max by instance id, without those that are out of the image.
    """
    limit = np.array([camera.width, camera.height], dtype=np.float64)
    corners = [np.clip(extent.low, 0, limit), np.clip(extent.high, 0, limit)]
    boxes = np.concatenate(corners, axis=1)
    visible = (boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])
    return {
        instance: (box[0], box[1], box[2], box[3])
        for instance, box, shown in zip(extent.ids.tolist(), boxes.tolist(), visible, strict=True)
        if shown
    }


def truncated(extent: Spans, camera: CameraParams) -> dict[int, bool]:
    """Whether the image's edge cuts an instance's projection, by instance id.

    What is all out of view is cut too.
    """
    limit = np.array([camera.width, camera.height], dtype=np.float64)
    inside = ((extent.low >= 0) & (extent.high <= limit)).all(axis=1) & extent.whole
    return dict(zip(extent.ids.tolist(), (~inside).tolist(), strict=True))


def _cuts(
    shape: Outline, seen: Array, ahead: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, tuple[Array, Array, Array]]]:
    """Where the convex hulls that straddle the near plane meet it, by place of their instance.

    The segments between all points ahead and all behind span the same section as the hull's
    edges do. Coordinates are (K,) each: NumPy is slow on rows of three.
    """
    first = np.searchsorted(shape.places, np.arange(len(shape.bodies)))
    straddling = np.logical_or.reduceat(ahead, first) & ~np.logical_and.reduceat(ahead, first)
    last = np.append(first[1:], len(seen))
    owners = np.searchsorted(shape.starts, first, side="right") - 1
    for place in np.flatnonzero(straddling):
        mine = slice(int(first[place]), int(last[place]))
        front = seen[mine][ahead[mine]].T[:, :, None]
        back = seen[mine][~ahead[mine]].T[:, None, :]
        share = (front[2] - _NEAR) / (front[2] - back[2])
        x, y, z = ((a + share * (b - a)).ravel() for a, b in zip(front, back, strict=True))
        yield int(owners[place]), (x, y, z)


def boxes_3d(shape: Outline, points: Array, data: Any) -> dict[int, Box3]:
    """The tight box of each instance, oriented as its root body, by instance id.

    Args:
        shape: the outline.
        points: (N, 3), its points in the world.
        data: the `mujoco.MjData` that the points were computed from.
    """
    counts = np.diff(np.append(shape.starts, len(points)))
    rotations = np.asarray(data.xmat)[shape.roots].reshape(-1, 3, 3)
    origins = np.asarray(data.xpos)[shape.roots]
    offset = points - np.repeat(origins, counts, axis=0)
    local = np.matmul(offset[:, None, :], np.repeat(rotations, counts, axis=0))[:, 0]
    low = np.minimum.reduceat(local, shape.starts)
    high = np.maximum.reduceat(local, shape.starts)
    centres = origins + np.matmul(rotations, ((low + high) / 2)[:, :, None])[:, :, 0]
    rows = zip(
        shape.ids.tolist(),
        centres.tolist(),
        upright(np.asarray(data.xquat)[shape.roots]).tolist(),
        (high - low).tolist(),
        strict=True,
    )
    return {
        instance: Box3(centre=tuple(centre), quat=tuple(quat), extents=tuple(extents))
        for instance, centre, quat, extents in rows
    }


def upright(quats: Array) -> Array:
    """Quaternions (K, 4) with w >= 0, and no negative zeros."""
    return np.where(quats[:, :1] < 0, -quats, quats) + 0.0


def _corners(model: Any, geom: int) -> Array:
    """Points whose convex hull is the geom's, in the geom's frame."""
    kind = model.geom_type[geom]
    if kind == mujoco.mjtGeom.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        start, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        return hull(np.asarray(model.mesh_vert[start : start + count]))
    size = tuple(float(v) for v in model.geom_size[geom])
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        corners: Array = _signs() * size
        return corners
    turn = 2 * np.pi * np.arange(_ROUND) / _ROUND
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        return np.concatenate([_at(ring * size[0], z) for z in (-size[1], size[1])])
    tilt = np.pi * (np.arange(_ROUND + 1) / _ROUND - 0.5)
    ball = np.concatenate([_at(ring * np.cos(t), float(np.sin(t))) for t in tilt])
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        end = np.where(ball[:, 2:] < 0, -size[1], size[1]) * [0.0, 0.0, 1.0]
        ends: Array = ball * size[0] + end
        return ends
    half = np.full(3, size[0]) if kind == mujoco.mjtGeom.mjGEOM_SPHERE else np.asarray(size)
    round_points: Array = ball * half
    return round_points


def _at(flat: Array, height: float) -> Array:
    return np.column_stack([flat, np.full(len(flat), height)])


def _signs() -> Array:
    return np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)


def hull(points: Array) -> Array:
    """The corners of the convex hull of points (N, 3); all points where they span no volume."""
    return _hull(np.ascontiguousarray(points, dtype=np.float64).tobytes())


@lru_cache(maxsize=4096)
def _hull(raw: bytes) -> Array:
    from scipy.spatial import ConvexHull, QhullError  # pyright: ignore[reportMissingTypeStubs]

    points = _distinct(np.frombuffer(raw, dtype=np.float64).reshape(-1, 3))
    if len(points) <= 8:
        return points
    try:
        corners: Array = points[ConvexHull(points).vertices]
    except QhullError:
        return points
    return corners


def _distinct(points: Array) -> Array:
    """Points (N, 3) in the order of their coordinates, each once: a fast `np.unique`."""
    ordered = points[np.lexsort(points.T[::-1])]
    fresh = np.ones(len(ordered), dtype=np.bool_)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return ordered[fresh]
