"""Which demonstrations to train with: no near-duplicates, the smoothest, tasks in balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...schemas import DatasetError
from ..dataset import Dataset
from ..splits import held_out, training_order
from .duplicates import NEAR, duplicates, outline
from .measures import Array, spectral_arc_length, speed, without_trace

Split = Literal["train", "val"]


@dataclass(frozen=True)
class Curation:
    """What is chosen.

    Attributes:
        kept: ids of demonstrations, in the dataset's order.
        demonstrations: that there were.
        duplicates: left out as nearly the same as an earlier one of their task.
        surplus: left out so that no task has more than `per_task`.
        per_task: demonstrations that a task may have; None is as many as it has.
        elsewhere: left out as they are of the other split, or beyond the size that is wanted.
    """

    kept: tuple[str, ...]
    demonstrations: int
    duplicates: int
    surplus: int
    per_task: int | None
    elsewhere: int = 0


def curate(
    dataset: Dataset,
    *,
    near: float = NEAR,
    balance: bool = False,
    per_task: int | None = None,
    split: Split | None = None,
    size: int | None = None,
) -> Curation:
    """Choose demonstrations.

    Args:
        dataset: whose attempts are looked through.
        near: root mean square distance of tools below which two attempts are the same, metres.
        balance: give each task as many as the one that has fewest.
        per_task: the most that a task may have.
        split: take those of the scenes to train with, or of those held back for validation.
        size: how many to train with; a larger set holds the smaller ones, tasks alike in each.

    Raises:
        DatasetError: where its files are damaged, or there are fewer to train with than `size`.
    """
    paths: dict[str, dict[str, Array]] = {}
    smooth: dict[str, float] = {}
    scenes: dict[str, str] = {}
    tasks: dict[str, str] = {}
    for episode in map(without_trace, dataset.episodes()):
        if episode.success and episode.steps:
            arrays = dataset.arrays(episode)
            scenes[episode.id], tasks[episode.id] = episode.scene, episode.task
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
    wanted = chosen
    if split is not None or size is not None:
        own = {name: scenes[name] for name in chosen}
        wanted = _of_split(own, tasks, "train" if split is None else split, size)
    return Curation(
        kept=tuple(name for name in smooth if name in wanted),
        demonstrations=len(smooth),
        duplicates=len(smooth) - left,
        surplus=left - len(chosen),
        per_task=limit,
        elsewhere=len(chosen) - len(wanted),
    )


def _of_split(
    scenes: dict[str, str], tasks: dict[str, str], split: Split, size: int | None
) -> set[str]:
    """Those attempts of a split, or a training set of a size.

    Raises:
        DatasetError: there are fewer to train with than `size`.
    """
    if split == "val":
        held = held_out(scenes.values())
        return {name for name, scene in scenes.items() if scene in held}
    order = training_order(scenes, tasks)
    if size is not None and size > len(order):
        raise DatasetError(
            f"{size} demonstrations to train with are wanted; there are {len(order)}"
        )
    return set(order[:size])
