"""Datasets that have no attempts, and thus nothing for formats of demonstrations."""

from __future__ import annotations

from ...schemas import DatasetError
from ..dataset import Dataset


def no_attempts(name: str, dataset: Dataset) -> DatasetError:
    """The error of a format of demonstrations about a dataset without any.

    Args:
        name: of the format.
        dataset: that has no episodes.
    """
    remedy = "set episodes.per_task to 1 or more"
    if dataset.spec.without_tasks:
        remedy = "it was made with `tasks: none`, for its pictures; export coco or yolo"
    return DatasetError(f"{name}: no demonstrations: the dataset has no episodes; {remedy}")
