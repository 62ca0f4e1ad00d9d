"""Export formats: each is a plug-in, a pure function of a dataset."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol, runtime_checkable

from ...schemas.plugins import Group, Needs
from ..dataset import Dataset
from ._growing import CannotGrowError, EarlierExport
from ._references import refuse_orphans
from ._scenes import Staged


@runtime_checkable
class Exporter(Protocol):
    """Writes a dataset in a format that others load."""

    @property
    def summary(self) -> str:
        """The format in one line, for the documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """The packages that shape its bytes, and the version of its own code."""
        ...

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write to the folder `out`, which must be empty or absent.

        Raises:
            DatasetError: where the dataset lacks what the format needs, or `out` holds files.
        """
        ...


@runtime_checkable
class Choosy(Protocol):
    """An exporter for which not every dataset has something."""

    def check_dataset(self, dataset: Dataset) -> None:
        """Refuse a dataset that has nothing for this format.

        Raises:
            DatasetError: saying what it lacks, and what to do.
        """
        ...


@runtime_checkable
class Demonstrating(Protocol):
    """An exporter of what was attempted, for which scenes without tasks have nothing."""

    @property
    def of_demonstrations(self) -> bool:
        """Whether it reads episodes alone."""
        ...


@runtime_checkable
class Picturing(Protocol):
    """An exporter of labelled frames, which must have certain labels."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that every frame must have; names as in `render.labels`."""
        ...


@runtime_checkable
class Failing(Protocol):
    """An exporter of demonstrations that can write attempts which missed their goal as well."""

    def with_failures(self) -> Exporter:
        """The same exporter for every attempt that moved."""
        ...


@runtime_checkable
class Growing(Protocol):
    """An exporter that can take over an earlier export of a dataset which has grown since."""

    def grow(self, dataset: Dataset, out: Path, earlier: EarlierExport) -> None:
        """As `Exporter.export`, to the same bytes, at the cost of what is new.

        Raises:
            CannotGrowError: the earlier export cannot be taken over; `out` may hold files.
            DatasetError: as `Exporter.export`.
        """
        ...


EXPORTERS: Group[Exporter] = Group(
    "exporters", Exporter, "export format", order=("coco", "lerobot", "traces")
)
"""By the name that a spec gives under `export`."""


def export(name: str, dataset: Dataset, out: Path) -> None:
    """Write a dataset in one format.

    Args:
        name: of the format.
        dataset: finished.
        out: folder, empty or absent.

    Raises:
        SpecError: there is no such format; the nearest are offered.
        BackendMissingError: a package that the format needs is not installed.
        DatasetError: as `Exporter.export`.
    """
    export_with(EXPORTERS.load(name), name, dataset, out)


def export_with(exporter: Exporter, name: str, dataset: Dataset, out: Path) -> None:
    """As `export`, with an exporter at hand."""
    exporter.needs.check(f"export {name}")
    refuse_orphans(dataset)
    exporter.export(dataset, out)


def grow(name: str, dataset: Dataset, out: Path, earlier: EarlierExport) -> str:
    """Write a dataset in one format, and take over what an earlier export has.

    Args:
        name: of the format.
        dataset: finished.
        out: folder, empty or absent.
        earlier: what there is.

    Returns:
        Why nothing could be taken over, so that nothing was written; empty where it was.

    Raises:
        BackendMissingError: a package that the format needs is not installed.
        DatasetError: as `Exporter.export`.
    """
    exporter = EXPORTERS.load(name)
    exporter.needs.check(f"export {name}")
    if not isinstance(exporter, Growing):
        return "the format is always written as a whole"
    refuse_orphans(dataset)
    try:
        exporter.grow(dataset, out, earlier)
    except CannotGrowError as error:
        for path in out.iterdir() if out.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return str(error)
    return ""


__all__ = [
    "EXPORTERS", "Choosy", "Demonstrating", "EarlierExport", "Exporter", "Failing", "Growing",
    "Picturing", "Staged", "export", "export_with", "grow",
]  # fmt: skip
