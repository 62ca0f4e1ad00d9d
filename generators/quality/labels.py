"""How labels of frames are spread: over categories, over occlusion, and over answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from ...schemas import FrameRecord, Model

BINS = 10
"""Of equal width over the visible fraction."""


class LabelBalance(Model):
    """How labels are spread."""

    frames: int
    objects: int
    """Visible ones, over all frames."""
    categories: dict[str, int]
    """Visible objects, the most frequent first."""
    balance: float
    """Entropy of the categories over that of as many equally frequent ones: 1 is even."""
    occlusion: tuple[int, ...] | None
    """Visible objects by visible fraction: up to 0.1, up to 0.2, and so on; None without the label
    `visible_fraction`."""
    truncated: int
    """Visible objects that the image's edge cuts."""


def label_balance(frames: Iterable[FrameRecord]) -> LabelBalance | None:
    """Count over frames; None where there are none."""
    count = truncated = 0
    categories, bins = Counter[str](), Counter[int]()
    for frame in frames:
        count += 1
        for thing in frame.objects:
            if thing.visible_pixels:
                categories[thing.category] += 1
                truncated += bool(thing.truncated)
                if thing.visible_fraction is not None:
                    bins[max(0, math.ceil(thing.visible_fraction * BINS) - 1)] += 1
    if not count:
        return None
    ordered = dict(sorted(categories.items(), key=lambda pair: (-pair[1], pair[0])))
    return LabelBalance(
        frames=count,
        objects=sum(categories.values()),
        categories=ordered,
        balance=evenness(ordered.values()),
        occlusion=tuple(bins[place] for place in range(BINS)) if bins else None,
        truncated=truncated,
    )


def evenness(counts: Iterable[int]) -> float:
    """Entropy of counts over its greatest value; 1 for fewer than two."""
    numbers = [count for count in counts if count]
    if len(numbers) < 2:
        return 1.0
    total = sum(numbers)
    entropy = -sum(n / total * math.log(n / total) for n in numbers)
    return entropy / math.log(len(numbers))
