"""Moves, turns and scales the parts of a model, and bounds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..core import taxonomy
from ..core.geometry import Array
from .model_part import WeldedGeom, WeldedPart

NEAR = 1.15
"""What is at most this much larger or smaller than all models of its kind stays as it is."""


def scale_to_kind(category: str, extents: Array) -> float:
    """The factor that brings extents (3,) among those of BEHAVIOR's models of a category.

    Sizes are compared by the geometric mean of the extents; 1 where there are no models.
    """
    boxes = taxonomy.metric_boxes(category)
    if not boxes:
        return 1.0
    sizes = np.array(boxes).prod(axis=1) ** (1 / 3)
    size, low, high = float(np.prod(extents) ** (1 / 3)), float(sizes.min()), float(sizes.max())
    if low / NEAR <= size <= high * NEAR:
        return 1.0
    return round((low if size < low else high) / size, 3)


def moved(part: WeldedPart, turn: Array, scale: float, offset: Array) -> WeldedPart:
    """A part after x -> scale * turn x + offset, with rotation (3, 3) and offset (3,)."""
    joint = part.joint
    if joint is not None:
        joint = replace(
            joint,
            axis=turn @ joint.axis,
            anchor=scale * (turn @ joint.anchor) + offset,
            travel=joint.travel * (scale if joint.kind == "slide" else 1.0),
        )
    weights = tuple(
        replace(
            weight,
            com=scale * (turn @ weight.com) + offset,
            inertia=scale**2 * (turn @ weight.inertia @ turn.T),
        )
        for weight in part.weights
    )
    return replace(
        part,
        joint=joint,
        seen=tuple(_piece(piece, turn, scale, offset) for piece in part.seen),
        touched=tuple(_piece(piece, turn, scale, offset) for piece in part.touched),
        weights=weights,
    )


def _piece(piece: WeldedGeom, turn: Array, scale: float, offset: Array) -> WeldedGeom:
    pose = np.eye(4)
    pose[:3, :3] = turn @ piece.pose[:3, :3]
    pose[:3, 3] = scale * (turn @ piece.pose[:3, 3]) + offset
    mesh = piece.mesh
    if mesh is not None and scale != 1.0:
        mesh = replace(mesh, vertices=mesh.vertices * scale)
    return replace(piece, pose=pose, size=tuple(s * scale for s in piece.size), mesh=mesh)


def seen_bounds(parts: Sequence[WeldedPart]) -> Array:
    """Least and greatest corner of all that is seen, (2, 3)."""
    return _around([_bounds(piece) for part in parts for piece in part.seen])


def part_bounds(part: WeldedPart) -> Array:
    """The same of all that a part has."""
    return _around([_bounds(piece) for piece in (*part.seen, *part.touched)])


def _around(boxes: list[Array]) -> Array:
    all_boxes = np.array(boxes)
    return np.array([all_boxes[:, 0].min(axis=0), all_boxes[:, 1].max(axis=0)])


def _bounds(piece: WeldedGeom) -> Array:
    turn, pos = piece.pose[:3, :3], piece.pose[:3, 3]
    if piece.mesh is not None:
        points = piece.mesh.vertices[np.unique(piece.mesh.faces)] @ turn.T + pos
        return np.array([points.min(axis=0), points.max(axis=0)])
    size, along = np.array(piece.size), np.abs(turn[:, 2])
    if piece.kind == "box":
        half = np.abs(turn) @ size
    elif piece.kind == "cylinder":
        half = along * size[1] + size[0] * np.sqrt(np.maximum(1 - along**2, 0))
    elif piece.kind == "capsule":
        half = along * size[1] + size[0]
    else:
        half = np.sqrt(turn**2 @ np.broadcast_to(size, 3) ** 2)
    return np.array([pos - half, pos + half])
