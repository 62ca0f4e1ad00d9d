"""Regions: the surfaces and open cavities of objects, in the world, and what stands in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array, transform
from ...scenes.model.mujoco_model import CompiledScene
from ..physics.predicates import PhysicsFacts
from .joint_shares import joint_share

LOW_CEILING = 0.45
"""Surfaces with less free height are entered from the front, metres."""


@dataclass(frozen=True)
class Region:
    """An area something can be put down in, in the world.

    Attributes:
        pose: (4, 4) of the centre of its floor, +z up.
        half: (2,) half extents, metres.
        round: a disc of radius half[0].
        depth: of its walls above the floor; 0 for a surface.
        height: free height above the floor.
        front: entered along the pose's -x instead of from above.
        drawer: entered from above, and slid out to the pose's +x.
        name: of the surface or cavity.
    """

    pose: Array
    half: Array
    round: bool
    depth: float
    height: float
    front: bool
    drawer: bool
    name: str


def surfaces(compiled: CompiledScene, data: Any, name: str) -> list[Region]:
    """The surfaces of an object."""
    index, asset = compiled.objects[name], compiled.asset_of(name)
    found: list[Region] = []
    for surface in asset.open_surfaces:
        pose = _link_pose(data, index.bodies[surface.link]) @ transform(surface.pos, np.eye(3))
        low = surface.clearance < LOW_CEILING
        half = np.array(surface.half_size)
        found.append(
            Region(pose, half, surface.disc, 0.0, surface.clearance, low, False, surface.name)
        )
    return found


def cavities(compiled: CompiledScene, data: Any, name: str) -> list[Region]:
    """The cavities of an object that are open now."""
    index, asset = compiled.objects[name], compiled.asset_of(name)
    found: list[Region] = []
    for cavity in asset.cavities:
        if cavity.joint is not None and joint_share(compiled, data, name, cavity.joint) < 0.25:
            continue
        floor = np.array(cavity.centre) - [0, 0, cavity.half_size[2]]
        pose = _link_pose(data, index.bodies[cavity.link]) @ transform(floor, np.eye(3))
        height = 2 * cavity.half_size[2]
        half = np.array(cavity.half_size[:2])
        front = cavity.opening == "front"
        drawer = not front and any(
            j.name == cavity.joint and j.kind == "slide" for j in asset.joints
        )
        found.append(Region(pose, half, cavity.round, height, height, front, drawer, cavity.name))
    return found


def carrier(compiled: CompiledScene, facts: PhysicsFacts, name: str) -> Region | None:
    """The region that an object stands in, where it must be entered in a special way."""
    data = facts.data
    for other in compiled.objects:
        if other == name:
            continue
        if facts.holds("inside", (name, other)):
            regions = cavities(compiled, data, other)
        elif facts.holds("ontop", (name, other)):
            regions = surfaces(compiled, data, other)
        else:
            continue
        low, high = facts.box(name)
        centre = (low + high) / 2
        near = [r for r in regions if abs(low[2] - r.pose[2, 3]) < 0.03]
        near.sort(key=lambda r: float(np.linalg.norm(r.pose[:2, 3] - centre[:2])))
        if near:
            return near[0]
    return None


def stands(region: Region, middle: Array, half: Array) -> bool:
    """Whether bounds along the world's axes, (2,) each, do not reach over the region's edge."""
    if region.depth:
        return True
    corners = middle + np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * half
    local = (corners - region.pose[:2, 3]) @ region.pose[:2, :2]
    if region.round:
        return bool(np.linalg.norm(middle - region.pose[:2, 3]) < region.half[0])
    return bool((np.abs(local) < region.half).all())


def _link_pose(data: Any, body: int) -> Array:
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))
