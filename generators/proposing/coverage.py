"""The coverage table: how often tasks came from each seed in each way, and with what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...schemas import TaskSpec
from ...schemas.seeds import Variation

Cell = tuple[Variation, int]
"""A way of deriving tasks, and the number of the seed task that it begins with."""


@dataclass
class CoverageTable:
    """Counts over tasks that exist; what is rare comes next.

    Attributes:
        cells: tasks by the way and the first seed that they were derived from.
        moves: changes by their words.
        categories: tasks by the categories that they use.
    """

    cells: Counter[Cell] = field(default_factory=Counter[Cell])
    moves: Counter[str] = field(default_factory=Counter[str])
    categories: Counter[str] = field(default_factory=Counter[str])

    @classmethod
    def of(cls, tasks: Iterable[TaskSpec]) -> CoverageTable:
        """The table of these tasks."""
        table = cls()
        for task in tasks:
            table.add(task)
        return table

    def add(self, task: TaskSpec) -> None:
        """Count one more task."""
        self.categories.update({thing.category for thing in task.objects})
        if task.derived is not None:
            self.cells[task.derived.by, task.derived.seeds[0]] += 1
            self.moves.update(task.derived.moves)

    def next_cells(self, cells: Sequence[Cell], rng: np.random.Generator) -> list[Cell]:
        """The cells, those with the fewest tasks first; equal ones in an order that is drawn."""
        drawn = [cells[int(place)] for place in rng.permutation(len(cells))]
        return sorted(drawn, key=lambda cell: self.cells[cell])

    def rare_moves(self, moves: Sequence[str], rng: np.random.Generator) -> list[str]:
        """Changes in an order that is drawn; one that few tasks had is likely to come early."""
        return _rare_first(moves, self.moves, rng)

    def rare_categories(self, categories: Sequence[str], rng: np.random.Generator) -> list[str]:
        """As `rare_moves`, of categories."""
        return _rare_first(categories, self.categories, rng)


def _rare_first(words: Sequence[str], used: Counter[str], rng: np.random.Generator) -> list[str]:
    """Words drawn one after another without replacement, with weights 1 / (1 + their uses).

    What never comes to anything stays rare, so that a strict order would try it for ever. The keys
    are those of Efraimidis and Spirakis (2006).
    """
    keys = {word: rng.random() ** (1 + used[word]) for word in words}
    return sorted(words, key=lambda word: -keys[word])
