"""Diffusion Policy: demonstrations as one Zarr replay buffer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._demonstrations import refuse_nothing
from .._folders import refuse_files


@dataclass(frozen=True)
class DiffusionPolicyExporter:
    """Writes `replay_buffer.zarr`.

    Attributes:
        include_failures: also export attempts that missed their goal; `meta/success` tells.
        picture_side: pixels of the longer side of pictures.
    """

    summary = "Diffusion Policy: a Zarr replay buffer with states, actions and pictures"
    of_demonstrations = True
    needs = Needs(
        packages=("av", "numcodecs", "numpy", "pillow", "zarr"),
        install="pip install 'cousins[zarr]'",
    )

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

    def with_failures(self) -> DiffusionPolicyExporter:
        """See `Failing`."""
        return replace(self, include_failures=True)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no demonstrations; saying why, and what to do.
        """
        refuse_nothing(dataset, "diffusion_policy", failures=self.include_failures)


PLUGIN = DiffusionPolicyExporter()
