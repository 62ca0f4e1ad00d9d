"""Attempts that are nearly the same: their tools go the same way at the same pace."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...schemas import EpisodeArrays
from .measures import Array

POINTS = 32
"""At which paths are compared, evenly spread over the time of each."""
NEAR = 0.01
"""Paths are the same below this root mean square distance, metres."""


def outline(arrays: EpisodeArrays) -> Array:
    """The tool's position and the opening at evenly spread times, (32, 4) metres."""
    track: Array = np.column_stack([arrays.tool[:, :3], arrays.gripper]).astype(np.float64)
    times = np.linspace(0, len(track) - 1, POINTS)
    columns = (np.interp(times, np.arange(len(track)), track[:, k]) for k in range(track.shape[1]))
    found: Array = np.stack(list(columns), axis=1)
    return found


def duplicates(outlines: Mapping[str, Array], near: float = NEAR) -> dict[str, str]:
    """Attempts that come after one that is nearly the same, with that one.

    Args:
        outlines: by attempt, in order.
        near: root mean square distance below which two are the same, metres.
    """
    kept: dict[str, Array] = {}
    found: dict[str, str] = {}
    for name, path in outlines.items():
        if kept:
            apart = np.stack(list(kept.values())) - path
            distance = np.sqrt((apart**2).sum(axis=2).mean(axis=1))
            nearest = int(distance.argmin())
            if distance[nearest] < near:
                found[name] = list(kept)[nearest]
                continue
        kept[name] = path
    return found
