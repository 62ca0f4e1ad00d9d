"""Waves: shards of one stage that a flow shows as one task, so that their number is bounded."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ..generators.shards import EXPORTS, PER_SHARD
from ..schemas import DatasetSpec
from .graph import TASKS_PER_SHARD
from .work import ShardTask

WAVES = 40
"""Tasks that a stage has in a flow run, about."""


@dataclass
class Wave:
    """Some shards of a stage, in the order in which they began.

    Attributes:
        stage: of all of them.
        first: the name of the first.
        size: how many it takes.
        begun: shards that were put in.
        ended: shards that were made or have failed.
        failures: why shards failed.
        closed: set once nothing more will happen in it.
    """

    stage: str
    first: str
    size: int
    begun: int = 0
    ended: int = 0
    failures: list[str] = field(default_factory=list[str])
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def title(self) -> str:
        """For people: the shard, or the first of several."""
        if self.size == 1:
            return f"{self.stage}/{self.first}"
        return f"{self.stage} from {self.first}, {self.size} shards"


class Waves:
    """Puts shards into waves; safe for threads."""

    def __init__(self, spec: DatasetSpec) -> None:
        """Choose the size of each stage's waves by how many shards the spec has."""
        chunks = -(-spec.scenes_per_task // PER_SHARD)
        batches = -(-spec.tasks.count // TASKS_PER_SHARD)
        self._sizes = {"tasks": -(-batches // WAVES), EXPORTS: 1}
        self._size = -(-spec.tasks.count * chunks // WAVES)
        self._open: dict[str, Wave] = {}
        self._guard = threading.Lock()

    def enter(self, unit: ShardTask) -> tuple[Wave, bool]:
        """The wave that a shard belongs to, and whether it begins with it."""
        with self._guard:
            wave = self._open.get(unit.stage)
            new = wave is None
            if wave is None:
                size = self._sizes.get(unit.stage, self._size)
                wave = self._open[unit.stage] = Wave(unit.stage, unit.shard, size)
            wave.begun += 1
            if wave.begun == wave.size:
                del self._open[unit.stage]
            return wave, new

    def leave(self, wave: Wave, failure: str | None) -> None:
        """A shard was made, or has failed; the last one closes its wave."""
        with self._guard:
            wave.ended += 1
            if failure is not None:
                wave.failures.append(failure)
            full = wave.begun == wave.size
            if full and wave.ended == wave.begun:
                wave.closed.set()

    def close(self, *waves: Wave) -> None:
        """Nothing more will begin or end in these."""
        with self._guard:
            for wave in waves:
                wave.closed.set()
                if self._open.get(wave.stage) is wave:
                    del self._open[wave.stage]
