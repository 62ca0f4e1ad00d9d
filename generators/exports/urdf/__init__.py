"""URDF: a folder for each asset of a dataset's scenes, with collision pieces and joints."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._scenes import SceneExporter


def _write(dataset: Dataset, out: Path) -> None:
    from .writing import write

    write(dataset, out)


PLUGIN = SceneExporter(
    "URDF: a folder per asset, its meshes as OBJ, with joints, masses, collision pieces",
    Needs(packages=("numpy", "pillow")),
    _write,
)
