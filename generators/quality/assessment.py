"""Quality by task and over all: how demonstrations move, how alike they are, what they cover."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...schemas import Episode, EpisodeArrays, Model
from ..dataset import Dataset
from .duplicates import duplicates, outline
from .labels import LabelBalance, evenness, label_balance
from .measures import (
    BIN_WIDTHS,
    Array,
    Rate,
    Spread,
    log_dimensionless_jerk,
    path_efficiency,
    spectral_arc_length,
    speed,
    spread,
    state_action_rows,
    unique_bins,
    without_trace,
)
from .motion import chatter, idle_share, rms_jerk
from .neighbours import Neighbourhood, neighbourhood


class TaskQuality(Model):
    """Measures of attempts; all but `success` and `recovered` look at demonstrations only."""

    success: Rate
    recovered: int
    """Demonstrations in which something had gone wrong before."""
    seconds: float
    """Of demonstrations, together."""
    idle: Spread | None
    """Share of an attempt's actions in which nothing moves."""
    jerk: Spread | None
    """Root mean square of an attempt, m/s^3."""
    ldlj: Spread | None
    sparc: Spread | None
    efficiency: Spread | None
    """Of the tool's path in each subtask."""
    chatter: Spread | None
    """Reversals of the commanded opening per minute."""
    duplicates: int
    """Demonstrations that are nearly the same as an earlier one of their task."""
    coverage: float
    """Distinct bins of states and actions per row: SACo without a reference."""
    neighbours: Neighbourhood | None


class Assessment(Model):
    """All measures of a dataset."""

    overall: TaskQuality
    tasks: dict[str, TaskQuality]
    """By task."""
    task_balance: float
    """Evenness of demonstrations over tasks: 1 where all have as many."""
    labels: LabelBalance | None
    """None without frames."""


@dataclass
class Gathered:
    """What is kept of some attempts."""

    attempts: int = 0
    won: int = 0
    recovered: int = 0
    seconds: float = 0.0
    idle: list[float] = field(default_factory=list[float])
    jerk: list[float | None] = field(default_factory=list[float | None])
    ldlj: list[float | None] = field(default_factory=list[float | None])
    sparc: list[float | None] = field(default_factory=list[float | None])
    efficiency: list[float | None] = field(default_factory=list[float | None])
    chatter: list[float] = field(default_factory=list[float])
    outlines: dict[str, Array] = field(default_factory=dict[str, Array])
    rows: list[Array] = field(default_factory=list[Array])

    def add(self, episode: Episode, arrays: EpisodeArrays | None) -> None:
        """Measure an attempt; arrays are those of a demonstration."""
        self.attempts += 1
        self.won += episode.success
        self.recovered += episode.recovered
        if arrays is None:
            return
        tool, hz = arrays.tool[:, :3], episode.hz
        profile = speed(tool, hz)
        self.seconds += episode.steps / hz
        self.idle.append(idle_share(arrays, hz))
        self.jerk.append(rms_jerk(tool, hz))
        self.ldlj.append(log_dimensionless_jerk(profile, hz))
        self.sparc.append(spectral_arc_length(profile, hz))
        self.efficiency += [path_efficiency(tool[x.start : x.end + 1]) for x in episode.subtasks]
        self.chatter.append(chatter(arrays.actions[:, -1].astype(np.float64), hz))
        self.outlines[episode.id] = outline(arrays)
        self.rows.append(state_action_rows(arrays))

    def quality(self, repeated: int) -> TaskQuality:
        """The measures.

        Args:
            repeated: demonstrations that are nearly the same as an earlier one of their task.
        """
        rows = np.vstack(self.rows) if self.rows else np.empty((0, 8))
        bins = len(unique_bins(rows, BIN_WIDTHS))
        return TaskQuality(
            success=Rate(successes=self.won, attempts=self.attempts),
            recovered=self.recovered,
            seconds=round(self.seconds, 3),
            idle=spread(self.idle),
            jerk=_spread(self.jerk),
            ldlj=_spread(self.ldlj),
            sparc=_spread(self.sparc),
            efficiency=_spread(self.efficiency),
            chatter=spread(self.chatter),
            duplicates=repeated,
            coverage=bins / len(rows) if len(rows) else 0.0,
            neighbours=self._neighbours(),
        )

    def _neighbours(self) -> Neighbourhood | None:
        """States are the tool and its opening, actions its step and the commanded opening."""
        parts = [rows[:-1] for rows in self.rows if len(rows) > 1]
        if not parts:
            return None
        steps = [np.diff(rows[:, :4], axis=0) for rows in self.rows if len(rows) > 1]
        owners = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        rows = np.vstack(parts)
        return neighbourhood(rows[:, :4], rows[:, 4:], np.vstack(steps), owners)


def assess(dataset: Dataset) -> Assessment:
    """Measure a dataset by task and over all.

    Of each demonstration a row for each of its actions is kept, eight numbers.

    Raises:
        DatasetError: where its files are damaged.
    """
    tasks: dict[str, Gathered] = {task.id: Gathered() for task in dataset.tasks()}
    whole = Gathered()
    for episode in map(without_trace, dataset.episodes()):
        moved = episode.success and episode.steps > 0
        arrays = dataset.arrays(episode) if moved else None
        for gathered in (tasks.setdefault(episode.task, Gathered()), whole):
            gathered.add(episode, arrays)
    repeated = {task: len(duplicates(gathered.outlines)) for task, gathered in tasks.items()}
    return Assessment(
        overall=whole.quality(sum(repeated.values())),
        tasks={task: gathered.quality(repeated[task]) for task, gathered in tasks.items()},
        task_balance=evenness_of(tasks),
        labels=label_balance(dataset.frames()),
    )


def evenness_of(tasks: dict[str, Gathered]) -> float:
    """Evenness of demonstrations over the tasks that have some."""
    return evenness(gathered.won for gathered in tasks.values())


def _spread(values: list[float | None]) -> Spread | None:
    return spread(value for value in values if value is not None)
