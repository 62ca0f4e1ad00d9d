"""States of a task's objects, as a policy reads them, from recorded positions alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array
from ...scenes.model.qpos_layout import POSE_NUMBERS, Slots, qpos_layout
from ...schemas import Asset, Scene, TaskSpec
from ..bddl.problem import support_name

FEATURES = ("x", "y", "z", "qw", "qx", "qy", "qz", "length", "width", "height", "open", "on")
"""Of each object: where it is, its size, and how far it is opened and switched on.

Position and quaternion of its frame in the world, metres; full extents along its own axes,
metres; `open` and `on` are the greatest share of the range among the joints that open or
switch it, 0 where it has none.
"""
_SIZE, _OPEN, _ON = slice(7, 10), 10, 11


def task_objects(task: TaskSpec) -> tuple[str, ...]:
    """Names of the objects that a task speaks of, in its order, without the support."""
    support = support_name(task)
    return tuple(thing.name for thing in task.objects if thing.name != support)


@dataclass(frozen=True)
class _Share:
    """Where a share of a joint's range goes: row and column, address, and limits."""

    row: int
    column: int
    address: int
    low: float
    high: float


class ObjectStates:
    """Reads the states of named objects out of positions.

    Args:
        scene: that they are in.
        assets: by content hash.
        names: of the objects, one row each.
        width: numbers of a state, nq.

    Raises:
        DatasetError: the positions do not belong to the scene.
    """

    def __init__(
        self, scene: Scene, assets: Mapping[str, Asset], names: Sequence[str], width: int
    ) -> None:
        """Look up where each number stands."""
        layout = qpos_layout(scene, assets, width)
        self._fixed = np.zeros((len(names), len(FEATURES)))
        self._poses: list[tuple[int, int]] = []
        self._shares: list[_Share] = []
        for row, name in enumerate(names):
            thing = scene.object(name)
            asset, slots = assets[thing.asset_hash], layout[name]
            self._fixed[row, :POSE_NUMBERS] = [*thing.pos, *thing.quat]
            self._fixed[row, _SIZE] = asset.extents
            if slots.pose is not None:
                self._poses.append((row, slots.pose))
            self._shares += _shares(asset, slots, row)

    def at(self, qpos: npt.NDArray[np.float64]) -> Array:
        """The states (..., N, 12) of the objects at positions (..., nq); see `FEATURES`."""
        table = np.broadcast_to(self._fixed, (*qpos.shape[:-1], *self._fixed.shape)).copy()
        for row, address in self._poses:
            table[..., row, :POSE_NUMBERS] = qpos[..., address : address + POSE_NUMBERS]
        for one in self._shares:
            share = (qpos[..., one.address] - one.low) / (one.high - one.low)
            cell = table[..., one.row, one.column]
            table[..., one.row, one.column] = np.maximum(cell, share)
        return table


def _shares(asset: Asset, slots: Slots, row: int) -> list[_Share]:
    return [
        _Share(row, _OPEN if joint.controls == "opening" else _ON, slots.joints[joint.name],
               *joint.limits)
        for joint in asset.joints
    ]  # fmt: skip


def padded(states: Array, count: int) -> npt.NDArray[np.float32]:
    """States (..., N, F) as one vector (..., count * F) float32; missing objects are zeros."""
    *before, rows, width = states.shape
    vector = np.zeros((*before, count * width), dtype=np.float32)
    vector[..., : rows * width] = states.reshape(*before, rows * width)
    return vector
