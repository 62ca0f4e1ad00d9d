"""COCO: every labelled frame as an image, every visible object as an annotation."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._frames import survey
from .._growing import EarlierExport

NAME = "coco"
NEEDED = ("rgb", "seg_instance")


class CocoExporter:
    """Writes COCO instance annotations."""

    summary = "COCO instances: masks as run lengths, boxes, corners of 3D boxes as keypoints"
    labels = NEEDED
    needs = Needs(packages=("numpy", "pillow", "pycocotools"))

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or they lack a picture
                or an instance mask.
        """
        from .writing import write

        refuse_files(out)
        write(survey(dataset, NAME, NEEDED), out)

    def grow(self, dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
        """See `Growing`.

        Raises:
            CannotGrowError: the earlier export is damaged, or splits the scenes otherwise.
            DatasetError: as `export`.
        """
        from .writing import grow

        refuse_files(out)
        grow(dataset, out, earlier)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one lacks a picture or an instance mask.
        """
        survey(dataset, NAME, NEEDED)


PLUGIN = CocoExporter()
