"""COCO panoptic: every pixel of a labelled frame belongs to one segment."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._frames import survey

NAME = "coco_panoptic"
NEEDED = ("rgb", "seg_instance")


class CocoPanopticExporter:
    """Writes COCO panoptic segmentation."""

    summary = "COCO panoptic: a segment for each object, for floor, walls and ceiling, as PNG"
    labels = NEEDED
    needs = Needs(packages=("bddl", "mujoco", "numpy", "pillow", "scipy"))

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or they lack a picture
                or an instance mask.
        """
        from .writing import write

        refuse_files(out)
        write(survey(dataset, NAME, NEEDED), out)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one lacks a picture or an instance mask.
        """
        survey(dataset, NAME, NEEDED)


PLUGIN = CocoPanopticExporter()
