"""Everything that can go wrong with a run, one after the other, in one dataset of FAKE stages.

    python tests/crash/chaos.py --kills 50 --items 500

Worker processes, Prefect's server and the main process are killed with signal 9 in turn, at random
moments; one file is cut off and one bit flipped; the disk becomes full twice, where this process
may mount a file system in memory. The finished dataset has to have the hash of an undisturbed one.
Prints one JSON object; exit code 0 where it has.
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
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cousins.generators.records import stored_shards
from cousins.generators.shards import EXPORTS, STAGES
from cousins.generators.store.identity import dataset_hash

VICTIMS = {"prefect": ("worker", "server", "main"), "local": ("worker", "main")}
"""Killed in this order, by engine; with the last one a run has ended."""
PAUSE = "0.05"
"""Seconds that each item takes while processes are killed, so that some work is left for all."""
PATIENCE = 120.0
"""Seconds until a victim has to be there."""
FILES = 12
"""Records that are put into a pack together, so that processes die while they pack, too."""
KILOBYTES = 400_000
"""Size of the disk while it is not full."""
SPEC = """name: chaos
seed: 5
tasks: {{count: {tasks}}}
episodes: {{per_task: 10}}
export: [coco]
"""


@dataclass
class Report:
    """What was done, and what came of it."""

    items: int
    kills: dict[str, int] = field(default_factory=dict[str, int])
    """That hit a process, by what it was."""
    damaged: list[str] = field(default_factory=list[str])
    filled: int = 0
    same: bool = False
    seconds: float = 0.0


def start(
    spec: Path, out: Path, engine: str = "local", slow: bool = False
) -> subprocess.Popen[bytes]:
    """A run of two workers; in a slow one each item takes its time."""
    words = [sys.executable, __file__, "--child", str(out), "--spec", str(spec)]
    environment = {**os.environ, "FAKE_STAGES_PAUSE": PAUSE if slow else "0"}
    with (out.parent / "log").open("ab") as log:
        return subprocess.Popen(
            [*words, "--engine", engine], stdout=log, stderr=log, env=environment
        )


def children(process: int) -> dict[int, str]:
    """The processes below one, with their command lines."""
    found: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process:
                found[int(path.name)] = (path / "cmdline").read_bytes().decode(errors="replace")
    for child in list(found):
        found |= children(child)
    return found


def victims(process: subprocess.Popen[bytes], kind: str) -> list[int]:
    """The processes of a run that can be killed as this kind."""
    if kind == "main":
        return [process.pid]
    below = children(process.pid)
    if kind == "server":
        return [child for child, words in below.items() if "cousins.flows.server" in words]
    return [child for child, words in below.items() if "spawn_main" in words]


def kill_one(process: subprocess.Popen[bytes], kind: str, rng: random.Random) -> bool:
    """Kill a process of a run, once there is one; gives whether it was alive until then."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        found = victims(process, kind)
        if found:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(found), signal.SIGKILL)
                return True
        time.sleep(0.02)
    return False


def shards(out: Path) -> int:
    """How many are there."""
    return sum(len(stored_shards(out, stage)) for stage in (*STAGES, EXPORTS))


def disturb(
    spec: Path, out: Path, rng: random.Random, kills: int, report: Report, engine: str
) -> None:
    """One run after the other, each with a kill of each kind at most."""
    whole, counts, kinds = report.items // 10 * 3, Counter[str](), VICTIMS[engine]
    for first in range(0, kills, len(kinds)):
        process = start(spec, out, engine, slow=True)
        for number, kind in enumerate(kinds[: kills - first]):
            # The work is spread over all kills, so that the last ones still find some.
            due = whole * (first + number + rng.random()) / (kills + 3)
            while process.poll() is None and shards(out) < due:
                time.sleep(0.02)
            counts[kind] += kill_one(process, kind, rng)
        process.kill()
        process.wait()
        if first <= kills // 2 < first + len(kinds):
            damage(out, rng, report)
    report.kills = dict(counts)


def damage(out: Path, rng: random.Random, report: Report) -> None:
    """Cut one file off, and flip a bit of another."""
    files = sorted(path for path in (out / "data").rglob("*") if path.is_file())
    cut, flipped = rng.sample([path for path in files if path.stat().st_size > 1], 2)
    cut.write_bytes(cut.read_bytes()[:-1])
    raw = bytearray(flipped.read_bytes())
    raw[rng.randrange(len(raw))] ^= 1
    flipped.write_bytes(bytes(raw))
    report.damaged = [path.relative_to(out).as_posix() for path in (cut, flipped)]


def fill(spec: Path, out: Path, disk: Path, report: Report) -> None:
    """Two runs on a disk that has room for little more than what is there."""
    for spare in (64, 256):
        used = int(subprocess.check_output(["du", "-sk", str(disk)]).split()[0])
        resize(disk, used + spare)
        report.filled += start(spec, out).wait() != 0
    resize(disk, KILOBYTES)


def resize(disk: Path, kilobytes: int) -> None:
    """Give the disk another size."""
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)


def may_mount(folder: Path) -> bool:
    """Whether this process may mount a file system in memory."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return mounted.returncode == 0


def check(
    folder: Path, kills: int, items: int, seed: int, full: bool, engine: str = "prefect"
) -> Report:
    """Make a dataset twice, once with all that can go wrong.

    Args:
        folder: for both.
        kills: how many.
        items: attempts.
        seed: of the moments and the victims.
        full: also fill the disk, which asks for the rights to mount.
        engine: of the runs that are killed: prefect or local.
    """
    began, report, rng = time.monotonic(), Report(items), random.Random(seed)
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(tasks=items // 10))
    disk = folder / "disk"
    disk.mkdir()
    calm, torn = folder / "undisturbed", disk / "torn"
    if start(spec, calm).wait() != 0:
        raise SystemExit((folder / "log").read_text())
    if full:
        size = f"size={KILOBYTES}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
    try:
        disturb(spec, torn, rng, kills, report, engine)
        if full:
            fill(spec, torn, disk, report)
        if start(spec, torn).wait() != 0:
            raise SystemExit((disk / "log").read_text()[-4000:])
        report.same = dataset_hash(calm) == dataset_hash(torn)
    finally:
        if full:
            subprocess.run(["umount", str(disk)], check=True)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def child(spec: Path, out: Path, name: str) -> None:
    """A run with the FAKE stages."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fake_stages import fake_stages

    from cousins.flows.engines import engine
    from cousins.flows.environment import set_defaults
    from cousins.flows.reporter import Silent
    from cousins.flows.session import RunRequest, Session
    from cousins.generators.store import index
    from cousins.schemas.spec_file import load_spec

    set_defaults()
    index.FILES = FILES
    read = load_spec(spec)
    plan = RunRequest(read, out, fake_stages(), 2, exports=read.export)
    with Session(plan) as session:
        engine(name).run(session, Silent())


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--full", action="store_true", help="also fill the disk; needs root")
    parser.add_argument("--spec", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--engine", default="local", help=argparse.SUPPRESS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        child(given.spec, given.child, given.engine)
        return
    with tempfile.TemporaryDirectory() as temporary:
        report = check(Path(temporary), given.kills, given.items, given.seed, given.full)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    sys.exit(0 if report.same else 1)


if __name__ == "__main__":
    main()
