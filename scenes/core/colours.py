"""Colours as light."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...schemas.colours import rgba


def linear(text: str) -> npt.NDArray[np.float64]:
    """The linear RGB, (3,), of a display colour."""
    return np.asarray(rgba(text)[:3]) ** 2.2
