"""Hugging Face: labelled frames as parquet files that `datasets.load_dataset` reads."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._frames import survey

NAME = "huggingface"
NEEDED = ("rgb",)


class HuggingFaceExporter:
    """Writes parquet files with pictures inside, and a dataset card."""

    summary = "Hugging Face: parquet with pictures, boxes and masks, and a dataset card"
    labels = NEEDED
    needs = Needs(packages=("numpy", "pyarrow"))

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no frames, or one has no picture.
        """
        from .writing import write

        refuse_files(out)
        write(survey(dataset, NAME, NEEDED), out)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no frames, or one has no picture.
        """
        survey(dataset, NAME, NEEDED)


PLUGIN = HuggingFaceExporter()
