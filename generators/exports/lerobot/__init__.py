"""LeRobotDataset v3.0: demonstrations as parquet rows and camera videos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._demonstrations import refuse_nothing
from .._folders import refuse_files
from .._growing import EarlierExport
from .options import Options
from .tables import DATA_MB, VIDEO_MB


@dataclass(frozen=True)
class LeRobotExporter:
    """Writes a LeRobotDataset v3.0.

    Attributes:
        include_failures: also export attempts that missed their goal; column `success` of the
            episode table and feature `next.success` tell them apart.
        language: also write `language_persistent` and `language_events`, which LeRobot reads from
            0.6 on; earlier releases cannot load a dataset that has them.
        data_mb: upper size of a data file, MB.
        video_mb: upper size of a video file, MB.
        summary: the format in one line.
    """

    needs = Needs(
        packages=(
            "airo-models",
            "av",
            "fast-simplification",
            "franky-sim",
            "mujoco",
            "numpy",
            "pandas",
            "pillow",
            "pyarrow",
            "trimesh",
        )
    )

    of_demonstrations = True

    include_failures: bool = False
    language: bool = False
    data_mb: int = DATA_MB
    video_mb: int = VIDEO_MB
    summary: str = "LeRobotDataset v3.0: demonstrations as parquet rows and camera videos"

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, videos are missing for some episodes, or
                episodes differ in frequency or joints.
        """
        from .writing import write

        refuse_files(out)
        write(dataset, out, self._options())

    def grow(self, dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
        """See `Growing`: new episodes come after those that there are.

        Raises:
            CannotGrowError: the earlier export is damaged, or new episodes have other features.
            DatasetError: as `export`.
        """
        from .growing import grow

        refuse_files(out)
        grow(dataset, out, self._options(), earlier)

    def _options(self) -> Options:
        return Options(self.include_failures, self.language, self.data_mb, self.video_mb)

    def with_failures(self) -> LeRobotExporter:
        """See `Failing`."""
        return replace(self, include_failures=True)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`: without demonstrations an export has no features.

        Raises:
            DatasetError: saying why there are none, and what to do.
        """
        if not self.include_failures:
            refuse_nothing(dataset, "lerobot")


PLUGIN = LeRobotExporter()
