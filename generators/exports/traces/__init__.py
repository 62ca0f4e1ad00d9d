"""Traces: what the planners thought, as tables that join with the other exports."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._attempts import no_attempts
from .._folders import refuse_files


class TracesExporter:
    """Writes `events.parquet`, `procedures.jsonl`, `thoughts.parquet` and `phases.parquet`."""

    summary = "planning traces: search events, procedures, thoughts per action, and phases"
    needs = Needs(
        packages=(
            "airo-models",
            "bddl",
            "fast-simplification",
            "franky-sim",
            "mujoco",
            "numpy",
            "pyarrow",
            "trimesh",
        )
    )

    of_demonstrations = True

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files.
        """
        from .writing import write

        refuse_files(out)
        write(dataset, out)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`: without attempts there is nothing that was planned.

        Raises:
            DatasetError: saying what to do.
        """
        if next(dataset.episodes(), None) is None:
            raise no_attempts("traces", dataset)


PLUGIN = TracesExporter()
