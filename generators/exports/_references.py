"""Shards of a dataset that are of a task or a scene which is not there."""

from __future__ import annotations

from ...schemas import DatasetError
from ..dataset import Dataset
from ..shards import STAGES, is_own


def refuse_orphans(dataset: Dataset) -> None:
    """Refuse a dataset with shards whose task or scenes have no record.

    A finished dataset has none; one that was damaged, or cut by hand, may.

    Raises:
        DatasetError: naming the shard, and what it lacks.
    """
    tasks = {task.id for task in dataset.tasks()}
    scenes = {record.shard for record in dataset.records("scenes")}
    for stage in STAGES[1:]:
        for record in dataset.records(stage):
            shard = record.shard
            task = shard.partition("-")[0]
            if is_own(stage, shard, ()) and task not in tasks:
                lacks = f"the task {task}"
            elif shard not in scenes:
                lacks = f"the shard scenes/{shard}"
            else:
                continue
            raise DatasetError(
                f"{dataset.root}: {stage}/{shard} is of {lacks}, which is not there; finish the "
                "dataset again with `cousins generate`"
            )
