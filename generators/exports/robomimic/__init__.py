"""robomimic: demonstrations in one HDF5 file, with splits as filter keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._demonstrations import refuse_nothing
from .._folders import refuse_files


@dataclass(frozen=True)
class RobomimicExporter:
    """Writes `demonstrations.hdf5`.

    Attributes:
        include_failures: also export attempts that missed their goal; the attribute `success` of
            a demonstration and the filter keys `success` and `failure` tell them apart.
        picture_side: pixels of the longer side of pictures, which are stored one by one: at full
            size they are thirty times as large as the videos.
    """

    summary = "robomimic: HDF5 with demonstrations, low-dimensional and picture observations"
    of_demonstrations = True
    needs = Needs(packages=("av", "h5py", "numpy", "pillow"), install="pip install 'cousins[hdf5]'")

    include_failures: bool = False
    picture_side: int = 128

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, there are no demonstrations, or videos are
                missing for some episodes.
        """
        from .writing import write

        refuse_files(out)
        self.check_dataset(dataset)
        write(dataset, out, failures=self.include_failures, side=self.picture_side)

    def with_failures(self) -> RobomimicExporter:
        """See `Failing`."""
        return replace(self, include_failures=True)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no demonstrations; saying why, and what to do.
        """
        refuse_nothing(dataset, "robomimic", failures=self.include_failures)


PLUGIN = RobomimicExporter()
