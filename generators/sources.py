"""Where the tasks of a merged dataset come from."""

from __future__ import annotations

from pathlib import Path

from ..schemas import DatasetSpec, Model

SOURCE = "source.json"
"""Beside the first tasks of each source; covered by the hash of the dataset."""


class MergedSource(Model):
    """A dataset that others were merged with."""

    dataset_hash: str
    """Of the dataset as it was."""
    spec: DatasetSpec
    """From which, and under these versions, `cousins generate` makes it again."""
    versions: dict[str, str]
    tasks: dict[str, str]
    """The id that each of its tasks had, by the one that it has now."""


def is_merged(root: Path) -> bool:
    """Whether a dataset was merged from others, so that no spec makes it again."""
    return any((root / "data" / "tasks").glob(f"*/{SOURCE}"))
