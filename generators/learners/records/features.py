"""What a policy that reads states is given: poses as they are, and as the hand sees them.

Positions relative to the tool are what reaching and placing depend on; a network finds them
hard to work out from poses in the world.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ....tasks.rollout.objects import FEATURES

Images = Mapping[str, npt.NDArray[np.uint8]]
"""Pictures (H, W, 3) by camera."""
Rows = npt.NDArray[np.float32]
OPENING, RELATIVE, SIZE = 10.0, 3.0, 5.0
"""Factors that bring openings, offsets and sizes to the order of the other features."""


def features(state: Rows, tool: Rows, objects: Rows) -> Rows:
    """Features (T, F) of T observations.

    Args:
        state: (T, J + 1) joints, then the opening.
        tool: (T, 7) pose of the tool.
        objects: (T, N * 12) of the objects, as the environment observes them.
    """
    count = len(state)
    rows = objects.shape[1] // len(FEATURES)
    table = objects.reshape(count, rows, len(FEATURES)).astype(np.float64)
    turn, place = _matrices(tool[:, 3:].astype(np.float64)), tool[:, :3].astype(np.float64)
    parts = [state[:, :-1], state[:, -1:] * OPENING, place, _six(turn)]
    for number in range(table.shape[1]):
        thing = table[:, number]
        own, offset = _matrices(thing[:, 3:7]), thing[:, :3] - place
        parts += [
            thing[:, :3],
            _six(own),
            np.einsum("tji,tj->ti", turn, offset) * RELATIVE,
            _six(np.einsum("tji,tjk->tik", turn, own)),
            offset,
            thing[:, 7:10] * SIZE,
            thing[:, 10:],
        ]
        parts += [thing[:, :3] - table[:, other, :3] for other in range(number)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _six(matrices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The first two columns (T, 6) of rotations, which are continuous (Zhou et al., 2019)."""
    return matrices[:, :, :2].reshape(len(matrices), 6)


def _matrices(quats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rotations (T, 3, 3) of quaternions wxyz (T, 4); of zeros, which pad, the identity."""
    norm = np.linalg.norm(quats, axis=1, keepdims=True)
    known = np.where(norm > 1e-6, quats / np.maximum(norm, 1e-6), [1.0, 0.0, 0.0, 0.0])
    w, x, y, z = known.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)
