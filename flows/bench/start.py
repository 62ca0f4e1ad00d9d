"""How long it takes from `cousins generate` to the start of the first shard.

Everything that a person waits for is in it: Python, the spec and its checks, the folder, the
libraries, Prefect where it is asked for, and the start of a worker process. A shard has started
when its folder appears among the dataset's temporary ones, which is looked for every few
milliseconds; the run is then ended. The rest is a run that finds nothing to do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from ...schemas import RunError

SPEC = """name: bench-start
seed: {seed}
tasks: {{count: 1}}
episodes: {{per_task: 0}}
cameras: [{{name: front}}]
render: {{size: [64, 64], labels: [rgb], videos: false}}
"""
REPEATS, SMALL = 5, 3
LOOK = 0.002
"""Between two looks for the first shard, seconds."""
PATIENCE = 300.0
"""Most that a run may take, seconds."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `start`."""
    with tempfile.TemporaryDirectory(prefix="cousins-bench-start-") as name:
        folder = Path(name)
        spec = folder / "start.yaml"
        spec.write_text(SPEC.format(seed=seed), encoding="utf-8")
        count = SMALL if small else REPEATS
        local = [_first_shard(spec, folder / f"local-{i}", "local") for i in range(count)]
        prefect = [
            _first_shard(spec, folder / f"prefect-{i}", "prefect")
            for i in range(0 if small else count)
        ]
        nothing = _nothing_to_do(spec, folder / "whole", 1 if small else count)
    return {
        "local_seconds_to_first_shard": round(median(local), 3),
        "prefect_seconds_to_first_shard": round(median(prefect), 3) if prefect else None,
        "nothing_to_do_seconds": round(median(nothing), 3),
    }


def _command(spec: Path, out: Path, engine: str) -> list[str]:
    """`cousins generate` with one worker process, as from a shell."""
    options = ["--out", str(out), "--engine", engine, "--workers", "2", "--quiet", "--json"]
    return [sys.executable, "-m", "cousins", "generate", str(spec), *options]


def _first_shard(spec: Path, out: Path, engine: str) -> float:
    """Seconds until a new dataset's first shard starts; the run is then ended.

    Raises:
        RunError: the run ended before, or takes too long.
    """
    began = time.perf_counter()
    with (out.parent / f"{out.name}.log").open("w+b") as log:
        process = subprocess.Popen(
            _command(spec, out, engine), stdout=log, stderr=log, start_new_session=True
        )
        try:
            while not any(out.glob("tmp/tasks-*")):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    log.seek(0)
                    said = log.read().decode(errors="replace")[-2000:]
                    raise RunError(f"no shard of {out.name} has started:\n{said}")
                time.sleep(LOOK)
            seconds = time.perf_counter() - began
        finally:
            _end(process)
    print(f"{out.name}: {seconds:.2f} s", file=sys.stderr)  # noqa: T201
    return seconds


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run with all its processes; it may have ended by itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _nothing_to_do(spec: Path, out: Path, count: int) -> list[float]:
    """Seconds of runs of a finished dataset, of the engine that runs by default.

    Raises:
        RunError: a run failed.
    """
    _whole_run(spec, out, "local")
    return [_whole_run(spec, out, "prefect") for _ in range(count)]


def _whole_run(spec: Path, out: Path, engine: str) -> float:
    began = time.perf_counter()
    done = subprocess.run(
        _command(spec, out, engine), capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode:
        raise RunError(f"{out.name} cannot be made:\n{done.stderr[-2000:]}")
    return time.perf_counter() - began
