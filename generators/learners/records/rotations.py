"""Rotations as rows of numbers, many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import Array, axis_rotation


def matrices(quats: npt.NDArray[Any]) -> Array:
    """Rotations (T, 3, 3) of quaternions wxyz (T, 4); of zeros, which pad, the identity."""
    given = quats.astype(np.float64)
    norm = np.linalg.norm(given, axis=1, keepdims=True)
    known = np.where(norm > 1e-6, given / np.maximum(norm, 1e-6), [1.0, 0.0, 0.0, 0.0])
    w, x, y, z = known.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)


def six(turns: Array) -> Array:
    """The first two columns (T, 6) of rotations, which are continuous (Zhou et al., 2019)."""
    return turns[:, :, :2].reshape(len(turns), 6)


def vectors(turns: Array) -> Array:
    """Axis times angle (..., 3) of rotations (..., 3, 3), radians."""
    skew = np.stack(
        [
            turns[..., 2, 1] - turns[..., 1, 2],
            turns[..., 0, 2] - turns[..., 2, 0],
            turns[..., 1, 0] - turns[..., 0, 1],
        ],
        axis=-1,
    )
    cosine = np.clip((np.trace(turns, axis1=-2, axis2=-1) - 1.0) / 2.0, -1.0, 1.0)
    angle = np.arccos(cosine)
    sine = np.linalg.norm(skew, axis=-1) / 2.0
    factor = np.where(sine > 1e-7, angle / np.maximum(2.0 * sine, 1e-12), 0.5)
    found: Array = skew * factor[..., None]
    return found


def about_vertical(angle: float) -> Array:
    """The transform (4, 4) that turns by an angle about z, radians."""
    found = np.eye(4)
    found[:3, :3] = axis_rotation((0.0, 0.0, 1.0), angle)
    return found
