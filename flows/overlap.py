"""Overlapping runs of one deployment; a command offers these, so nothing else is imported."""

from __future__ import annotations

from enum import StrEnum


class Overlap(StrEnum):
    """What becomes of a run that is due while an earlier one is still under way."""

    wait = "wait"
    """It begins when the earlier one has ended; Prefect's ENQUEUE."""
    refuse = "refuse"
    """It is cancelled; Prefect's CANCEL_NEW."""
    take_over = "take-over"
    """The earlier one is cancelled, and this one goes on from its last finished shard."""
