"""Which scenes are held back for validation, and in which order more is trained with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest

FIFTH = 5
SMALLEST = 5
"""Attempts of the smallest training set."""


def held_out(scenes: Iterable[str]) -> frozenset[str]:
    """Every fifth scene, of fewer than five the last, of one alone none.

    What is seen of a scene, and what is done in it, stays together.

    Args:
        scenes: ids, in any order and repeated at will.
    """
    ordered = sorted(set(scenes))
    return frozenset(ordered[FIFTH - 1 :: FIFTH] or ordered[1:][-1:])


def training_order(scenes: Mapping[str, str], tasks: Mapping[str, str]) -> tuple[str, ...]:
    """The attempts to train with, so that each beginning of the list has all tasks alike.

    A training set of n attempts is the first n: the larger of two holds the smaller.

    Args:
        scenes: that of each attempt, by its id.
        tasks: likewise.
    """
    held = held_out(scenes.values())
    by_task: dict[str, list[str]] = {}
    for name in sorted(scenes):
        if scenes[name] not in held:
            by_task.setdefault(tasks[name], []).append(name)
    rounds = zip_longest(*(by_task[task] for task in sorted(by_task)))
    return tuple(name for names in rounds for name in names if name is not None)


def training_sizes(total: int) -> tuple[int, ...]:
    """Sizes of training sets below `total`: 5, 10, 20, 50, 100, and so on."""
    sizes = (lead * 10**power for power in range(12) for lead in (1, 2, 5))
    return tuple(size for size in sizes if SMALLEST <= size < total)
