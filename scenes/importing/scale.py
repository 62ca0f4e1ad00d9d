"""Checks that an imported thing has the size of its kind: files rarely say their unit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError
from ..core import taxonomy

SLACK = 3.0
"""A thing may be this many times larger or smaller than any model of its kind."""
ANY_SIZE = (0.004, 6.0)
"""Allowed largest extent where BDDL has no models of the kind, metres."""
UNITS = (("millimetres", 1000.0), ("centimetres", 100.0), ("inches", 39.37007874))


def check_scale(category: str, extents: npt.ArrayLike, notes: str = "its YAML file") -> None:
    """Compare extents (3,) in metres with BEHAVIOR's metric boxes of a category.

    Args:
        category: a BDDL synset.
        extents: of the bounding box.
        notes: the file in which the message says to set `scale`.

    Raises:
        AssetError: where they are out of proportion; names the likely unit and its remedy.
    """
    largest = float(np.max(np.asarray(extents, dtype=np.float64)))
    low, high, typical = _range(category)
    if low / SLACK <= largest <= high * SLACK:
        return
    if not largest > 0:
        raise AssetError("it has no extent: all of it lies in one point")
    ratio = largest / typical
    unit, per_metre = min(UNITS, key=lambda pair: abs(np.log(ratio / pair[1])))
    if abs(np.log(ratio / per_metre)) < np.log(2.0):
        times = f"{per_metre:.4g} times"
        remedy = f"in {unit}? set `scale: {1 / per_metre:g}` in {notes}"
    else:
        factor = float(f"{max(ratio, 1 / ratio):.2g}")
        times = f"{factor:g} times" + ("" if ratio >= 1 else " less than")
        remedy = f"set `scale`, metres per unit of the file, in {notes}"
    x, y, z = (f"{float(value):.3g}" for value in np.asarray(extents, dtype=np.float64))
    raise AssetError(
        f"extents {x} x {y} x {z} m are about {times} those of a {category} "
        f"({low:.2g} to {high:.2g} m): {remedy}"
    )


@lru_cache(maxsize=1024)
def _range(category: str) -> tuple[float, float, float]:
    """Least, greatest and median largest extent of a category's models, metres."""
    boxes = taxonomy.metric_boxes(category)
    if not boxes:
        return ANY_SIZE[0] * SLACK, ANY_SIZE[1] / SLACK, 0.2
    largest = np.array(boxes).max(axis=1)
    return float(largest.min()), float(largest.max()), float(np.median(largest))
