"""The suite of pouring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .case import Case, Suite, case, one


def _pour(number: int, rng: np.random.Generator) -> Case:
    """Eight to twelve nuts from a cup into a wider vessel."""
    count = int(rng.integers(8, 13))
    nuts = {f"nut_{i + 1}": "hazelnut.n.02" for i in range(count)}
    cup = one(rng, "dixie_cup.n.01", "water_glass.n.02", "mug.n.04")
    bowl = one(rng, "bowl.n.01", "saucepot.n.01", "tupperware.n.01", "wicker_basket.n.01")
    init = "".join(f"(inside {name} cup)" for name in nuts)
    goal = "(forall (?nut - hazelnut.n.02) (inside ?nut bowl))"
    return case(number, {"cup": cup, "bowl": bowl, **nuts}, goal, init, clutter=1)


SUITES: Mapping[str, Suite] = {"pour": _pour}
