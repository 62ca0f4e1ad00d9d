"""Several processes make one dataset in one folder, and one of them is killed with signal 9.

    python tests/crash/join_and_kill.py SPEC --processes 4

They know nothing of each other but the folder. Prints one JSON object; exit code 0 where the hash
equals that of an undisturbed run and no shard was committed twice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from cousins.generators.store.claims import LEASE
from cousins.generators.store.identity import dataset_hash


@dataclass(frozen=True)
class Joined:
    """What several processes did.

    Attributes:
        processes: how many.
        killed: shards that the killed one had claimed when it died.
        codes: exit codes of the others.
        made: shards that each of the others has made, by its own account.
        twice: shards that were committed more than once.
        same: whether the hash is that of an undisturbed run.
        seconds: from the first start to the last end.
    """

    processes: int
    killed: tuple[str, ...]
    codes: tuple[int, ...]
    made: tuple[int, ...]
    twice: tuple[str, ...]
    same: bool
    seconds: float


def command(spec: Path, out: Path, fake: bool, lease: float) -> list[str]:
    """The run: the real command line, or this file with the FAKE stages."""
    if fake:
        return [sys.executable, __file__, str(spec), "--child", str(out), f"--lease={lease}"]
    words = ["generate", str(spec), "--out", str(out), "--engine", "local", "--workers", "1"]
    return [sys.executable, "-m", "cousins", *words, "--join", "--quiet", "--json"]


def claimed(out: Path, process: int) -> tuple[str, ...]:
    """The shards that a process holds claims of, as stage and name."""
    found: list[str] = []
    for path in sorted(out.glob("claims/[!m]*/*")):
        try:
            holder = path.read_text()
        except FileNotFoundError:  # given up at this moment
            continue
        if f"-{process}-" in holder:
            found.append(f"{path.parent.name}/{path.stem}")
    return tuple(found)


def check(spec: Path, folder: Path, processes: int, fake: bool, lease: float) -> Joined:
    """Make a dataset twice: by one process, and by several of which one is killed."""
    calm, torn = folder / "undisturbed", folder / "joined"
    alone = subprocess.run(command(spec, calm, fake, lease), capture_output=True, check=False)
    if alone.returncode not in (0, 1):
        raise SystemExit(f"the undisturbed run failed: {alone.stderr.decode()}")
    began = time.monotonic()
    running = [
        subprocess.Popen(command(spec, torn, fake, lease), stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    first, *others = running
    # Not its first shard: that is the batch of tasks, for which all others wait.
    while first.poll() is None and not any(
        not name.startswith("tasks/") for name in claimed(torn, first.pid)
    ):
        time.sleep(0.005)
    first.kill()
    first.communicate()
    held = claimed(torn, first.pid)
    answers = [process.communicate()[0] for process in others]
    lines = (torn / "logs" / "timings.jsonl").read_text().splitlines()
    counts = Counter(json.loads(line)["shard"] for line in lines)
    return Joined(
        processes,
        held,
        tuple(process.returncode for process in others),
        tuple(json.loads(answer)["shards_made"] if answer.strip() else -1 for answer in answers),
        tuple(sorted(name for name, count in counts.items() if count > 1)),
        dataset_hash(calm) == dataset_hash(torn),
        round(time.monotonic() - began, 1),
    )


def child(spec: Path, out: Path, lease: float) -> None:
    """A run with the FAKE stages."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fake_stages import fake_stages

    from cousins.flows.run import RunRequest, execute
    from cousins.schemas.spec_file import load_spec

    read = load_spec(spec)
    plan = RunRequest(read, out, fake_stages(), exports=read.export, join=True, lease=lease)
    sys.stdout.write(json.dumps(asdict(execute(plan))) + "\n")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fake", action="store_true", help="FAKE stages, for tests of the flow")
    parser.add_argument("--lease", type=float, default=LEASE, help="seconds, of FAKE stages")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        child(given.spec, given.child, given.lease)
        return
    with tempfile.TemporaryDirectory() as temporary:
        report = check(given.spec, Path(temporary), given.processes, given.fake, given.lease)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    sys.exit(0 if report.same and not report.twice else 1)


if __name__ == "__main__":
    main()
