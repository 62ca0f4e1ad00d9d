"""The UR5e with a Robotiq 2F-85 and its linkage, from the `airo-models` package."""

from __future__ import annotations

from pathlib import Path

from ...schemas.plugins import Needs
from ._plugin import FileRobot

PLUGIN = FileRobot(
    Path(__file__).with_suffix(".yaml"),
    arm="Universal Robots UR5e, six joints",
    gripper="Robotiq 2F-85, 8.6 cm, with its linkage",
    needs=Needs(("airo-models", "fast-simplification", "mujoco")),
)
