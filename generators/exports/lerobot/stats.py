"""Statistics of a LeRobot dataset, exact over the rows or the sampled pixels they describe."""

from __future__ import annotations

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
    for name, share in QUANTILES.items():
        stats[name] = np.quantile(rows, share, axis=0)
    return {**{name: value.tolist() for name, value in stats.items()}, "count": [len(rows)]}


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
