"""Noise of sensors: a function of the scene's seed and the moment, and of nothing else.

Nothing has to be stored for rollouts and exports to see the same. Nothing heavy is imported here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...schemas import Scene
from ...schemas.physics import SENSOR_NOISE
from ..core.seeds import generator

Array = npt.NDArray[np.float64]


def sensed(scene: Scene, joints: Array, first: int = 0) -> Array:
    """Joint positions as the sensors give them.

    Args:
        scene: whose physics says how noisy they are.
        joints: (N, J) true positions in states one action apart, radians.
        first: number of the first of these states in its episode, from 0.

    Returns:
        (N, J) radians; the true ones where the scene has no noise.
    """
    deviation = scene.physics.get(SENSOR_NOISE.pattern, 0.0)
    if deviation == 0:
        return joints
    rows: list[Array] = [
        generator(scene.seed, "sensor noise", first + number).normal(0.0, deviation, row.shape)
        for number, row in enumerate(joints)
    ]
    noisy: Array = joints + np.array(rows).reshape(joints.shape)
    return noisy
