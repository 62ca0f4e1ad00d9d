"""What a LeRobot export holds, and how large its files may be."""

from __future__ import annotations

from dataclasses import dataclass

from ....schemas import Episode


@dataclass(frozen=True)
class Options:
    """What is written, and into how large files.

    Attributes:
        failures: also attempts that missed their goal.
        language: also LeRobot's language columns.
        data_mb: upper size of a data file.
        video_mb: upper size of a video file.
    """

    failures: bool
    language: bool
    data_mb: int
    video_mb: int

    def takes(self, episode: Episode) -> bool:
        """Whether an episode is exported: one that ended before it moved has no row to give."""
        return bool(episode.steps) and (episode.success or self.failures)
