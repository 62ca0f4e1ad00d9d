"""Asks a slow, faulty endpoint for many tasks, kills the run, resumes it, and raises the count.

    python tests/crash/ask_and_resume.py --count 1000

Nothing may be lost, and nothing asked twice: the server counts. Prints one JSON object; exit code 0
where that holds, and where the transcript alone gives the same dataset.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from openai_server import Reply, Server, serving

from cousins.generators.dataset import Dataset
from cousins.generators.proposing.catalogue import RELATIONS, Catalogue
from cousins.generators.proposing.offered import OfferedCategory
from cousins.generators.store.identity import dataset_hash
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.libraries.procedural import ProceduralLibrary

FAULTY = 10
"""One in so many requests fails at first."""
BESIDE = ("board", "dish", "tray")
"""Sorts of things that others are laid beside."""
WORDS = {
    "nextto": "Lay the {0} beside the {1}.",
    "inside": "Put the {0} into the {1}.",
    "ontop": "Put the {0} on the {1}.",
}


@dataclass(frozen=True)
class Report:
    """What came of it. Seconds are those of each run."""

    count: int
    tasks: int
    tasks_before_the_kill: int
    answers: int
    failures: int
    asked_twice: int
    under_way_at_the_kill: int
    same_from_the_transcript: bool
    seconds: dict[str, float]


@dataclass
class Faulty:
    """FAKE model: one task for each number; one request in ten fails at first."""

    said: list[str]
    delay: float
    answered: Counter[str] = field(default_factory=Counter[str])
    failed: set[str] = field(default_factory=set[str])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: dict[str, Any]) -> Reply:
        """An answer, or a failure: of the endpoint, or of what it says."""
        key = json.dumps(request["messages"])
        number = _number(request)
        with self.lock:
            if number % (2 * FAULTY) == 3 and key not in self.failed:
                self.failed.add(key)
                return Reply(status=503, headers={"retry-after": "1"})
            self.answered[key] += 1
        first = len(request["messages"]) == 2
        flawed = number % (2 * FAULTY) == 3 + FAULTY and first
        return Reply("no" if flawed else self.said[number], delay=self.delay)


def _number(request: dict[str, Any]) -> int:
    found = re.search(r"task number (\d+)", request["messages"][1]["content"])
    if found is None:
        raise ValueError("a request names no task")
    return int(found[1])


def answers(count: int) -> list[str]:
    """Distinct tasks of one skill each, drawn from what goes into and onto what."""
    catalogue = Catalogue(ProceduralLibrary(), FRANKA)
    pairs: list[tuple[OfferedCategory, OfferedCategory, str]] = [
        (thing, target, relation)
        for thing in catalogue.kinds
        if thing.easy
        for target in catalogue.kinds
        for relation in RELATIONS
        if thing != target and not target.gated and not target.table
        if catalogue.goes(thing, target, relation)
    ]
    pairs += [
        (thing, target, "nextto")
        for thing in catalogue.kinds
        if thing.easy
        for target in catalogue.kinds
        if target.sort in BESIDE and thing != target and not target.furniture
    ]
    order = np.random.default_rng(0).permutation(len(pairs))[:count]
    if len(order) < count:
        raise SystemExit(f"the library has only {len(pairs)} such tasks")
    made: list[str] = []
    for place in order:
        thing, target, relation = pairs[int(place)]
        words = WORDS[relation].format(thing.words, target.words)
        objects = [{"name": "it", "category": thing.category}]
        objects.append({"name": "place", "category": target.category})
        goal = [{"predicate": relation, "arguments": ["it", "place"], "holds": True}]
        said = {"name": words[:80], "instruction": words, "reason": "", "objects": objects}
        made.append(json.dumps({**said, "init": [], "goal": goal}))
    return made


def check(folder: Path, count: int, delay: float, concurrency: int, share: float) -> Report:
    """Run, kill, resume, raise the count, and repeat from the transcript.

    Args:
        folder: for the datasets.
        count: tasks in the end; half of them at first.
        delay: of each answer, seconds.
        concurrency: requests at once.
        share: of the first half's answers after which the run is killed.
    """
    model, seconds = Faulty(answers(count), delay), dict[str, float]()

    def spec(number: int, url: str, more: str = "") -> Path:
        path = folder / "spec.yaml"
        path.write_text(
            f"name: asked\ntasks: {{proposer: openai, model: fake, base_url: '{url}', "
            f"count: {number}, concurrency: {concurrency}, attempts: 2, "
            f"allow_missing: {count}{more}}}\n"
        )
        return path

    with serving(model) as server:
        begun = time.monotonic()
        kept, under_way = _killed(spec(count // 2, server.url), folder, share * count / 2, server)
        seconds["killed after"] = time.monotonic() - begun
        _tell(f"killed with {kept} answers")
        for name, number in (("resumed", count // 2), ("raised", count)):
            seconds[name] = _run(spec(number, server.url), folder / "a")
            _tell(f"{name} in {seconds[name]:.0f} s")
    more = f", replay: true, transcript: '{folder / 'a' / 'transcript'}'"
    seconds["from the transcript"] = _run(spec(count, "http://127.0.0.1:9", more), folder / "b")
    return Report(
        count=count,
        tasks=sum(1 for _ in Dataset(folder / "a").tasks()),
        tasks_before_the_kill=kept,
        answers=model.answered.total(),
        failures=len(model.failed) + sum("Invalid: " in key for key in model.answered),
        asked_twice=sum(number - 1 for number in model.answered.values()),
        under_way_at_the_kill=under_way,
        same_from_the_transcript=dataset_hash(folder / "a") == dataset_hash(folder / "b"),
        seconds={name: round(value, 1) for name, value in seconds.items()},
    )


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _command(spec: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "cousins", "propose", str(spec), "--out", str(out), "--quiet"]


def _run(spec: Path, out: Path) -> float:
    """Run to the end; the seconds that it took."""
    begun = time.monotonic()
    done = subprocess.run(_command(spec, out), stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"a run failed with exit code {done.returncode}")
    return time.monotonic() - begun


def _killed(spec: Path, folder: Path, after: float, server: Server) -> tuple[int, int]:
    """Run until so many answers are kept, and kill it; answers kept, and requests under way."""
    process = subprocess.Popen(_command(spec, folder / "a"), stdout=subprocess.DEVNULL)
    transcript = folder / "a" / "transcript"
    while process.poll() is None and _kept(transcript) < after:
        time.sleep(0.05)
    if process.poll() is not None:
        raise SystemExit(f"the run ended before it was killed, with code {process.returncode}")
    process.kill()
    process.wait()
    asked, kept = len(server.requests), _kept(transcript)
    return kept, asked - kept


def _kept(transcript: Path) -> int:
    return sum(not x.name.startswith(".") for x in transcript.glob("*.json"))


def main() -> int:
    """Check, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--share", type=float, default=0.5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = check(Path(folder), given.count, given.delay, given.concurrency, given.share)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    return 0 if holds(report, given.concurrency) else 1


def holds(report: Report, concurrency: int) -> bool:
    """Whether nothing was lost, and nothing asked twice but what was under way at the kill."""
    lost = report.tasks_before_the_kill and report.tasks < report.count * 0.9
    return (
        not lost
        and report.asked_twice <= min(concurrency, report.under_way_at_the_kill)
        and report.same_from_the_transcript
    )


if __name__ == "__main__":
    raise SystemExit(main())
