"""COCO keypoints: named points of every visible object, as COCO has them of persons."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._frames import survey

NAME = "coco_keypoints"
NEEDED = ("rgb", "seg_instance", "keypoints")


class CocoKeypointsExporter:
    """Writes COCO keypoint annotations."""

    summary = "COCO keypoints: corners, handles, grasps and openings, by category, with skeletons"
    labels = NEEDED
    needs = Needs(packages=("numpy", "pillow", "pycocotools"))

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or they lack a picture,
                an instance mask, or keypoints.
        """
        from .writing import write

        refuse_files(out)
        write(survey(dataset, NAME, NEEDED), out)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one lacks a picture, an instance mask, or
                keypoints.
        """
        survey(dataset, NAME, NEEDED)


PLUGIN = CocoKeypointsExporter()
