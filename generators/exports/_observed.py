"""Observations by robosuite's names, and pictures small enough to be stored one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._demonstrations import ExportedAttempt


def observations(demo: ExportedAttempt) -> dict[str, npt.NDArray[np.float32]]:
    """What is seen in each state, (T + 1, ...), by robosuite's names where it has one.

    Its quaternions end in w.
    """
    return {
        "robot0_joint_pos": demo.joints,
        "robot0_gripper_opening": demo.opening,
        "robot0_eef_pos": demo.tool[:, :3],
        "robot0_eef_quat": np.roll(demo.tool[:, 3:], -1, axis=1),
        "object": demo.objects,
    }


def reduced(picture: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """A picture (H, W, 3) whose longer side has at most so many pixels, averaged."""
    longest = max(picture.shape[:2])
    if longest <= side:
        return picture
    height, width = (max(1, round(length * side / longest)) for length in picture.shape[:2])
    image = Image.fromarray(picture).resize((width, height), Image.Resampling.BOX)
    return np.asarray(image)
