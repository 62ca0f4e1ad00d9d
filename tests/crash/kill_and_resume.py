"""Kills a run with signal 9 at random moments, resumes it, and compares the dataset's hash.

    python tests/crash/kill_and_resume.py SPEC --kills 5

Prints one JSON object; exit code 0 where the hash equals that of an undisturbed run.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cousins.generators.store.identity import dataset_hash


@dataclass(frozen=True)
class Report:
    """What the kills did."""

    kills: int
    landed: int
    same: bool
    undisturbed: str
    resumed: str
    seconds: float


def command(spec: Path, out: Path, workers: int, fake: bool, engine: str = "local") -> list[str]:
    """The run: the real command line, or this file with the FAKE stages."""
    if fake:
        return [sys.executable, __file__, str(spec), "--child", str(out), f"--workers={workers}"]
    options = ["--out", str(out), "--engine", engine, f"--workers={workers}", "--quiet"]
    return [sys.executable, "-m", "cousins", "generate", str(spec), *options]


def undisturbed(arguments: list[str], out: Path) -> float:
    """Run to the end; gives the seconds from the lock to the end."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    locked = wait_for_lock(process, out)
    if process.wait() not in (0, 1):
        raise SystemExit(f"the undisturbed run failed with exit code {process.returncode}")
    return time.monotonic() - locked


def wait_for_lock(process: subprocess.Popen[bytes], out: Path) -> float:
    """Wait until a run has begun; gives the moment."""
    lock = out / ".lock"
    while process.poll() is None:
        if lock.is_file() and lock.read_text().strip() == str(process.pid):
            break
        time.sleep(0.005)
    return time.monotonic()


def check(
    spec: Path,
    folder: Path,
    kills: int,
    workers: int,
    seed: int,
    fake: bool,
    engine: str = "local",
) -> Report:
    """Make a dataset twice, once with kills."""
    began = time.monotonic()
    rng = random.Random(seed)
    calm, torn = folder / "undisturbed", folder / "killed"
    seconds = undisturbed(command(spec, calm, workers, fake, engine), calm)
    landed = 0
    for _ in range(kills):
        process = subprocess.Popen(
            command(spec, torn, workers, fake, engine), stdout=subprocess.DEVNULL
        )
        wait_for_lock(process, torn)
        time.sleep(rng.uniform(0.0, 1.5 * seconds / kills))
        landed += process.poll() is None
        process.kill()  # its workers are left alone: they have to notice
        process.wait()
    undisturbed(command(spec, torn, workers, fake, engine), torn)
    first, second = dataset_hash(calm), dataset_hash(torn)
    took = round(time.monotonic() - began, 1)
    return Report(kills, landed, first == second, first, second, took)


def child(spec: Path, out: Path, workers: int) -> None:
    """A run with the FAKE stages."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fake_stages import fake_stages

    from cousins.flows.run import RunRequest, execute
    from cousins.schemas.spec_file import load_spec

    read = load_spec(spec)
    execute(RunRequest(read, out, fake_stages(), workers, exports=read.export))


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", default="local")
    parser.add_argument("--out", type=Path, help="keep the datasets here")
    parser.add_argument("--fake", action="store_true", help="FAKE stages, for tests of the flow")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        child(given.spec, given.child, given.workers)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.out or Path(temporary)
        report = check(
            given.spec, folder, given.kills, given.workers, given.seed, given.fake, given.engine
        )
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    sys.exit(0 if report.same else 1)


if __name__ == "__main__":
    main()
