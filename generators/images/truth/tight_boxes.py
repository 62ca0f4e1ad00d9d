"""Boxes around visible pixels."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas.frame import Box2


def tight_boxes(mask: npt.NDArray[Any]) -> dict[int, Box2]:
    """The box around the pixels of each instance that has any, by instance id."""
    from scipy.ndimage import find_objects

    found: dict[int, Box2] = {}
    for place, part in enumerate(find_objects(mask.astype(np.int32)), start=1):
        if part is not None:
            rows, columns = part
            found[place] = (columns.start, rows.start, columns.stop, rows.stop)
    return found
