"""A series of datasets, each from the next seed: what a nightly schedule makes."""

from __future__ import annotations

from pathlib import Path

from ..schemas import DatasetSpec

DONE = "logs/summary.json"
"""Written when a dataset is complete; relative to its folder."""


def next_dataset(spec: DatasetSpec, folder: Path) -> tuple[DatasetSpec, Path]:
    """The first dataset of the series that is not complete: its spec and folder.

    A crashed one is thus finished before the next begins.

    Args:
        spec: of the series; dataset k has the seed `spec.seed + k`.
        folder: holds one folder for each seed.
    """
    seed = spec.seed
    while (folder / f"seed-{seed:08d}" / DONE).is_file():
        seed += 1
    updated = spec.model_copy(update={"seed": seed})
    return DatasetSpec.model_validate(updated.model_dump()), folder / f"seed-{seed:08d}"
