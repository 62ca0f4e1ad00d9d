"""Noise of actions and sensors: a function of the scene's seed and the moment, and of nothing else.

Nothing has to be stored for replay, rollouts and exports to have the same noise.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from typing import Any

import numpy as np

from ..scenes.geometry import Array
from ..scenes.mujoco_model import CompiledScene
from ..scenes.seeds import generator
from ..schemas import Scene
from ..schemas.physics import ACTION_NOISE, SENSOR_NOISE


def action_noise(compiled: CompiledScene, data: Any, hz: int) -> Array | None:
    """What is added to the arm's commands during the action that begins now; None is nothing.

    Args:
        compiled: the scene.
        data: its `mujoco.MjData`, whose time says which action it is.
        hz: actions per second.

    Returns:
        (J,) radians.
    """
    deviation = compiled.scene.physics.get(ACTION_NOISE.pattern, 0.0)
    if deviation == 0:
        return None
    rng = generator(compiled.scene.seed, "action noise", round(data.time * hz))
    return rng.normal(0.0, deviation, len(compiled.robot.arm_ctrl))


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
    rows = [
        generator(scene.seed, "sensor noise", first + number).normal(0.0, deviation, row.shape)
        for number, row in enumerate(joints)
    ]
    return joints + np.array(rows).reshape(joints.shape)
