"""Noise of actions: a function of the scene's seed and the moment, and of nothing else.

Nothing has to be stored for replay and rollouts to have the same noise.
"""

from __future__ import annotations

from typing import Any

from ...scenes.core.geometry import Array
from ...scenes.core.seeds import generator
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas.physics import ACTION_NOISE


def action_noise(compiled: CompiledScene, data: Any, hz: int) -> Array | None:
    """The noise on the arm's commands during the action that begins now; None is nothing.

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
