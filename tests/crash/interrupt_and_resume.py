"""Interrupts a run at random moments of its first seconds, and lets it go on.

    python tests/crash/interrupt_and_resume.py SPEC --times 30 --signal INT

Each time the command has to end within seconds, with one sentence and nothing else; in the end
the dataset has to have the hash of an undisturbed run. Prints one JSON object; exit code 0 where
it has.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cousins.flows.signals import SENTENCE
from cousins.generators.store.identity import dataset_hash


@dataclass(frozen=True)
class Interruption:
    """One interruption, and what came of it.

    Attributes:
        after: seconds from the start of the process to the signal.
        ended: seconds from the signal to the end; of the clock.
        code: exit code.
        landed: whether the process was still there, and past Python's own start.
        said: whether it said the one sentence and no more.
        output: what else it said.
    """

    after: float
    ended: float
    code: int
    landed: bool
    said: bool
    output: str


def command(spec: Path, out: Path, engine: str, workers: int) -> list[str]:
    """The real command line."""
    words = ["generate", str(spec), "--out", str(out), "--engine", engine, "--quiet"]
    return [sys.executable, "-m", "cousins", *words, "--workers", str(workers)]


def once(words: list[str], after: float, number: signal.Signals) -> Interruption:
    """Start, interrupt, and wait for the end; all processes get the signal, as from a terminal."""
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    time.sleep(after)
    landed = process.poll() is None
    began = time.monotonic()
    if landed:
        os.killpg(process.pid, number)
    out, err = process.communicate(timeout=120)
    ended = time.monotonic() - began
    lines = [line for line in (out + err).strip().splitlines() if line]
    said = lines == [SENTENCE] if landed else True
    # Before the first line of ours has run, a signal ends Python as it ends any program of it.
    early = landed and process.returncode == -number and "cousins/flows" not in err
    return Interruption(
        round(after, 2), round(ended, 2), process.returncode, landed and not early, said or early,
        "" if said else "\n".join(lines)[-800:],
    )  # fmt: skip


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--signal", choices=("INT", "TERM"), default="INT")
    parser.add_argument("--first", type=float, default=10.0, help="seconds among which to choose")
    parser.add_argument("--within", type=float, default=3.0, help="seconds in which it has to end")
    parser.add_argument("--engine", default="local")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    # What shells start in the background ignores interrupts, and so would its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rng = random.Random(given.seed)
    number = signal.Signals[f"SIG{given.signal}"]
    with tempfile.TemporaryDirectory() as temporary:
        calm, torn = Path(temporary, "undisturbed"), Path(temporary, "interrupted")
        every: list[Interruption] = []
        words = command(given.spec, torn, given.engine, given.workers)
        for _ in range(given.times):
            every.append(once(words, rng.uniform(0.0, given.first), number))
            sys.stderr.write(f"{every[-1]}\n")
        last = [
            subprocess.run(
                command(given.spec, out, given.engine, given.workers),
                stdout=subprocess.DEVNULL,
                check=False,
            )
            for out in (torn, calm)
        ]
        same = dataset_hash(calm) == dataset_hash(torn)
    slow = [x for x in every if x.ended > given.within]
    bad = [x for x in every if not x.said]
    report = {
        "signal": given.signal, "times": len(every), "landed": sum(x.landed for x in every),
        "slowest": max(x.ended for x in every), "slow": [asdict(x) for x in slow],
        "said_otherwise": [asdict(x) for x in bad], "codes": sorted({x.code for x in every}),
        "last": [x.returncode for x in last], "same": same,
    }  # fmt: skip
    sys.stdout.write(json.dumps(report) + "\n")
    sys.exit(0 if same and not slow and not bad else 1)


if __name__ == "__main__":
    main()
