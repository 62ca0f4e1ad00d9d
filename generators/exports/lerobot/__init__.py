"""LeRobotDataset v3.0: demonstrations as parquet rows and camera videos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .tables import DATA_MB, VIDEO_MB


@dataclass(frozen=True)
class LeRobotExporter:
    """Writes a LeRobotDataset v3.0.

    Attributes:
        include_failures: also export attempts that missed their goal; column `success` of the
            episode table and feature `next.success` tell them apart.
        data_mb: upper size of a data file, MB.
        video_mb: upper size of a video file, MB.
    """

    summary = "LeRobotDataset v3.0: demonstrations as parquet rows and camera videos"
    needs = Needs(packages=("av", "numpy", "pandas", "pillow", "pyarrow"))

    of_demonstrations = True

    include_failures: bool = False
    data_mb: int = DATA_MB
    video_mb: int = VIDEO_MB

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, videos are missing for some episodes, or
                episodes differ in frequency or joints.
        """
        from .writing import FileLimits, write

        refuse_files(out)
        write(dataset, out, FileLimits(self.data_mb, self.video_mb), failures=self.include_failures)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`: without demonstrations an export has no features.

        Raises:
            DatasetError: saying why there are none, and what to do.
        """
        from .writing import refuse_nothing

        if not self.include_failures:
            refuse_nothing(dataset)


PLUGIN = LeRobotExporter()
