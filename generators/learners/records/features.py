"""Inputs of a policy that reads states: the hand and the objects in the robot's own frame.

Everything stands in the frame of the robot's base, so that a table of another height changes
nothing, and once more as the hand sees it: positions relative to the tool are what reaching and
placing depend on, and a network finds them hard to work out from poses.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import Array
from ....tasks.rollout.objects import FEATURES
from ...environments.points import POINTS
from .rotations import matrices, six

Images = Mapping[str, npt.NDArray[np.uint8]]
"""Pictures (H, W, 3) by camera."""
Rows = npt.NDArray[np.float32]
OPENING, PLACE, RELATIVE, SIZE = 10.0, 3.0, 5.0, 10.0
"""Factors that bring openings, places, offsets and sizes to the order of the other features."""
NEAR = 6.0
"""Offsets are given once more so that the last three centimetres fill half of the range."""


MARKS = ("grasp_0", "grasp_1", "handle", "opening")
"""Keypoints that a policy may be given; corners follow from pose and size."""
_MARKED = 4
"""Numbers of a mark: its place in the world, and whether the object has it."""


def marks(points: npt.NDArray[np.float32], present: npt.NDArray[np.int8]) -> Rows:
    """Marks (T, N * 16) of objects, of keypoints as the environment shows them.

    Args:
        points: (T, N, 12, 3) in the world.
        present: (N, 12) whether the object has the point.
    """
    chosen = [POINTS.index(name) for name in MARKS]
    shown = np.broadcast_to(present[:, chosen, None], (*points.shape[:2], len(chosen), 1))
    found = np.concatenate([points[:, :, chosen], shown], axis=-1, dtype=np.float32)
    return found.reshape(len(points), -1)


def features(
    state: Rows, tool: Rows, objects: Rows, base_from_tool: Array, marked: Rows | None = None
) -> Rows:
    """Features (T, F) of T observations.

    Args:
        state: (T, J + 1) joints, then the opening.
        tool: (T, 7) pose of the tool in the world.
        objects: (T, N * 12) of the objects, as the environment observes them.
        base_from_tool: (T, 4, 4) the same pose of the tool, as the joints have it.
        marked: (T, N * 16) of the objects, of `marks`; None where they are not learned from.
    """
    count = len(state)
    table = objects.reshape(count, objects.shape[1] // len(FEATURES), len(FEATURES))
    turn, place = base_from_tool[:, :3, :3], base_from_tool[:, :3, 3]
    # The robot's base in the world follows from the two poses of the tool.
    base_turn = matrices(tool[:, 3:]) @ np.swapaxes(turn, 1, 2)
    base_place = tool[:, :3] - np.einsum("tij,tj->ti", base_turn, place)
    parts = [state[:, :-1], state[:, -1:] * OPENING, place * PLACE, six(turn)]
    places: list[Array] = []
    for thing in np.moveaxis(table.astype(np.float64), 1, 0):
        own = np.swapaxes(base_turn, 1, 2) @ matrices(thing[:, 3:7])
        where = np.einsum("tji,tj->ti", base_turn, thing[:, :3] - base_place)
        seen, size = np.swapaxes(turn, 1, 2) @ own, thing[:, 7:10]
        narrow = _narrow(own, size)
        offset = (where - place) * RELATIVE
        beside = np.einsum("tji,tj->ti", turn, offset)
        parts += [
            where * PLACE, six(own), _unsigned(own, narrow), offset, beside, six(seen),
            _unsigned(seen, narrow), size * SIZE, _spans(seen, size) * SIZE, thing[:, 10:],
            np.tanh(offset * NEAR), np.tanh(beside * NEAR),
        ]  # fmt: skip
        parts += [(where - other) * RELATIVE for other in places]
        places.append(where)
    if marked is not None:
        points = marked.reshape(count, -1, _MARKED).astype(np.float64)
        for point in np.moveaxis(points, 1, 0):
            # What an object has not is nowhere: all of its numbers are 0.
            where = np.einsum("tji,tj->ti", base_turn, point[:, :3] - base_place)
            offset = (where - place) * RELATIVE * point[:, 3:]
            beside = np.einsum("tji,tj->ti", turn, offset)
            parts += [offset, beside, np.tanh(offset * NEAR), np.tanh(beside * NEAR), point[:, 3:]]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _narrow(turn: Array, size: Array) -> npt.NDArray[np.int64]:
    """Which axis (T,) of things (T, 3, 3) of these extents (T, 3) a hand from above closes along.

    Of the two that lie flattest it is the shorter one.
    """
    upright = np.abs(turn[:, 2]).argmax(axis=1)
    lying = np.where(np.arange(3) == upright[:, None], np.inf, size)
    found: npt.NDArray[np.int64] = lying.argmin(axis=1)
    return found


def _unsigned(turn: Array, axis: npt.NDArray[np.int64]) -> Array:
    """One axis (T,) of rotations (T, 3, 3) without its sign, as six products (T, 6).

    To a hand with two fingers a thing that is turned by half a turn is the same.
    """
    along = np.take_along_axis(turn, axis[:, None, None], axis=2)[:, :, 0]
    rows, columns = np.triu_indices(3)
    found: Array = along[:, rows] * along[:, columns]
    return found


def _spans(turn: Array, size: Array) -> Array:
    """How wide boxes of these extents (T, 3) are along the axes of the hand (T, 3), metres."""
    found: Array = np.einsum("tij,tj->ti", np.abs(turn), size)
    return found
