"""A piece of furniture in its place, and what must stay free before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset
from ..core.geometry import Array, Footprint
from .plan import Furniture

PASSAGE = 0.60
"""Free width around what stands in the middle: a person can pass, metres."""


@dataclass(frozen=True)
class PlacedFurniture:
    """A piece of furniture in its place.

    Attributes:
        name: in the scene.
        piece: what the plan says of it.
        asset: what it is.
        pose: (4, 4) `world_from_object`.
        footprint: on the floor.
        low: height of its bottom, metres; `high` of its top.
        front: what must stay free before it, or None.
        target: name of what it belongs to: its table, its counter; empty if none.
    """

    name: str
    piece: Furniture
    asset: Asset
    pose: Array
    footprint: Footprint
    low: float
    high: float
    front: Footprint | None
    target: str = ""


def standing(
    name: str, piece: Furniture, asset: Asset, pose: Array, target: str
) -> PlacedFurniture:
    """A piece at a pose (4, 4) `world_from_object`, with what it keeps free before it."""
    yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
    half = np.array(asset.extents[:2]) / 2
    footprint = Footprint(pose[:2, 3].copy(), half, yaw)
    low = float(pose[2, 3])
    front = None
    if piece.where in ("run", "wall", "middle"):
        depth = max(piece.front, opening_reach(asset) + 0.1)
        ahead = footprint.axes()[0] * (half[0] + depth / 2)
        front = Footprint(footprint.centre + ahead, np.array([depth / 2, half[1]]), yaw)
    return PlacedFurniture(
        name, piece, asset, pose, footprint, low, low + asset.extents[2], front, target
    )  # fmt: skip


def opening_reach(asset: Asset) -> float:
    """How far doors and drawers come out of the front, metres."""
    depth = 0.0
    for link in asset.links:
        joint = link.joint
        if joint is not None and joint.kind == "slide" and abs(joint.axis[0]) > 0.5:
            depth = max(depth, joint.limits[1])
        elif joint is not None and joint.kind == "hinge" and abs(joint.axis[2]) > 0.5:
            depth = max(depth, 0.75 * asset.extents[1])
    return min(depth, asset.extents[1])
