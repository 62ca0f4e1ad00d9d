"""BOP: poses of rigid objects with their models, scene by scene."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._frames import survey

NAME = "bop"
NEEDED = ("rgb", "depth_linear", "seg_instance", "poses")


class BopExporter:
    """Writes the scenewise format of the BOP benchmark."""

    summary = "BOP: poses, masks and models in millimetres of rigid objects, scene by scene"
    labels = NEEDED
    needs = Needs(
        packages=(
            "airo-models",
            "fast-simplification",
            "franky-sim",
            "mujoco",
            "numpy",
            "pillow",
            "scipy",
            "trimesh",
        )
    )

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, one lacks a label, a lens
                bends its image, or no rigid object that can be moved is in any scene.
        """
        from .writing import write

        refuse_files(out)
        write(survey(dataset, NAME, NEEDED), out)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one lacks a label.
        """
        survey(dataset, NAME, NEEDED)


PLUGIN = BopExporter()
