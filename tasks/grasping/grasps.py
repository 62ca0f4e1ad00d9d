"""Grasp candidates of an asset, the best first: antipodal pairs on its collision geometry."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.core.seeds import generator
from ...schemas import Asset, RobotSpec
from .antipodal import antipodal
from .kinds import Kind, kinds_of
from .pairs import collision_mesh, pairs_along, square_pairs

LONG = 0.15
"""An object is long where one side exceeds the other by this share of it, and the more it does
up to there, the more it matters along which of its axes it is held."""
BESIDE = 10.0
"""Skew, radians, for each metre that a grasp lies beside the middle of the object."""


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
