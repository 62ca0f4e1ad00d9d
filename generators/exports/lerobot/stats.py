"""Statistics of a LeRobot dataset, exact over the rows or the sampled pixels they describe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
Stats = dict[str, Any]
"""min, max, mean, std, count and the quantiles, as nested lists."""


def sampled_indices(length: int) -> npt.NDArray[np.int64]:
    """Frames that image statistics look at, as LeRobot chooses them.

    All of up to 100 frames, then length ** 0.75 of them (at most 10,000), evenly spread.

    Args:
        length: frames of the episode.

    Returns:
        Increasing indices, (n,) int64.
    """
    number = max(min(length, 100), min(int(length**0.75), 10_000))
    return np.round(np.linspace(0, length - 1, number)).astype(np.int64)


def vector_stats(values: npt.NDArray[np.generic]) -> Stats:
    """Statistics of each component over all rows.

    Args:
        values: (N, D) or (N,), N at least 1; taken as float64.

    Returns:
        Lists of length D (1 for a scalar feature); `count` is [N].
    """
    rows = values.reshape(len(values), -1).astype(np.float64)
    stats: dict[str, npt.NDArray[np.float64]] = {
        "min": rows.min(axis=0),
        "max": rows.max(axis=0),
        "mean": rows.mean(axis=0),
        "std": rows.std(axis=0),
    }
    levels = np.quantile(rows, [*QUANTILES.values()], axis=0)
    stats |= dict(zip(QUANTILES, levels, strict=True))
    return {**{name: value.tolist() for name, value in stats.items()}, "count": [len(rows)]}


def component_stats(values: npt.NDArray[np.generic], block: int) -> Stats:
    """As `vector_stats`, to the bit, with one component in memory at a time.

    Args:
        values: (N, D), N and D at least 1 and 2: NumPy adds up rows of several components one
            after the other, which can be done in blocks, but numbers in a line in pairs.
        block: rows of all components in memory at a time.
    """
    count, width = values.shape
    mean = _summed(values, block, lambda rows: rows) / count
    square = _summed(values, block, lambda rows: np.square(rows - mean))
    found: dict[str, list[float]] = {name: [] for name in ("min", "max", *QUANTILES)}
    for place in range(width):
        column = values[:, place].astype(np.float64)
        found["min"].append(float(column.min()))
        found["max"].append(float(column.max()))
        for name, level in zip(QUANTILES, np.quantile(column, [*QUANTILES.values()]), strict=True):
            found[name].append(float(level))
    spread = {"mean": mean.tolist(), "std": np.sqrt(square / count).tolist()}
    ends = {name: found.pop(name) for name in ("min", "max")}
    return {**ends, **spread, **found, "count": [count]}


def _summed(
    values: npt.NDArray[np.generic],
    block: int,
    of: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    """The sum over all rows of what a function makes of each, in the order of the rows."""
    total = np.zeros(values.shape[1])
    for start in range(0, len(values), block):
        part = of(values[start : start + block].astype(np.float64))
        total = np.add.reduce(np.vstack([total, part]), axis=0) if start else part.sum(axis=0)
    return total


def image_stats(histogram: npt.NDArray[np.int64], frames: int) -> Stats:
    """Statistics of each colour channel over all counted pixels, in [0, 1].

    Args:
        histogram: (3, 256) counts of pixel values.
        frames: how many frames were counted, at least 1.

    Returns:
        Lists of shape (3, 1, 1); `count` is [frames].
    """
    levels = np.arange(256, dtype=np.float64) / 255.0
    total = histogram.sum(axis=1).astype(np.float64)
    mean = histogram @ levels / total
    variance = histogram @ levels**2 / total - mean**2
    present = [np.flatnonzero(channel) for channel in histogram]
    stats: dict[str, npt.NDArray[np.float64]] = {
        "min": np.array([levels[values[0]] for values in present]),
        "max": np.array([levels[values[-1]] for values in present]),
        "mean": mean,
        "std": np.sqrt(np.maximum(variance, 0.0)),
    }
    for name, share in QUANTILES.items():
        stats[name] = np.array([_quantile(channel, share) / 255.0 for channel in histogram])
    shaped: Stats = {name: value.reshape(3, 1, 1).tolist() for name, value in stats.items()}
    return {**shaped, "count": [frames]}


def _quantile(counts: npt.NDArray[np.int64], share: float) -> float:
    """The quantile of a histogram over 0, 1, 2, ..., interpolated between order statistics."""
    ends = np.cumsum(counts)
    position = share * (float(ends[-1]) - 1.0)
    low = int(np.floor(position))
    below, above = np.searchsorted(ends, [low, min(low + 1, int(ends[-1]) - 1)], side="right")
    return float(below + (above - below) * (position - low))
