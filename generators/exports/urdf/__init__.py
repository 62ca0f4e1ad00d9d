"""URDF: a folder for each asset of a dataset's scenes, with collision pieces and joints."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._scenes import refuse_without_scenes


class UrdfExporter:
    """Writes assets as URDF."""

    summary = "URDF: a folder per asset, its meshes as OBJ, with joints, masses, collision pieces"
    needs = Needs(packages=("numpy", "pillow"))

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


PLUGIN = UrdfExporter()
