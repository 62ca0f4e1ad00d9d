"""What shadow maps cover: one about the support, finely, and one of the whole room around it.

Light comes from one direction, so whatever shades a point has that point's place in the map: each
map is right wherever it covers, and a point that the near one covers needs no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....scenes.core.default_room import room_of
from ....scenes.core.geometry import rotation
from ....schemas import SceneObject
from ..camera.view import World

Array = npt.NDArray[np.float64]
Box = tuple[Array, Array]
"""Least and greatest corner, (3,) each, metres."""

REACH = ((-0.45, -0.75, 0.0), (0.95, 0.75, 1.15))
"""Of a robot about its base, metres: what it and what it holds fill."""
ABOVE = 0.15
"""Over the highest thing on the support, where there is no robot to lift it, metres."""
BESIDE = 0.05
"""Around the support, metres."""
UNKNOWN = 1.0
"""Half the width of what is covered where there is no support, metres."""
HIGHEST = 2.6
"""Of what throws shadows between endless walls, metres."""
DEEPER = 0.5
"""Before and behind the room along the light, metres."""


@dataclass(frozen=True)
class ShadowViews:
    """The two shadow maps of one lamp, which share their axes and their depth.

    Attributes:
        near: (4, 4) from the world to x and y in [-1, 1], z in [0, 1] and greatest at the lamp.
        far: (4, 4) likewise.
        scale: (2,) of a place in the far map against the near one, both in [0, 1].
        shift: (2,) of a place in the far map.
        spans: (2, 2) width and height of each map, the near one first, metres.
        deep: metres that z spans.
    """

    near: Array
    far: Array
    scale: Array
    shift: Array
    spans: Array
    deep: float


def shadow_views(world: World, direction: Array) -> ShadowViews:
    """The shadow maps of a lamp in a scene as it is when nothing has been done.

    Args:
        world: the scene.
        direction: (3,) unit vector along which the lamp shines.
    """
    towards = -direction
    side = np.cross([0.0, 0.0, 1.0] if abs(towards[2]) < 0.99 else [1.0, 0.0, 0.0], towards)
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(side, towards), towards])
    near, far = _workspace(world), _whole(world)
    low, high = _extent(axes, near)
    wide_low, wide_high = _extent(axes, (np.minimum(near[0], far[0]), np.maximum(near[1], far[1])))
    depth = (wide_low[2] - DEEPER, wide_high[2] + DEEPER)
    views = [_view(axes, low, high, depth), _view(axes, wide_low, wide_high, depth)]
    spans, wide = (high - low)[:2], (wide_high - wide_low)[:2]
    return ShadowViews(
        near=views[0],
        far=views[1],
        scale=spans / wide,
        shift=(low - wide_low)[:2] / wide,
        spans=np.stack([spans, wide]),
        deep=float(depth[1] - depth[0]),
    )


def _view(axes: Array, low: Array, high: Array, depth: tuple[float, float]) -> Array:
    scale = np.array([*(2 / (high - low)[:2]), 1 / (depth[1] - depth[0])])
    middle = np.array([*((low + high)[:2] / 2), depth[0]])
    view = np.eye(4)
    view[:3, :3] = scale[:, None] * axes
    view[:3, 3] = -scale * middle
    return view


def _extent(axes: Array, box: Box) -> Box:
    """The box (3,), (3,) along some axes (3, 3) around a box along the world's."""
    middle, half = (box[0] + box[1]) / 2, (box[1] - box[0]) / 2
    centre, reach = axes @ middle, np.abs(axes) @ half
    return centre - reach, centre + reach


def _whole(world: World) -> Box:
    """The room; under the open sky, what is about the support."""
    scene = world.scene
    if scene.room is None and not scene.walls:
        return _workspace(world)
    room = room_of(scene)
    low, high = np.array(room.low), np.array(room.high)
    if scene.room is None:
        high[2] = min(high[2], HIGHEST)
    return low, high


def support_box(world: World) -> Box | None:
    """The box of the support, up to its top; None in a scene without things."""
    scene = world.scene
    return _box(world, scene.object(scene.support)) if scene.objects else None


def _workspace(world: World) -> Box:
    """The support, what stands on it, and the robot with all that it may lift."""
    scene = world.scene
    if not scene.objects:
        if scene.room is not None:
            return np.array(scene.room.low), np.array(scene.room.high)
        centre = np.asarray(world.model.stat.center, dtype=np.float64)
        return centre - UNKNOWN, centre + UNKNOWN
    support = scene.object(scene.support)
    low, high = _box(world, support)
    low, high = low - BESIDE, high + np.array([BESIDE, BESIDE, 0.0])
    top = high[2]
    for box in _standing(world, (low, high)):
        low, high = np.minimum(low, box[0]), np.maximum(high, box[1])
    high[2] = max(high[2], top) + ABOVE
    if not scene.robot.absent:
        base = np.asarray(scene.robot.pos)
        low, high = np.minimum(low, base + REACH[0]), np.maximum(high, base + REACH[1])
    low[2] = 0.0
    return low, high


def _standing(world: World, on: Box) -> Iterator[Box]:
    """The boxes of the things that stand on the support; in a bare scene, of all things."""
    for thing in world.scene.objects:
        place = np.array(thing.pos)
        inside = ((on[0] < place) & (place < on[1]))[:2].all()
        if inside or world.scene.room is None:
            yield _box(world, thing)


def _box(world: World, thing: SceneObject) -> Box:
    """A box around a thing, its joints at zero."""
    extents = np.array(world.asset_of(thing.name).extents)
    turn = rotation(thing.quat)
    centre = np.array(thing.pos) + turn @ [0.0, 0.0, extents[2] / 2]
    half = np.abs(turn) @ extents / 2
    return centre - half, centre + half
