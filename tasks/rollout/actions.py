"""Actions of a policy: what they are, what is refused, and how deltas become joint targets."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, vector_rotation
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import ActionError
from ..motion.kinematics import Arm

Control = Literal["joints", "end_effector"]
"""What an action holds: joint position targets, or a motion of the tool."""
MAX_TRANSLATION, MAX_ROTATION = 0.1, 0.5
"""Of one action that moves the tool: metres along each axis, radians about each."""
DELTA = 6
"""Numbers of a motion of the tool: three metres, three radians."""


def action_names(control: Control, joints: int) -> tuple[str, ...]:
    """The name of each number of an action, in the words of the LeRobot export."""
    if control == "joints":
        return (*(f"joint_{number}.pos" for number in range(1, joints + 1)), "gripper.pos")
    return ("delta_x", "delta_y", "delta_z", "delta_rx", "delta_ry", "delta_rz", "gripper.pos")


def checked(action: npt.ArrayLike, names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    """The action as float32 (A,).

    Args:
        action: what a policy gave.
        names: of its A numbers.

    Raises:
        ActionError: it is no array of A finite numbers.
    """
    try:
        given = np.asarray(action, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ActionError(f"action: {action!r} is no array of numbers") from error
    if given.shape != (len(names),):
        raise ActionError(
            f"action: its shape is {given.shape}; this environment takes ({len(names)},): "
            f"{', '.join(names)}"
        )
    bad = np.flatnonzero(~np.isfinite(given))
    if len(bad):
        place = int(bad[0])
        raise ActionError(
            f"action[{place}] ({names[place]}) is {given[place]}; actions must be finite"
        )
    return given


class EndEffector:
    """Turns motions of the tool into joint targets.

    A delta moves the commanded pose of the tool, not the measured one, so that what the arm
    lags behind does not add up: three metres along the world's axes, and a rotation vector
    about them, radians.

    Args:
        compiled: a scene compiled for physics.
    """

    def __init__(self, compiled: CompiledScene) -> None:
        """Place the robot."""
        self._arm = Arm(compiled)

    def target(self, command: Array, delta: npt.NDArray[np.float32]) -> Array | None:
        """The joint targets (J,) that move the commanded tool; None where it cannot go there.

        Args:
            command: (J,) the joints as they are commanded now.
            delta: (6,).
        """
        pose = self._arm.forward(command)
        pose[:3, 3] += delta[:3]
        pose[:3, :3] = vector_rotation(delta[3:].astype(np.float64)) @ pose[:3, :3]
        found = self._arm.cartesian_path(command, [pose])
        return None if found is None else found[0]
