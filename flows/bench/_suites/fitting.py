"""Suites of inserting and hanging."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .case import Case, Suite, case


def _insert(number: int, rng: np.random.Generator) -> Case:
    """A candle into a candlestick, with a millimetre to spare."""
    things = {"candle": "beeswax_candle.n.01", "stick": "candlestick.n.01"}
    return case(number, things, "(inside candle stick)", clutter=1)


def _hang(number: int, rng: np.random.Generator) -> Case:
    """A mug on a hook by its ear."""
    things = {"mug": "mug.n.04", "rack": "hook_rack.n.01"}
    return case(number, things, "(attached mug rack)", clutter=1)


SUITES: Mapping[str, Suite] = {"insert": _insert, "hang": _hang}
