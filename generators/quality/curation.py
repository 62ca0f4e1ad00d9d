"""Which demonstrations to train with: no near-duplicates, the smoothest, tasks in balance."""

from __future__ import annotations

from dataclasses import dataclass

from ..dataset import Dataset
from .duplicates import NEAR, duplicates, outline
from .measures import Array, spectral_arc_length, speed, without_trace


@dataclass(frozen=True)
class Curation:
    """What is chosen.

    Attributes:
        kept: ids of demonstrations, in the dataset's order.
        demonstrations: that there were.
        duplicates: left out as nearly the same as an earlier one of their task.
        surplus: left out so that no task has more than `per_task`.
        per_task: demonstrations that a task may have; None is as many as it has.
    """

    kept: tuple[str, ...]
    demonstrations: int
    duplicates: int
    surplus: int
    per_task: int | None


def curate(
    dataset: Dataset, *, near: float = NEAR, balance: bool = False, per_task: int | None = None
) -> Curation:
    """Choose demonstrations.

    Args:
        dataset: whose attempts are looked through.
        near: root mean square distance of tools below which two attempts are the same, metres.
        balance: give each task as many as the one that has fewest.
        per_task: the most that a task may have.

    Raises:
        DatasetError: where its files are damaged.
    """
    paths: dict[str, dict[str, Array]] = {}
    smooth: dict[str, float] = {}
    for episode in map(without_trace, dataset.episodes()):
        if episode.success and episode.steps:
            arrays = dataset.arrays(episode)
            paths.setdefault(episode.task, {})[episode.id] = outline(arrays)
            found = spectral_arc_length(speed(arrays.tool[:, :3], episode.hz), episode.hz)
            smooth[episode.id] = float("-inf") if found is None else found
    repeated = {name for found in paths.values() for name in duplicates(found, near)}
    different = {
        task: [name for name in found if name not in repeated] for task, found in paths.items()
    }
    limit = per_task
    if balance and different:
        fewest = min(map(len, different.values()))
        limit = fewest if limit is None else min(limit, fewest)
    chosen = {
        name
        for names in different.values()
        for name in sorted(names, key=lambda each: (-smooth[each], each))[:limit]
    }
    left = sum(map(len, different.values()))
    return Curation(
        kept=tuple(name for name in smooth if name in chosen),
        demonstrations=len(smooth),
        duplicates=len(smooth) - left,
        surplus=left - len(chosen),
        per_task=limit,
    )
