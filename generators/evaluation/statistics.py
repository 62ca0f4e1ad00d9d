"""Intervals of success rates, and paired comparisons of two policies."""

from __future__ import annotations

from math import comb, sqrt

import numpy as np

from ...schemas import Comparison, DatasetError, EvalResult, SuiteResult

Z95 = 1.959963984540054
RESAMPLES = 10_000


def wilson(successes: int, count: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927), rounded to six digits.

    Args:
        successes: of them.
        count: at least one.
    """
    share, square = successes / count, Z95 * Z95
    scale = 1 + square / count
    middle = (share + square / (2 * count)) / scale
    half = Z95 / scale * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return round(max(middle - half, 0.0), 6), round(min(middle + half, 1.0), 6)


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact test, two-sided: a fair coin would split the differing pairs so or worse."""
    count, fewer = only_first + only_second, min(only_first, only_second)
    if not count:
        return 1.0
    tail: float = sum(comb(count, k) for k in range(fewer + 1)) / 2**count
    return round(min(1.0, 2 * tail), 6)


def compare(first: EvalResult, second: EvalResult) -> tuple[Comparison, ...]:
    """Both policies on the suites that both have.

    Raises:
        DatasetError: they share no suite, or the scenes of one differ.
    """
    others = {suite.name: suite for suite in second.suites}
    shared = [suite for suite in first.suites if suite.name in others]
    if not shared:
        raise DatasetError(
            f"the results share no suite: {', '.join(s.name for s in first.suites)} and "
            f"{', '.join(others)}"
        )
    return tuple(_compared(suite, others[suite.name]) for suite in shared)


def _compared(first: SuiteResult, second: SuiteResult) -> Comparison:
    if first.scenes_hash != second.scenes_hash:
        raise DatasetError(
            f"suite {first.name}: the two results are of other scenes ({first.scenes_hash[:12]} "
            f"and {second.scenes_hash[:12]}); evaluate both with the same spec and versions"
        )
    a = np.array([one.success for one in first.rollouts], dtype=np.int64)
    b = np.array([one.success for one in second.rollouts], dtype=np.int64)
    difference = a - b
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(a), size=(RESAMPLES, len(a)))
    low, high = np.quantile(difference[drawn].mean(axis=1), (0.025, 0.975))
    only_first, only_second = int((difference > 0).sum()), int((difference < 0).sum())
    return Comparison(
        suite=first.name,
        both=int((a & b).sum()),
        only_first=only_first,
        only_second=only_second,
        neither=int(((1 - a) & (1 - b)).sum()),
        difference=round(float(difference.mean()), 6),
        ci95=(round(float(low), 6), round(float(high), 6)),
        p_value=mcnemar(only_first, only_second),
    )
