"""Twin retrieval by analysis and synthesis: which asset, where, explains the view best.

A coarse search over yaw and position for every candidate of a fitting size, then iterative
closest points (point to plane, Chen and Medioni, IVC 1992) for the best, then a local search
of the whole objective. All of it is bounded and has no randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..assets.library import AssetLibrary
from ..core.geometry import Array
from .boxes import smallest_box
from .evidence import Evidence, energies, turned, unturned
from .surfaces import Posed, Shares, posed, symmetry

YAWS = 24
"""Headings of the coarse search."""
COARSE_POINTS = 48
OUTLINE_POINTS = 500
"""Of the asset, to line it up by."""
SCREENED = 20
"""Candidates of fitting size that the coarse search tries."""
OPENINGS = (0.35, 0.8)
"""At which each joint is tried in the coarse search, as a share of its range."""
REFINED = 14
STARTS = 4
"""Poses of each refined candidate, with different headings."""
ROOMY = 3.0
"""Distances count up to so many times the limit in the coarse search, which is far off yet."""
POLISHED = 5
STEPS = ((0.02, 0.15), (0.01, 0.08), (0.004, 0.04), (0.0015, 0.015))
"""Metres and radians of the local search, each tried until it no longer helps."""
ROUNDS = 6
"""At most so many moves at each step."""
ICP_ROUNDS = 6


@dataclass(frozen=True)
class Match:
    """An asset at a pose.

    Attributes:
        asset_id: of the library.
        shares: joints that are open.
        pose: (4,) x, y, z of its origin and yaw, bench frame, metres and radians.
        energy: mean misfit, metres.
    """

    asset_id: str
    shares: Shares
    pose: Array
    energy: float


def best_matches(
    library: AssetLibrary, candidates: Sequence[str], heights: Sequence[float], evidence: Evidence
) -> tuple[Match, ...]:
    """The assets that explain the evidence best, best first.

    Args:
        library: where the candidates are.
        candidates: ids of assets.
        heights: of the surfaces it may stand on, metres in the bench frame.
        evidence: what is seen of the object.

    Returns:
        At most REFINED matches of different assets.
    """
    ranked: dict[tuple[str, Shares], list[Array]] = {}
    for _, asset_id, shares, pose in _starts(library, candidates, heights, evidence):
        if (asset_id, shares) in ranked or len(ranked) < REFINED:
            ranked.setdefault((asset_id, shares), []).append(pose)
    refined = [
        _best(library, asset_id, shares, np.stack(poses), evidence)
        for (asset_id, shares), poses in ranked.items()
    ]
    refined.sort(key=_order)
    polished = [
        polish(posed(library, m.asset_id, m.shares), m, evidence) for m in refined[:POLISHED]
    ]
    return tuple(sorted([*polished, *refined[POLISHED:]], key=_order))


def _order(match: Match) -> tuple[float, str, Shares]:
    return match.energy, match.asset_id, match.shares


_Start = tuple[float, str, Shares, Array]
"""Energy, asset, its open joints, and pose (4,)."""


def _starts(
    library: AssetLibrary, candidates: Sequence[str], heights: Sequence[float], evidence: Evidence
) -> list[_Start]:
    """Poses to refine, the most promising first."""
    roomy = replace(evidence, limit=ROOMY * evidence.limit)
    starts: list[_Start] = []
    for asset_id in _screened(library, candidates, heights, evidence):
        for shares in _openings(library, asset_id):
            surface = posed(library, asset_id, shares)
            poses = _coarse(surface, symmetry(library, asset_id), heights, evidence)
            values = energies(surface, poses, roomy, COARSE_POINTS)
            starts += [
                (float(values[row]), asset_id, shares, poses[row])
                for row in _distinct(values, poses)
            ]
    return sorted(starts, key=lambda start: start[:3])


def _openings(library: AssetLibrary, asset_id: str) -> list[Shares]:
    """All closed, and each joint open by itself."""
    joints = library.get(asset_id).joints
    return [(), *(((joint.name, share),) for joint in joints for share in OPENINGS)]


def _screened(
    library: AssetLibrary, candidates: Sequence[str], heights: Sequence[float], evidence: Evidence
) -> list[str]:
    """The candidates whose size suits what is seen best."""
    high = float(np.percentile(evidence.points[:, 2], 99))
    seen = np.sort(smallest_box(evidence.points, 0.0).extents[:2])
    count = max(SCREENED, len(candidates) // 3)

    def misfit(asset_id: str) -> float:
        asset = library.get(asset_id)
        extents = np.array(asset.extents)
        tall = min(abs(height + extents[2] - high) for height in heights)
        mine = np.sort(extents[:2])
        # The far side is hidden, so more may be there than is seen, but not less, unless
        # something stands open.
        more = 0.0 if asset.joints else float(np.maximum(seen - mine, 0.0).sum())
        return float(tall + more + 0.3 * max(0.0, mine[1] - seen[1]))

    scored = sorted((misfit(asset_id), asset_id) for asset_id in candidates)
    return [asset_id for _, asset_id in scored[:count]]


def _distinct(values: Array, poses: Array) -> list[int]:
    """Rows of the best poses, one for each heading, at most STARTS."""
    rows: list[int] = []
    for row in np.argsort(values, kind="stable").tolist():
        if all(poses[row, 3] != poses[other, 3] for other in rows):
            rows.append(row)
    return rows[:STARTS]


def _coarse(surface: Posed, turns: int, heights: Sequence[float], evidence: Evidence) -> Array:
    """Poses (B, 4): headings times ways to line the asset up with what is seen.

    Args:
        surface: of the asset.
        turns: its symmetry.
        heights: it may stand at, metres.
        evidence: what is seen.
    """
    span = 2 * np.pi / max(turns, 1)
    count = 1 if turns == 0 else max(3, YAWS // turns)
    yaws = np.arange(count) * span / count
    view = evidence.points[:, :2].mean(axis=0) - evidence.eye[:2]
    away = view / max(float(np.linalg.norm(view)), 1e-9)
    axes = np.stack([away, [-away[1], away[0]]])
    seen = np.percentile(evidence.points[:, :2] @ axes.T, (1, 50, 99), axis=0)
    points = surface.points[:: max(1, len(surface.points) // OUTLINE_POINTS)]
    rotated = turned(np.column_stack([np.zeros((count, 3)), yaws]), points)[..., :2]
    mine = rotated @ axes.T
    low, high = mine.min(axis=1), mine.max(axis=1)
    poses: list[Array] = []
    depth = seen[0, 0] - low[:, 0]
    aligned = (
        (seen[0, 1] + seen[2, 1] - low[:, 1] - high[:, 1]) / 2,
        seen[0, 1] - low[:, 1],
        seen[2, 1] - high[:, 1],
    )
    for beside in aligned:
        place = np.column_stack([depth, beside]) @ axes
        for height in heights:
            poses.append(np.column_stack([place, np.full(count, height), yaws]))
    return np.concatenate(poses)


def _best(
    library: AssetLibrary, asset_id: str, shares: Shares, poses: Array, evidence: Evidence
) -> Match:
    """The best of several poses after iterative closest points.

    Box-like things are easily taken for themselves a quarter turn on, so that is tried too.
    """
    surface = posed(library, asset_id, shares)
    moved = _icp(surface, poses, evidence)
    found = np.concatenate([poses, moved])
    best = found[int(np.argmin(energies(surface, found, evidence)))]
    quarters = best + np.outer([0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, np.pi / 2])
    found = np.concatenate([quarters[:1], _icp(surface, quarters[1:], evidence, 1)])
    values = energies(surface, found, evidence)
    row = int(np.argmin(values))
    return Match(asset_id, shares, found[row], float(values[row]))


def _icp(surface: Posed, poses: Array, evidence: Evidence, first: int = 0) -> Array:
    """Move poses (B, 4) in x, y and yaw so that the points lie on the surface.

    Args:
        surface: of the asset.
        poses: where to start.
        evidence: what is seen.
        first: round to begin with; later ones trust only near points.
    """
    points = evidence.thinned(120)
    poses = poses.copy()
    for turn in range(first, ICP_ROUNDS):
        local = unturned(poses, points)
        _, near = surface.tree.query(local.reshape(-1, 3))
        near = near.reshape(local.shape[:2])
        normals = surface.normals[near]
        gap = np.einsum("bni,bni->bn", local - surface.points[near], normals)
        scale = max(evidence.limit * 2.0 ** (1 - turn), 0.3 * evidence.limit)
        weight = 1.0 / (1.0 + (gap / scale) ** 2) ** 2
        # What is seen faces the camera: the far side of a thin wall draws nothing.
        towards = unturned(poses, evidence.eye[None]) - local
        weight *= np.einsum("bni,bni->bn", normals, towards) > 0
        # Residuals change by -n along the plane, and by -(n x p) . z about the vertical.
        spin = normals[..., 1] * local[..., 0] - normals[..., 0] * local[..., 1]
        jacobian = np.stack([-normals[..., 0], -normals[..., 1], -spin], axis=-1)
        weighted = jacobian * weight[..., None]
        normal: npt.NDArray[np.float64] = np.einsum("bni,bnj->bij", weighted, jacobian)
        normal += np.diag([1e-3, 1e-3, 1e-5]) * len(points)
        pull: npt.NDArray[np.float64] = np.einsum("bni,bn->bi", weighted, gap)[..., None]
        step = -np.linalg.solve(normal, pull)[..., 0]
        step = np.clip(step, [-0.05, -0.05, -0.4], [0.05, 0.05, 0.4])
        c, s = np.cos(poses[:, 3]), np.sin(poses[:, 3])
        poses[:, 0] += c * step[:, 0] - s * step[:, 1]
        poses[:, 1] += s * step[:, 0] + c * step[:, 1]
        poses[:, 3] += step[:, 2]
    return poses


def polish(surface: Posed, match: Match, evidence: Evidence) -> Match:
    """Local search of the whole objective over x, y and yaw (compass search).

    Also over z where the asset stands on another object: what lies in a bowl rests on its wall.
    """
    pose, energy = match.pose, match.energy
    carried = bool(pose[2] > 0)
    middle = evidence.points[:, :2].mean(axis=0)
    for metres, radians in STEPS:
        for _ in range(ROUNDS):
            poses = _moves(pose, middle, metres, radians)[: None if carried else 8]
            values = energies(surface, poses, evidence)
            row = int(np.argmin(values))
            if values[row] >= energy - 1e-6:
                break
            pose, energy = poses[row], float(values[row])
    return nudged(surface, replace(match, pose=pose, energy=energy), evidence)


def nudged(surface: Posed, match: Match, evidence: Evidence) -> Match:
    """The match after a few rounds of closest points, where that makes it better."""
    pose = _icp(surface, match.pose[None], evidence, 2)
    energy = float(energies(surface, pose, evidence)[0])
    return replace(match, pose=pose[0], energy=energy) if energy < match.energy else match


def _moves(pose: Array, middle: Array, metres: float, radians: float) -> Array:
    """Neighbours (10, 4) of a pose.

    Shifted, turned about its origin, turned about a point (2,), raised and lowered.
    """
    poses = np.repeat(pose[None], 10, axis=0)
    poses[8:, 2] += metres * np.array([0.5, -0.5])
    poses[:4, :2] += metres * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    for row, angle in zip(range(4, 8), (radians, -radians, radians, -radians), strict=True):
        poses[row, 3] += angle
        if row >= 6:
            c, s = np.cos(angle), np.sin(angle)
            poses[row, :2] = middle + np.array([[c, -s], [s, c]]) @ (pose[:2] - middle)
    return poses
