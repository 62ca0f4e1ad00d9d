"""USD: articulated assets and whole scenes for what reads OpenUSD, physics included."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._folders import refuse_files
from .._scenes import refuse_without_scenes


class UsdExporter:
    """Writes assets and scenes as USD."""

    summary = "USD: articulated assets and scenes with UsdPhysics joints, masses and materials"
    needs = Needs(packages=("numpy", "pillow", "usd-core"), install="pip install 'cousins[usd]'")

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`."""
        refuse_without_scenes(dataset)

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no scenes.
        """
        from .writing import write

        refuse_files(out)
        refuse_without_scenes(dataset)
        write(dataset, out)


PLUGIN = UsdExporter()
