"""Keypoints of a task's objects as an array: the same names for every object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Asset
from ..images.truth.keypoints import CORNER_SIGNS, Mark, marks_of

POINTS = (*(f"corner_{number}" for number in range(8)), "grasp_0", "grasp_1", "handle", "opening")
"""Corners of the box about the object along its own axes, the two contacts of a grasp, its first
handle, and the middle of its first cavity's opening."""
_FIRST = ("handle", "opening")
"""Kinds of which the first stands for all."""


class Keypoints:
    """The points of named objects in one compiled scene.

    Args:
        compiled: the scene; its bodies are read.
        assets: by content hash.
        names: of the objects.
        rows: of the arrays; those beyond the objects stay empty.
    """

    def __init__(
        self,
        compiled: CompiledScene,
        assets: Mapping[str, Asset],
        names: Sequence[str],
        rows: int,
    ) -> None:
        """Look up the points that each object has."""
        self._local: Array = np.zeros((rows, len(POINTS), 3))
        self._body = np.zeros((rows, len(POINTS)), dtype=np.int64)
        self.present: npt.NDArray[np.int8] = np.zeros((rows, len(POINTS)), dtype=np.int8)
        for row, name in enumerate(names):
            thing = compiled.scene.object(name)
            asset = assets[thing.asset_hash]
            bodies = compiled.objects[name].bodies
            root = asset.links[0].name
            extents = np.asarray(asset.extents)
            # An asset's frame is at the middle of its bottom.
            corners = CORNER_SIGNS * extents / 2 + np.array([0.0, 0.0, extents[2] / 2])
            found = {f"corner_{n}": (root, corner) for n, corner in enumerate(corners)}
            for mark in marks_of(asset, thing.asset_hash):
                found.setdefault(_name(mark), (mark.link, np.asarray(mark.pos)))
            for column, point in enumerate(POINTS):
                if point in found:
                    link, pos = found[point]
                    self._local[row, column] = pos
                    self._body[row, column] = bodies[link]
                    self.present[row, column] = 1

    def at(self, xpos: Array, xmat: Array) -> npt.NDArray[np.float32]:
        """World positions (rows, 12, 3), metres; zeros where an object has no such point.

        Args:
            xpos: (nbody, 3) of the bodies.
            xmat: (nbody, 9) their rotations.
        """
        turns = xmat.reshape(-1, 3, 3)[self._body]
        world: Array = np.einsum("rkij,rkj->rki", turns, self._local) + xpos[self._body]
        shown: npt.NDArray[np.float32] = (world * self.present[..., None]).astype(np.float32)
        return shown


def _name(mark: Mark) -> str:
    return mark.kind if mark.kind in _FIRST else mark.name
