"""What each engine adds to a shard, and how much of a machine it leaves to the work.

The shards are empty but for a pause, so that all that remains is the engine: handing out a shard,
sending it to a worker, committing it, and showing it. What is measured begins once a quarter of
the shards is there, so that workers have started.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...generators.shards import ShardRecord
from ...schemas import BackendMissingError
from ..engines import ENGINES, engine
from ..reporter import Silent
from ..session import RunRequest, Session
from ..work import ShardTask
from ._empty import spec, stages

WORKERS = 2
PAUSE = 0.05
"""Seconds that a shard of scenes takes, so that workers are busy at the same time."""
TASKS, SMALL = 300, 60
"""Each has a shard of scenes and one of frames."""
LONG = 30.0
"""Seconds of a shard of which the efficiency is told."""
Mark = tuple[str, float]
"""A stage, and when a shard of it was done."""


class ShardMarks(Silent):
    """A Reporter that keeps when each shard was done."""

    def __init__(self) -> None:
        """Begin without any."""
        self.marks: list[Mark] = []

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self.marks.append((unit.stage, time.perf_counter()))


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `engines`."""
    tasks = SMALL if small else TASKS
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    hashes: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="cousins-bench-engines-") as name:
        for chosen in sorted(ENGINES.names(), key=lambda engine: engine != "local"):
            try:
                start, marks, made = _measure(chosen, Path(name) / chosen, tasks, seed)
            except BackendMissingError as error:
                missing[chosen] = str(error)
                continue
            hashes.add(made)
            each = overhead(marks)
            found[chosen] = {"overhead_seconds": round(each, 5), "start_seconds": round(start, 3)}
            sys.stderr.write(f"{chosen}: {1000 * each:.1f} ms a shard\n")
    local = found["local"]["overhead_seconds"]
    for one in found.values():
        one["efficiency_at_30_s"] = round((LONG + local) / (LONG + one["overhead_seconds"]), 4)
    told = {"workers": WORKERS, "shards": 2 * tasks, "engines": found, "missing": missing}
    return {**told, "same_hash": len(hashes) == 1}


def overhead(marks: Sequence[Mark]) -> float:
    """Seconds of a worker's time that a shard costs beside its pause.

    Args:
        marks: of all shards, in the order in which they were done.
    """
    rest = marks[len(marks) // 4 :]
    elapsed = rest[-1][1] - rest[0][1]
    pauses = PAUSE * sum(stage == "scenes" for stage, _ in rest[1:])
    return (WORKERS * elapsed - pauses) / (len(rest) - 1)


def _measure(name: str, out: Path, tasks: int, seed: int) -> tuple[float, list[Mark], str]:
    """Seconds until the first shard is done, when each was, and the dataset's hash.

    Raises:
        BackendMissingError: the engine is not installed.
    """
    chosen, marks = engine(name), ShardMarks()
    plan = RunRequest(spec(tasks, 0, seed), out, stages(PAUSE), WORKERS)
    began = time.perf_counter()
    with Session(plan) as session:
        summary = chosen.run(session, marks)
    return marks.marks[0][1] - began, marks.marks, summary.dataset_hash
