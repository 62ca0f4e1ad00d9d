"""Runs on a disk that becomes full, again and again, with a little more room each time.

    python tests/crash/fill_and_resume.py SPEC --times 5

The disk is a file system in memory (`mount -t tmpfs`, which asks for the rights to mount). Each run
has to end with exit code 1 and one sentence; the last one, with room enough, has to leave the hash
of an undisturbed run. Prints one JSON object; exit code 0 where it does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cousins.generators.store.identity import dataset_hash

FULL = "the disk is full"


@dataclass(frozen=True)
class Filled:
    """One run on a disk that became full.

    Attributes:
        kilobytes: size of the disk.
        code: exit code.
        lines: of its message.
        told: whether the message says that the disk is full, without a traceback.
        left: folders that were left under `tmp/`.
        message: the first of it, where it does not.
    """

    kilobytes: int
    code: int
    lines: int
    told: bool
    left: int
    message: str


def run(spec: Path, out: Path, workers: int) -> subprocess.CompletedProcess[str]:
    """The real command line."""
    words = ["generate", str(spec), "--out", str(out), "--engine", "local", "--quiet"]
    command = [sys.executable, "-m", "cousins", *words, "--workers", str(workers)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def once(spec: Path, disk: Path, kilobytes: int, workers: int) -> Filled:
    """One run with so much room."""
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(disk)], check=True)
    done = run(spec, disk / "dataset", workers)
    said = done.stderr.strip()
    told = FULL in said and "Traceback" not in said
    left = len(list((disk / "dataset/tmp").glob("*"))) if (disk / "dataset/tmp").is_dir() else 0
    shown = "" if told else said[:800]
    return Filled(kilobytes, done.returncode, len(said.splitlines()), told, left, shown)


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        calm, disk = Path(temporary, "undisturbed"), Path(temporary, "disk")
        if run(given.spec, calm, given.workers).returncode not in (0, 1):
            raise SystemExit("the undisturbed run failed")
        whole = sum(path.stat().st_size for path in calm.rglob("*") if path.is_file()) // 1024
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], check=True)
        try:
            sizes = [max(16, whole * (n + 1) // (given.times + 2)) for n in range(given.times)]
            every = [once(given.spec, disk, size, given.workers) for size in sizes]
            last = once(given.spec, disk, 4 * whole + 65_536, given.workers)
            same = dataset_hash(calm) == dataset_hash(disk / "dataset")
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    good = same and all(x.told and x.code == 1 for x in every)
    report = {"kilobytes": whole, "every": [asdict(x) for x in every], "last": last.code}
    sys.stdout.write(json.dumps(report | {"same": same}) + "\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
