"""Tool poses at antipodal pairs, with the hand's approach to them.

Candidates whose open gripper would stand in the object are dropped (Ten Pas et al., 2017, and the
antipodal condition of Nguyen, 1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import RobotSpec
from .hand import gripper_free
from .pairs import Pair, pairs_through, sample_surface

SAMPLES, DENSE_SAMPLES = 200, 500
"""Surface points from which rays are cast: at first, and where no grasp was found."""
MAX_PAIRS, DENSE_PAIRS = 110, 300
"""Pairs kept, drawn at random, before approach directions multiply them."""
ROTATIONS = 12
"""Approach directions tried about each closing axis."""
CHECK_POINTS = 400
"""Surface points that must stay clear of the open gripper."""


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
    pairs = pairs_through(mesh, contacts, normals, robot.widest_grasp)
    if len(pairs) > limit:
        kept: list[int] = np.sort(rng.permutation(len(pairs))[:limit]).tolist()
        pairs = [pairs[i] for i in kept]
    pairs += more
    if not pairs:
        return Pinches(np.zeros((0, 4, 4)), np.zeros(0), np.zeros(0))
    widths = np.array([pair[2] for pair in pairs])
    parallel = np.array([pair[3] for pair in pairs])
    middles = np.array([pair[0] for pair in pairs])
    poses, source = _approaches(middles, np.array([pair[1] for pair in pairs]), below)
    points, _ = sample_surface(mesh, CHECK_POINTS, rng)
    free = gripper_free(poses, widths[source], points, robot.max_opening)
    source = source[free]
    return Pinches(poses[free], widths[source], parallel[source])


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
