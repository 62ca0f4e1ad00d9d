"""Exports: each a pure function of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from ..dataset import Dataset


class Exporter(Protocol):
    """Writes a dataset in a format that others load."""

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write to the folder `out`, which must be empty or absent.

        Raises:
            DatasetError: where the dataset lacks what the format needs, or `out` holds files.
        """
        ...


@dataclass(frozen=True)
class _Lazy:
    """An exporter that is imported when it is first used: its libraries are heavy."""

    module: str
    name: str

    def export(self, dataset: Dataset, out: Path) -> None:
        exporter: Exporter = getattr(import_module(self.module, __package__), self.name)()
        exporter.export(dataset, out)


EXPORTERS: dict[str, Exporter] = {
    "coco": _Lazy(".coco", "CocoExporter"),
    "lerobot": _Lazy(".lerobot", "LeRobotExporter"),
    "traces": _Lazy(".traces", "TracesExporter"),
}
"""By the name that a spec gives under `export`."""

__all__ = ["EXPORTERS", "Exporter"]
