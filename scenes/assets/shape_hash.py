"""A fingerprint of an asset's shape: equal for recoloured or re-cut copies of one thing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from ...schemas import Asset, Joint
from ..core.asset_geometry import link_poses, shape_triangles
from ..core.geometry import Array

GRAIN = 5e-5
"""Metres; shapes whose moments agree within this are one."""
_OFFSET = 0.137
"""Of the rounding, so that natural values (0, whole millimetres) lie inside a step."""
_SAMPLES = np.array([[1 / 3, 1 / 3, 1 / 3], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])
_WEIGHTS = np.array([-27 / 48, 25 / 48, 25 / 48, 25 / 48])
"""Quadrature on a triangle, exact for cubic polynomials (Strang and Fix 1973)."""


def shape_hash(asset: Asset) -> str:
    """SHA-256 over the moments of the visible surface of each moving part, and its joint.

    Moments up to the third order do not depend on the order of vertices or faces, on how the
    surface is cut into triangles and meshes, or on materials; they do depend on the metric
    scale, and they tell mirror images apart. All joints are at zero; parts welded together
    count as one.

    Returns:
        64 hexadecimal digits.
    """
    parts = [[*_joint(joint), *_moments(triangles)] for joint, triangles in _parts(asset)]
    return hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()


def _parts(asset: Asset) -> list[tuple[Joint | None, Array]]:
    """Each moving part: its joint and its visible triangles (M, 3, 3) in the asset frame."""
    where = link_poses(asset)
    leader: dict[str, str] = {}
    joints: dict[str, Joint | None] = {}
    found: dict[str, list[Array]] = {}
    for link in asset.links:
        leader[link.name] = leader[link.parent] if link.parent and link.joint is None else link.name
        joints.setdefault(leader[link.name], link.joint)
        pose = where[link.name]
        mine = found.setdefault(leader[link.name], [np.zeros((0, 3, 3))])
        mine += [
            shape_triangles(asset, shape) @ pose[:3, :3].T + pose[:3, 3] for shape in link.visuals
        ]
    return [(joints[name], np.concatenate(pieces)) for name, pieces in found.items()]


def _moments(triangles: Array) -> list[int]:
    """Surface moments as lengths in steps of GRAIN; empty where there is no surface."""
    edges = triangles[:, 1:] - triangles[:, :1]
    areas = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
    area = float(areas.sum())
    if area <= 0.0:
        return []
    points = np.einsum("sc,tcx->tsx", _SAMPLES, triangles)
    weights = areas[:, None] * _WEIGHTS / area
    centre = np.einsum("ts,tsx->x", weights, points)
    offset = points - centre
    second = np.einsum("ts,tsx,tsy->xy", weights, offset, offset)
    third = np.einsum("ts,tsx,tsy,tsz->xyz", weights, offset, offset, offset)
    size = float(np.sqrt(np.trace(second)))
    rows, columns = np.triu_indices(3)
    lengths = [[np.sqrt(area)], centre, second[rows, columns] / size, third.ravel() / size**2]
    return _steps(np.concatenate(lengths) / GRAIN)


def _joint(joint: Joint | None) -> list[str | int]:
    """How a part moves, in its own frame."""
    if joint is None:
        return ["welded"]
    numbers = [*np.multiply(joint.axis, 100), *np.multiply(joint.limits, 1000)]
    return [joint.kind, *_steps(np.array(numbers))]


def _steps(values: Array | Sequence[float]) -> list[int]:
    return [int(step) for step in np.floor(np.asarray(values) + 0.5 + _OFFSET)]
