"""Measures of a dataset's quality that need its files alone: no simulator, no learner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ...schemas import Episode, EpisodeArrays, Model
from ..dataset import Dataset

Array = npt.NDArray[np.float64]

CELL = 0.05
"""Edge of a cell of the table top, metres."""
BIN_WIDTHS = (0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02)
"""Of tool x, y, z, opening; then the tool's step x, y, z, and the commanded opening, metres."""
STILL = 1e-4
"""A path shorter than this, metres, has no direction to be efficient about."""


class Spread(Model):
    """A sample of numbers in five."""

    count: int
    mean: float
    q10: float
    median: float
    q90: float


class Rate(Model):
    """How many of how many."""

    successes: int
    attempts: int

    @property
    def share(self) -> float:
        """Successes per attempt; 0 without attempts."""
        return self.successes / self.attempts if self.attempts else 0.0


class Coverage(Model):
    """How positions spread over a grid."""

    positions: int
    occupied: int
    """Cells with a position in them."""
    cells: int
    """Cells of the rectangle that the positions span."""
    effective: float
    """exp(entropy): how many equally used cells would be as diverse."""


class QualityReport(Model):
    """Everything measured; smoothness and efficiency look at demonstrations only."""

    success: Rate
    success_by_skill: dict[str, Rate]
    success_by_plan_length: dict[int, Rate]
    """Key 0: tasks without any plan."""
    failures: dict[str, int]
    """Attempts that missed their goal, by cause."""
    path_efficiency: dict[str, Spread]
    """By skill, of the tool's path in each subtask."""
    ldlj: Spread | None
    sparc: Spread | None
    coverage: Coverage | None
    state_action_bins: int
    """Distinct bins of (state, action): SACo's numerator, without a reference set."""
    state_actions: int
    """Rows that were binned."""


def spread(values: Iterable[float]) -> Spread | None:
    """Mean and quantiles of a sample; None where it is empty."""
    numbers = np.fromiter(values, dtype=np.float64)
    if not len(numbers):
        return None
    q10, median, q90 = np.quantile(numbers, (0.1, 0.5, 0.9)).tolist()
    mean = float(numbers.mean())
    return Spread(count=len(numbers), mean=mean, q10=q10, median=median, q90=q90)


def path_efficiency(points: Array) -> float | None:
    """|x_T - x_0| / sum |dx_t|: 1 on a straight line; None where nothing moved.

    Args:
        points: (N, 3) positions, metres.
    """
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    if length < STILL:
        return None
    return float(np.linalg.norm(points[-1] - points[0])) / length


def speed(points: Array, hz: float) -> Array:
    """Speed between successive positions.

    Args:
        points: (N, 3) metres.
        hz: positions per second.

    Returns:
        (N - 1,) m/s.
    """
    steps: Array = np.linalg.norm(np.diff(points, axis=0), axis=1) * hz
    return steps


def log_dimensionless_jerk(profile: Array, hz: float) -> float | None:
    """LDLJ = -ln[(T^3 / v_peak^2) integral (d2v/dt2)^2 dt]; nearer to zero is smoother.

    Source: Balasubramanian et al., On the analysis of movement smoothness, 2015.

    Args:
        profile: (N,) speed, m/s, over T = (N - 1) / hz seconds.
        hz: samples per second.

    Returns:
        None for fewer than five samples, a motion of no speed, or one of no jerk.
    """
    if len(profile) < 5 or profile.max() * len(profile) / hz < STILL:
        return None
    step = 1.0 / hz
    jerk = np.gradient(np.gradient(profile, step, edge_order=2), step, edge_order=2)
    duration = (len(profile) - 1) * step
    squared = jerk**2
    integral = float((squared[1:] + squared[:-1]).sum() / 2 * step)
    value = duration**3 / float(profile.max()) ** 2 * integral
    return -math.log(value) if value > 0 else None


def spectral_arc_length(
    profile: Array, hz: float, *, cutoff: float = 10.0, threshold: float = 0.05
) -> float | None:
    """SPARC: minus the arc length of the speed's normalised amplitude spectrum.

    -integral_0^fc sqrt((1/fc)^2 + (dV/df)^2) df, where fc is the last frequency at or below
    `cutoff` whose amplitude, relative to that of zero, reaches `threshold`.
    Source: Balasubramanian et al., On the analysis of movement smoothness, 2015.

    Args:
        profile: (N,) speed, m/s.
        hz: samples per second.
        cutoff: Hz.
        threshold: share of the amplitude at zero.

    Returns:
        At most -1; None for fewer than five samples or a motion of no speed.
    """
    if len(profile) < 5 or profile.max() * len(profile) / hz < STILL:
        return None
    size = 16 * 2 ** math.ceil(math.log2(len(profile)))
    amplitude = np.abs(np.fft.rfft(profile, size))
    amplitude /= amplitude[0]
    frequency = np.fft.rfftfreq(size, 1.0 / hz)
    kept = np.flatnonzero((frequency <= cutoff) & (amplitude >= threshold))
    last = max(int(kept[-1]), 1)
    share = np.diff(frequency[: last + 1]) / frequency[last]
    return -float(np.hypot(share, np.diff(amplitude[: last + 1])).sum())


def coverage(positions: Array, cell: float = CELL) -> Coverage | None:
    """How positions spread over square cells; None without positions.

    Args:
        positions: (N, 2) metres.
        cell: edge of a cell, metres.
    """
    if not len(positions):
        return None
    index = np.floor(positions / cell).astype(np.int64)
    extent = index.max(axis=0) - index.min(axis=0) + 1
    _, counts = np.unique(index, axis=0, return_counts=True)
    shares = counts / counts.sum()
    return Coverage(
        positions=len(positions),
        occupied=len(counts),
        cells=int(extent.prod()),
        effective=float(np.exp(-(shares * np.log(shares)).sum())),
    )


def unique_bins(values: Array, widths: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The distinct bins that rows fall into.

    Source: SACo of Schweighofer et al., A Dataset Perspective on Offline RL, 2022.

    Args:
        values: (N, D).
        widths: (D,), each positive; edges lie at whole multiples, the same for every dataset.

    Returns:
        (M, D) int64, sorted.
    """
    bins: npt.NDArray[np.int64] = np.floor(values / np.asarray(widths)).astype(np.int64)
    return np.unique(bins, axis=0)


def state_action_rows(arrays: EpisodeArrays) -> Array:
    """State and action in the terms that all tasks share.

    Returns:
        (T, 8): tool position and opening, then the tool's next step and commanded opening.
    """
    tool, opening = arrays.tool[:, :3], arrays.gripper.astype(np.float64)
    command = arrays.actions[:, -1:].astype(np.float64)
    return np.hstack([tool[:-1], opening[:-1, None], np.diff(tool, axis=0), command])


@dataclass
class _Sample:
    """The values gathered over the demonstrations."""

    efficiency: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    ldlj: list[float] = field(default_factory=list[float])
    sparc: list[float] = field(default_factory=list[float])
    bins: list[npt.NDArray[np.int64]] = field(default_factory=list[npt.NDArray[np.int64]])
    rows: int = 0

    def add(self, episode: Episode, arrays: EpisodeArrays) -> None:
        tool = arrays.tool[:, :3]
        for part in episode.subtasks:
            value = path_efficiency(tool[part.start : part.end + 1])
            if value is not None:
                self.efficiency.setdefault(part.skill, []).append(value)
        profile = speed(tool, episode.hz)
        for target, found in (
            (self.ldlj, log_dimensionless_jerk(profile, episode.hz)),
            (self.sparc, spectral_arc_length(profile, episode.hz)),
        ):
            if found is not None:
                target.append(found)
        rows = state_action_rows(arrays)
        self.bins.append(unique_bins(rows, BIN_WIDTHS))
        self.rows += len(rows)


def success_by_skill(episodes: Iterable[Episode]) -> dict[str, Rate]:
    """Of all subtasks that were begun, how many succeeded, by skill."""
    begun, won = Counter[str](), Counter[str]()
    for episode in episodes:
        for part in episode.subtasks:
            begun[part.skill] += 1
            won[part.skill] += part.success
    return {s: Rate(successes=won[s], attempts=begun[s]) for s in sorted(begun)}


def plan_of(episodes: Sequence[Episode]) -> tuple[str, ...]:
    """The skills of a task's plan, without what was tried in vain or again.

    Where the task was solved: what succeeded in the attempt that needed least. Elsewhere: the
    distinct steps of the attempt that went furthest.

    Args:
        episodes: all attempts at one task.
    """
    solved = [[s.skill for s in e.subtasks if s.success] for e in episodes if e.success]
    if solved:
        shortest = min(solved, key=len)
        return tuple(shortest)
    tried = [dict.fromkeys((s.skill, s.arguments) for s in e.subtasks) for e in episodes]
    return tuple(skill for skill, _ in max(tried, key=len, default=()))


def success_by_plan_length(episodes: Iterable[Episode]) -> dict[int, Rate]:
    """Of all attempts, how many succeeded, by the length of their task's plan."""
    by_task = dict[str, list[Episode]]()
    for episode in episodes:
        by_task.setdefault(episode.task, []).append(episode)
    grouped = dict[int, list[bool]]()
    for tried in by_task.values():
        grouped.setdefault(len(plan_of(tried)), []).extend(e.success for e in tried)
    return {n: Rate(successes=sum(g), attempts=len(g)) for n, g in sorted(grouped.items())}


def failures_by_cause(episodes: Iterable[Episode]) -> dict[str, int]:
    """Attempts that missed their goal, by cause, the most frequent first."""
    counts = Counter(e.cause or "unknown" for e in episodes if not e.success)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def without_trace(episode: Episode) -> Episode:
    """An episode without its planner trace, which is most of its size in memory."""
    return episode.model_copy(update={"trace": ()})


def measure(dataset: Dataset) -> QualityReport:
    """Measure a whole dataset, one episode in memory at a time.

    Raises:
        DatasetError: where its files are damaged.
    """
    episodes, sample = list[Episode](), _Sample()
    for episode in dataset.episodes():
        episodes.append(without_trace(episode))
        if episode.success and episode.steps:
            sample.add(episode, dataset.arrays(episode))
    movable = [
        thing.pos[:2] for scene in dataset.scenes() for thing in scene.objects if not thing.fixed
    ]
    efficiency = {skill: spread(values) for skill, values in sorted(sample.efficiency.items())}
    bins = np.unique(np.vstack(sample.bins), axis=0) if sample.bins else ()
    return QualityReport(
        success=Rate(successes=sum(e.success for e in episodes), attempts=len(episodes)),
        success_by_skill=success_by_skill(episodes),
        success_by_plan_length=success_by_plan_length(episodes),
        failures=failures_by_cause(episodes),
        path_efficiency={skill: value for skill, value in efficiency.items() if value},
        ldlj=spread(sample.ldlj),
        sparc=spread(sample.sparc),
        coverage=coverage(np.array(movable, dtype=np.float64)) if movable else None,
        state_action_bins=len(bins),
        state_actions=sample.rows,
    )
