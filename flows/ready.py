"""Shards that can be made now, in the order in which they should be."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from .work import ShardTask


class ReadyShards:
    """A queue by `ShardTask.order`; true while anything is in it."""

    def __init__(self, units: Iterable[ShardTask]) -> None:
        """Begin with these."""
        self._heap: list[tuple[tuple[int, int], str, int, ShardTask]] = []
        self._count = 0
        self.push(units)

    def __bool__(self) -> bool:
        return bool(self._heap)

    def push(self, units: Iterable[ShardTask]) -> None:
        """Add some; of equals, the first to come is the first to go."""
        for unit in units:
            heapq.heappush(self._heap, (unit.order, unit.shard, self._count, unit))
            self._count += 1

    def pop(self) -> ShardTask:
        """Take out the one that should be made first."""
        return heapq.heappop(self._heap)[-1]
