"""Where everything was at one moment, after the simulation's own arrays have gone on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Poses:
    """A copy of what labels read of a `mujoco.MjData`, under the same names.

    Attributes:
        qpos: (nq,) positions, metres and radians.
        xpos: (nbody, 3) positions of the bodies in the world, metres.
        xmat: (nbody, 9) their rotations, row by row.
        xquat: (nbody, 4) the same as quaternions.
    """

    qpos: Array
    xpos: Array
    xmat: Array
    xquat: Array

    @classmethod
    def of(cls, data: Any) -> Self:
        """Copy them, body poses up to date."""
        return cls(*(np.array(part) for part in (data.qpos, data.xpos, data.xmat, data.xquat)))
