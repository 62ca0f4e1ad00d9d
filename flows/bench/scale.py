"""How the folder of a dataset grows: what it costs to add to it, and to go on with it.

Items are attempts, ten to a shard; their shards hold nothing, so that all that remains is the
store and the graph of shards. A dataset is made, and another process then opens it, follows all of
its shards, and finds nothing to do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..run import execute
from ..session import RunRequest, Session
from ._empty import spec, stages

ITEMS, SMALL = (1_000, 10_000, 100_000, 1_000_000), (1_000, 5_000)
PER_TASK = 10
"""Attempts of a task, which are one shard of each stage but the first."""


@dataclass(frozen=True)
class Resumed:
    """How a process goes on with a finished dataset.

    Attributes:
        seconds: to open it, and to find that nothing is missing.
        megabytes: the most memory that the process took above what its imports took.
    """

    seconds: float
    megabytes: float


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `scale`."""
    rows: list[dict[str, Any]] = []
    for items in SMALL if small else ITEMS:
        with tempfile.TemporaryDirectory(prefix="cousins-bench-scale-") as name:
            rows.append(_measure(items, Path(name) / "dataset", seed))
        sys.stderr.write(f"{rows[-1]}\n")
    first, last = rows[0], rows[-1]
    growth = last["append_seconds_per_item"] / first["append_seconds_per_item"]
    return {"sizes": rows, "append_growth": round(growth, 3)}


def _measure(items: int, out: Path, seed: int) -> dict[str, Any]:
    tasks = items // PER_TASK
    began = time.perf_counter()
    summary = execute(RunRequest(spec(tasks, PER_TASK, seed), out, stages()))
    seconds = time.perf_counter() - began
    words = [sys.executable, "-m", __name__, str(out), str(tasks), str(seed)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    resumed = Resumed(**json.loads(done.stdout))
    return {
        "items": items,
        "shards": summary.shards_made,
        "append_seconds_per_item": round(seconds / items, 6),
        "resume_seconds": round(resumed.seconds, 3),
        "resume_megabytes": round(resumed.megabytes, 1),
    }


def resume(out: Path, tasks: int, seed: int) -> Resumed:
    """Open a finished dataset, and look whether anything is missing.

    Raises:
        RuntimeError: something is.
    """
    before, began = _megabytes("VmRSS"), time.perf_counter()
    with Session(RunRequest(spec(tasks, PER_TASK, seed), out, stages())) as session:
        if not session.finished:
            raise RuntimeError(f"{out} is not finished")
    return Resumed(time.perf_counter() - began, _megabytes("VmHWM") - before)


def _megabytes(name: str) -> float:
    """A size of this process, as Linux tells it."""
    with open(f"/proc/{os.getpid()}/status", encoding="ascii") as file:
        (line,) = (line for line in file if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    found = resume(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
