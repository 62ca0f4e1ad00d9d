"""Settings of property tests: the same cases in every run, no clock, no database of examples."""

from __future__ import annotations

import os
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

T = TypeVar("T")
TIMES = int(os.environ.get("COUSINS_PROPERTY_TIMES", "1"))
"""Cases beside those of the default tests: 50 searches 50 times as long."""


def cases(count: int) -> settings:
    """The same `count` cases in every run; other cases where `TIMES` is above 1."""
    return settings(
        max_examples=count * TIMES,
        derandomize=TIMES == 1,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def lengths(least: float = -10.0, most: float = 10.0) -> st.SearchStrategy[float]:
    """Metres."""
    return st.floats(least, most)
