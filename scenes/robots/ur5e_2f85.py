"""The UR5e with a Robotiq 2F-85 and its linkage, from the `airo-models` package."""

from __future__ import annotations

from pathlib import Path

from ...schemas.plugins import Needs
from . import FileRobot

PLUGIN = FileRobot(
    Path(__file__).with_suffix(".yaml"),
    summary=(
        "Universal Robots UR5e, six joints, with the Robotiq 2F-85, 8.6 cm, and its linkage; "
        "damped least squares from 25 starts"
    ),
    needs=Needs(("airo-models", "fast-simplification", "mujoco")),
)
