"""How the folder of a dataset grows: what it costs to add to it, and to go on with it.

Items are attempts, ten to a shard; their shards hold nothing, so that all that remains is the
store and the graph of shards. One dataset grows from size to size. Of each size the last thousand
attempts are added as a run adds them, and measured; what comes before them is only put there, and
not synced to the disk. Then another process opens the dataset, follows all of its shards, and
finds nothing to do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...generators.records import stored_shards
from ...generators.shards import STAGES, ShardRecord
from ..reporter import Silent
from ..run import execute
from ..session import RunRequest, Session
from ..work import ShardTask
from ._empty import spec, stages

ITEMS, SMALL = (1_000, 10_000, 100_000, 1_000_000), (1_000, 5_000)
PER_TASK = 10
"""Attempts of a task, which are one shard of each stage but the first."""
BY_SIZE = ("append_per_second", "start_seconds", "resume_seconds", "rss_mb")
"""Figures that are also given by size."""
ADDED = 1_000
"""Attempts whose making is measured, at most."""


@dataclass(frozen=True)
class Resumed:
    """How a process goes on with a finished dataset.

    Attributes:
        seconds: to open it, and to find that nothing is missing.
        cpu_seconds: of that; a busy machine adds to the seconds alone.
        megabytes: the most memory that the process took above what its imports took.
        rss: the most memory that the process took in all, megabytes.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float
    rss: float


@dataclass
class ShardTimes(Silent):
    """A Reporter that keeps when shards were made."""

    times: list[float] = field(default_factory=list[float])

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self.times.append(time.perf_counter())


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `scale`."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="cousins-bench-scale-") as name:
        for items in SMALL if small else ITEMS:
            rows.append(_measure(items, Path(name) / "dataset", seed))
            sys.stderr.write(f"{rows[-1]}\n")
    first, last = rows[0], rows[-1]
    growth = last["append_seconds_per_item"] / first["append_seconds_per_item"]
    return {
        **{name: {_power(x["items"]): x[name] for x in rows} for name in BY_SIZE},
        "sizes": rows,
        "append_growth": round(growth, 3),
    }


def _power(items: int) -> str:
    """A number of attempts as a key: 1e3, 5e3, 1e6."""
    return f"{items:.0e}".replace("e+0", "e")


def _measure(items: int, out: Path, seed: int) -> dict[str, Any]:
    tasks, before = items // PER_TASK, max(0, items - ADDED) // PER_TASK
    if before:
        with _unsynced():
            execute(RunRequest(spec(before, PER_TASK, seed), out, stages()))
    marks, began = ShardTimes(), time.perf_counter()
    execute(RunRequest(spec(tasks, PER_TASK, seed), out, stages()), reporter=marks)
    ended, times = time.perf_counter(), marks.times
    words = [sys.executable, "-m", __name__, str(out), str(tasks), str(seed)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    resumed = Resumed(**json.loads(done.stdout))
    share = (len(times) - 1) / len(times)
    return {
        "items": items,
        "shards": sum(len(stored_shards(out, stage)) for stage in STAGES),
        "start_seconds": round(times[0] - began, 3),
        "append_seconds_per_item": round(
            (times[-1] - times[0]) / share / (items - before * PER_TASK), 6
        ),
        "append_per_second": round((items - before * PER_TASK) * share / (times[-1] - times[0]), 2),
        "finish_seconds": round(ended - times[-1], 3),
        "resume_seconds": round(resumed.seconds, 3),
        "resume_cpu_seconds": round(resumed.cpu_seconds, 3),
        "resume_megabytes": round(resumed.megabytes, 1),
        "rss_mb": round(resumed.rss, 1),
    }


@contextmanager
def _unsynced() -> Generator[None]:
    """Files are left to the kernel, so that a large dataset is there before the day is over."""
    sync = os.fsync
    os.fsync = _nothing
    try:
        yield
    finally:
        os.fsync = sync


def _nothing(fd: object) -> None:
    """Leave a file to the kernel."""


def resume(out: Path, tasks: int, seed: int) -> Resumed:
    """Open a finished dataset, and look whether anything is missing.

    Raises:
        RuntimeError: something is.
    """
    before, began, busy = _megabytes("VmRSS"), time.perf_counter(), time.process_time()
    with Session(RunRequest(spec(tasks, PER_TASK, seed), out, stages())) as session:
        if not session.finished:
            raise RuntimeError(f"{out} is not finished")
    most = _megabytes("VmHWM")
    return Resumed(time.perf_counter() - began, time.process_time() - busy, most - before, most)


def _megabytes(name: str) -> float:
    """A size of this process, as Linux tells it."""
    with open(f"/proc/{os.getpid()}/status", encoding="ascii") as file:
        (line,) = (line for line in file if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    found = resume(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
