"""What an export in progress knows of all episodes that it has written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...licences import AssetUse


@dataclass
class Totals:
    """The totals over all episodes so far.

    Attributes:
        episodes: how many.
        frames: rows of all.
        tasks: the number of each instruction, in the order in which they were met.
        subtasks: the texts of subtasks, in their order, of episodes that were taken over.
        histograms: (3, 256) int64, pixels of each value of a video feature.
        sampled: frames that the histogram of a feature counts.
        scenes: ids of the scenes of episodes that were written here.
        scene_of: the id of each episode's scene, by the episode's number.
        uses: the assets of episodes that were taken over.
        videos: of an export that was taken over, its video features as info.json has them.
    """

    episodes: int = 0
    frames: int = 0
    tasks: dict[str, int] = field(default_factory=dict[str, int])
    subtasks: tuple[str, ...] = ()
    histograms: dict[str, npt.NDArray[np.int64]] = field(
        default_factory=dict[str, npt.NDArray[np.int64]]
    )
    sampled: dict[str, int] = field(default_factory=dict[str, int])
    scenes: set[str] = field(default_factory=set[str])
    scene_of: list[str] = field(default_factory=list[str])
    uses: tuple[AssetUse, ...] = ()
    videos: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def count_pixels(self, key: str, histogram: npt.NDArray[np.int64], sampled: int) -> None:
        """Add the pixels of an episode to those of a video feature."""
        known = self.histograms.get(key)
        self.histograms[key] = histogram if known is None else known + histogram
        self.sampled[key] = self.sampled.get(key, 0) + sampled
