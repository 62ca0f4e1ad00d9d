"""The contacts of one moment: what touches what, what pushes it up, and what hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene

Table = npt.NDArray[np.bool_]
"""(N, N) over a scene's objects, or (N,)."""
TOUCH_DISTANCE = 5e-4
CARRIES = 0.3
"""Least z of a contact normal that carries something."""


@dataclass(frozen=True)
class Contacts:
    """The contacts of one moment, C of them.

    Attributes:
        owners: (C, 2) what the two geoms belong to, as in `CompiledScene.owner`.
        close: (C,) whether they count as touching.
        up: (C,) z of the unit normal, from the first geom into the second.
        height: (C,) metres.
    """

    owners: npt.NDArray[np.int64]
    close: Table
    up: Array
    height: Array

    @classmethod
    def of(cls, compiled: CompiledScene, data: Any) -> Contacts:
        """Copy what counts of them."""
        contact = data.contact
        return cls(
            owners=compiled.geom_owner[contact.geom].reshape(-1, 2),
            close=contact.dist <= TOUCH_DISTANCE,
            up=np.asarray(contact.frame).reshape(-1, 9)[:, 2].copy(),
            height=np.asarray(contact.pos).reshape(-1, 3)[:, 2].copy(),
        )


def touching_pairs(contact: Contacts, count: int) -> tuple[Table, Array, Array]:
    """Contacts of ordered pairs (a, b) of `count` objects, each (N, N).

    Whether they touch, the z of the mean unit normal from b into a, and the mean contact height.
    """
    owners = contact.owners
    kept = (owners >= 0).all(axis=1) & (owners[:, 0] != owners[:, 1]) & contact.close
    # MuJoCo's normal points from the first geom into the second.
    first, second = owners[kept].T
    number, normal, level = (np.zeros((count, count)) for _ in range(3))
    np.add.at(number, (second, first), 1.0)
    np.add.at(normal, (second, first), contact.up[kept])
    np.add.at(level, (second, first), contact.height[kept])
    touch = number + number.T
    least = np.maximum(touch, 1.0)
    return touch > 0, (normal - normal.T) / least, (level + level.T) / least


def hung_pairs(contact: Contacts, middle: Array) -> tuple[Table, Table]:
    """Objects pushed up above their middle, by what (N, N); those otherwise borne or held (N,).

    Args:
        contact: of the moment.
        middle: (N,) heights of the objects' middles.
    """
    count, owners = len(middle), contact.owners
    hung = np.zeros((count, count), dtype=np.bool_)
    borne = np.zeros(count, dtype=np.bool_)
    for below, above, sign in ((0, 1, 1.0), (1, 0, -1.0)):
        mine, other = owners[:, above], owners[:, below]
        touched = contact.close & (mine >= 0) & (mine != other)
        carries = touched & (sign * contact.up > CARRIES)
        high = carries & (other >= 0) & (contact.height > middle[mine])
        hung[mine[high], other[high]] = True
        borne[mine[(carries & ~high) | (touched & (other == -2))]] = True
    return hung, borne
