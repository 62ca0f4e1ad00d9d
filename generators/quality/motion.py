"""How an arm moves: time in which nothing happens, jerk, and a gripper that cannot decide."""

from __future__ import annotations

import numpy as np

from ...schemas import EpisodeArrays
from .measures import Array

SLOW, TURNING = 0.005, 0.05
"""The tool rests below these, m/s and rad/s."""
OPENING = 0.001
"""Changes of the commanded opening that are smaller do not count, metres."""


def idle_share(arrays: EpisodeArrays, hz: float) -> float:
    """Share of the actions in which the tool rests and the gripper is not told to move.

    Args:
        arrays: of an episode of T actions, T at least 1.
        hz: actions per second.
    """
    tool = arrays.tool
    speed = np.linalg.norm(np.diff(tool[:, :3], axis=0), axis=1) * hz
    # The angle between two unit quaternions is twice that between them as vectors.
    overlap = np.abs((tool[:-1, 3:] * tool[1:, 3:]).sum(axis=1)).clip(0.0, 1.0)
    turning = 2 * np.arccos(overlap) * hz
    command = arrays.actions[:, -1].astype(np.float64)
    told = np.abs(np.diff(command, prepend=float(arrays.gripper[0]))) >= OPENING
    return float(((speed < SLOW) & (turning < TURNING) & ~told).mean())


def rms_jerk(points: Array, hz: float) -> float | None:
    """Root mean square of the third difference of positions, m/s^3.

    Args:
        points: (N, 3) metres.
        hz: positions per second.

    Returns:
        None for fewer than four positions.
    """
    if len(points) < 4:
        return None
    jerk = np.diff(points, 3, axis=0) * hz**3
    return float(np.sqrt((jerk**2).sum(axis=1).mean()))


def chatter(command: Array, hz: float) -> float:
    """How often the commanded opening turns back, reversals per minute.

    Args:
        command: (T,) metres, T at least 1.
        hz: commands per second.
    """
    steps = np.diff(command)
    ways = np.sign(steps[np.abs(steps) >= OPENING])
    return float((np.diff(ways) != 0).sum() / (len(command) / hz) * 60)
