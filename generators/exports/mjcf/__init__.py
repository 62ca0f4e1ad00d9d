"""MJCF: a folder for each scene that plain MuJoCo opens, with the robot and all meshes."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._scenes import SceneExporter


def _write(dataset: Dataset, out: Path) -> None:
    from .writing import write

    write(dataset, out)


PLUGIN = SceneExporter(
    "MJCF: a folder per scene for plain MuJoCo, robot, meshes and initial state included",
    Needs(
        packages=(
            "airo-models",
            "bddl",
            "fast-simplification",
            "franky-sim",
            "mujoco",
            "numpy",
            "pillow",
            "trimesh",
        )
    ),
    _write,
)
