"""Minari: demonstrations for offline reinforcement learning, a dataset for each split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._demonstrations import refuse_nothing
from .._folders import refuse_files


@dataclass(frozen=True)
class MinariExporter:
    """Writes Minari datasets, their data as HDF5.

    Attributes:
        include_failures: also export attempts that missed their goal; they end in a truncation,
            and their attribute `success` is false.
    """

    summary = "Minari: observations and actions of demonstrations, for offline learning"
    of_demonstrations = True
    needs = Needs(packages=("h5py", "numpy"), install="pip install 'cousins[hdf5]'")

    include_failures: bool = False

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no demonstrations.
        """
        from .writing import write

        refuse_files(out)
        self.check_dataset(dataset)
        write(dataset, out, failures=self.include_failures)

    def with_failures(self) -> MinariExporter:
        """See `Failing`."""
        return replace(self, include_failures=True)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no demonstrations; saying why, and what to do.
        """
        refuse_nothing(dataset, "minari", failures=self.include_failures)


PLUGIN = MinariExporter()
