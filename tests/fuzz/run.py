"""Fuzzing: every input ends in a result or a CousinsError, within limits of time and memory.

    python tests/fuzz/run.py --minutes 20 --seed 0
    python tests/fuzz/run.py --kind glb --cases 2000
    python tests/fuzz/run.py --kind glb --again out/fuzz/glb-1   # one input, with its traceback

Prints one JSON object: per kind the inputs tried, accepted, refused and crashed, and the crashes
that differ, each with the folder of its smallest input. Exit code 1 where there is any.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from kinds import KINDS  # noqa: E402
from session import Budget, Found, fuzz  # noqa: E402
from trying import Child, ChildError  # noqa: E402

OUT = Path("out/fuzz")


def keep(found: Found, name: str, out: Path) -> dict[str, object]:
    """Write the inputs of the crashes; gives the facts of a kind."""
    crashes: list[dict[str, object]] = []
    for number, crash in enumerate(found.crashes.values(), 1):
        folder = out / f"{name}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, raw in crash.case.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
        folder.with_suffix(".txt").write_text(f"{crash.sign}\n{crash.text}\n", encoding="utf-8")
        crashes.append({"sign": crash.sign, "times": crash.times, "folder": str(folder)})
    return {**asdict(found.counts), "seconds": round(found.seconds, 1), "different": crashes}


def again(name: str, folder: Path) -> None:
    """Try one input that was kept."""
    kind = KINDS[name]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    case = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    with Child(kind.target, kind.megabytes, kind.seconds) as child:
        outcome = child.ask(case)
    sys.stdout.write(f"{outcome.kind} {outcome.sign} {outcome.seconds} s\n{outcome.text}\n")
    sys.exit(outcome.kind == "crashed")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="in all, shared by the kinds")
    parser.add_argument("--cases", type=int, help="inputs of each kind, instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT, help="inputs that crash go here")
    parser.add_argument("--again", type=Path, help="try the input of this folder alone")
    given = parser.parse_args()
    names: list[str] = given.kind or list(KINDS)
    if given.again is not None:
        again(names[0], given.again)
    share = 60 * given.minutes * min(given.jobs, len(names)) / len(names)
    budget = Budget(given.cases, None if given.cases else share)
    began = time.monotonic()
    every: dict[str, Found] = {}
    report: dict[str, object] = {}

    def one(name: str) -> None:
        try:
            every[name] = fuzz(name, given.seed, budget)
            report[name] = keep(every[name], name, given.out)
        except ChildError as error:  # of this kind alone; the others go on
            report[name] = {"error": str(error)}
        sys.stderr.write(json.dumps({name: report[name]}) + "\n")

    with ThreadPoolExecutor(given.jobs) as threads:
        list(threads.map(one, names))
    crashed = sum(found.counts.crashed for found in every.values())
    tried = sum(found.counts.tried for found in every.values())
    whole = {"seed": given.seed, "seconds": round(time.monotonic() - began, 1), "tried": tried}
    sys.stdout.write(json.dumps({**whole, "crashed": crashed, "kinds": report}) + "\n")
    sys.exit(1 if crashed or len(every) < len(names) else 0)


if __name__ == "__main__":
    main()
