"""Damages a dataset at random files, and mends it with the real commands.

    python tests/crash/corrupt_and_mend.py SPEC --times 20

Flips a bit, cuts off, deletes, replaces, and adds files by turns; each time `cousins verify` has to
find it, and `verify --repair`, or `generate` by turns, to bring back the first hash. Prints one
JSON object; exit code 0 where each did.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cousins.generators.store.identity import dataset_hash

PARTS = ("data", "exports", "manifest", "spec.json")
"""What verification covers."""
Damage = Callable[[Path, random.Random], None]


@dataclass(frozen=True)
class Damaged:
    """One corruption, and what came of it.

    Attributes:
        kind: of damage.
        file: that was damaged.
        found: whether `verify` ended with 1 and a problem, or refused a spec.json by its name.
        by: the command that mended it.
        same: whether the hash is the first one, and `verify` finds nothing more.
        seconds: until it was mended.
    """

    kind: str
    file: str
    found: bool
    by: str
    same: bool
    seconds: float


def flip(path: Path, rng: random.Random) -> None:
    """Another bit."""
    raw = bytearray(path.read_bytes())
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(raw))


def truncate(path: Path, rng: random.Random) -> None:
    """The end is missing."""
    raw = path.read_bytes()
    path.write_bytes(raw[: rng.randrange(len(raw))])


def delete(path: Path, rng: random.Random) -> None:
    """The file is missing."""
    del rng
    path.unlink()


def replace(path: Path, rng: random.Random) -> None:
    """Other bytes, as many."""
    path.write_bytes(rng.randbytes(path.stat().st_size))


def add(path: Path, rng: random.Random) -> None:
    """A file that nobody has made stands beside it."""
    path.with_name(f"{rng.randrange(10**6)}{path.suffix}").write_bytes(b"{}")


KINDS: tuple[Damage, ...] = (flip, truncate, delete, replace, add)


def cousins(*words: str) -> subprocess.CompletedProcess[str]:
    """The real command line."""
    command = [sys.executable, "-m", "cousins", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def files(root: Path, kind: Damage) -> list[Path]:
    """What may be damaged; files are added where a stranger's would count: inside of shards."""
    parts = ("data",) if kind is add else PARTS
    found = [p for part in parts for p in [root / part, *sorted((root / part).rglob("*"))]]
    return [path for path in found if path.is_file() and path.stat().st_size]


def told(answer: subprocess.CompletedProcess[str], path: Path) -> bool:
    """Whether `verify` found damage: problems, or an error that names a spec it cannot read."""
    if answer.returncode == 1:
        return bool(json.loads(answer.stdout)["problems"])
    return answer.returncode == 2 and path.name == "spec.json" and str(path) in answer.stderr


def once(calm: Path, spec: Path, folder: Path, number: int, seed: int) -> Damaged:
    """One corruption of a copy."""
    kind, rng = KINDS[number % len(KINDS)], random.Random(f"{seed} {number}")
    root = folder / "damaged"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(calm, root)
    path = rng.choice(files(root, kind))
    kind(path, rng)
    began = time.monotonic()
    answer = cousins("verify", str(root), "--json")
    found = told(answer, path)
    # What is no record of a run any more, a run makes anew; `generate` leaves strange files alone.
    record = path.parts[len(root.parts)] in ("manifest", "spec.json")
    by = "generate" if record or (number // len(KINDS) % 2 and kind is delete) else "--repair"
    if by == "generate":
        cousins("generate", str(spec), "--out", str(root), "--engine", "local", "--quiet")
    else:
        cousins("verify", str(root), "--repair")
    after = cousins("verify", str(root), "--json")
    same = after.returncode == 0 and dataset_hash(root) == dataset_hash(calm)
    name = path.relative_to(root).as_posix()
    return Damaged(kind.__name__, name, found, by, same, round(time.monotonic() - began, 1))


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        calm = folder / "undisturbed"
        made = cousins("generate", str(given.spec), "--out", str(calm), "--engine", "local")
        if made.returncode:
            raise SystemExit(f"the undisturbed run failed: {made.stderr}")
        every: list[Damaged] = []
        for number in range(given.times):
            every.append(once(calm, given.spec, folder, number, given.seed))
            sys.stderr.write(f"{every[-1]}\n")
    good = sum(damaged.found and damaged.same for damaged in every)
    report = {"times": len(every), "good": good, "every": [asdict(x) for x in every]}
    sys.stdout.write(json.dumps(report) + "\n")
    sys.exit(0 if good == len(every) else 1)


if __name__ == "__main__":
    main()
