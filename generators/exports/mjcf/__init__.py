"""MJCF: a folder for each scene that plain MuJoCo opens, with the robot and all meshes."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._scenes import refuse_without_scenes


class MjcfExporter:
    """Writes scenes as MuJoCo's own XML."""

    summary = "MJCF: a folder per scene for plain MuJoCo, robot, meshes and initial state included"
    needs = Needs(
        packages=(
            "airo-models", "bddl", "fast-simplification", "franky-sim", "mujoco", "numpy",
            "pillow", "trimesh",
        )
    )  # fmt: skip

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`."""
        refuse_without_scenes(dataset)

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no scenes.
        """
        from .writing import write

        refuse_files(out)
        refuse_without_scenes(dataset)
        write(dataset, out)


PLUGIN = MjcfExporter()
