"""Trial scenes in several processes: the same tasks, and no process that outlives its run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_stages
import pytest
from worlds import Few

from cousins.flows import trials
from cousins.flows.run import RunRequest, execute
from cousins.flows.trials import TrialJob, TrialPool, trials_of
from cousins.flows.work import Job, ShardTask, Stages
from cousins.generators.dataset import Dataset
from cousins.generators.proposers import propose
from cousins.generators.proposing import trial
from cousins.generators.proposing.ahead import Tried, tries_ahead, try_ahead, trying_ahead
from cousins.generators.proposing.draft import RefusedError
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import AssemblyError, DatasetSpec, SpecError, TaskSpec
from cousins.schemas.spec_file import parse_spec

LITTLE = Few(
    "apple.n.01", "lemon.n.01", "mixing_bowl.n.01", "breakfast_table.n.01",
    "bowl.n.01",
)  # fmt: skip


def little(_: Any) -> Few:
    return LITTLE


STAGES: Stages = replace(fake_stages.fake_stages(), name="trying", library=little, propose=propose)


def answer(words: str, objects: dict[str, str], *goal: str) -> str:
    facts = [fact.split() for fact in goal]
    return json.dumps(
        {
            "name": words[:40], "instruction": words, "reason": "", "init": [],
            "objects": [{"name": name, "category": kind} for name, kind in objects.items()],
            "goal": [{"predicate": p, "arguments": rest, "holds": True} for p, *rest in facts],
        }
    )  # fmt: skip


LEMON = {"lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"}
APPLE = {"apple": "apple.n.01", "bowl": "mixing_bowl.n.01"}
ANSWERS = (
    answer("Put the lemon into the bowl.", LEMON, "inside lemon bowl"),
    answer("Lay the lemon beside the bowl.", LEMON, "nextto lemon bowl"),
    answer("Eat the bowl with the apple.", APPLE, "inside bowl apple"),
    answer("Put the apple into the bowl.", APPLE, "inside apple bowl"),
    # The same as the first: it passes the trial, and is no new task.
    answer("Into the bowl with the lemon.", LEMON, "inside lemon bowl"),
)


def spec() -> DatasetSpec:
    tasks = {"answers": ANSWERS, "allow_missing": 5}
    return parse_spec(json.dumps({"name": "x", "tasks": tasks}))


def tasks() -> tuple[TaskSpec, ...]:
    return propose(spec(), 0, len(ANSWERS), (), LITTLE)


@pytest.fixture
def pool() -> Iterator[TrialPool]:
    made = TrialPool(2)
    yield made
    made.close()


def test_the_same_bytes_with_one_process_and_with_several(tmp_path: Path) -> None:
    for name, workers in (("a", 1), ("b", 3)):
        execute(RunRequest(spec(), tmp_path / name, STAGES, workers=workers, until="tasks"))
    assert dataset_hash(tmp_path / "a") == dataset_hash(tmp_path / "b")
    verdicts = list(Dataset(tmp_path / "b").proposals())
    assert [x.label for x in verdicts] == [None, None, "no_plan", None, "not_new"]


def test_results_are_those_of_trials_in_this_process(pool: TrialPool) -> None:
    crowded = spec().model_copy(
        update={"scene": spec().scene.model_validate({"clutter": {"count": 40}})}
    )
    given = tasks()[:2]
    jobs = [TrialJob(STAGES, x, task) for x in (spec(), crowded) for task in given]
    found = pool.run(jobs)
    assert sorted(found) == [0, 1, 2, 3]
    for place, job in enumerate(jobs):
        expected = trial.trial(job.spec, job.task, LITTLE)
        got = found[place].refusal
        assert (expected is None) == (got is None)
        assert str(expected) == str(got)
        if got is not None:
            assert isinstance(got, RefusedError)
            assert got.label == "no_scene"


def test_what_was_tried_ahead_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def crowded(*_: Any) -> None:
        raise AssemblyError("no valid layout")

    known = tasks()
    asked: list[int] = []

    def run(_: DatasetSpec, given: Sequence[TaskSpec]) -> Mapping[int, Tried]:
        asked.append(len(given))
        return {place: Tried(None) for place, task in enumerate(given) if task != known[1]}

    monkeypatch.setattr(trial, "build_scene", crowded)
    with trying_ahead(run):
        try_ahead(spec(), known)
        try_ahead(spec(), known)
        # The second is left out each time, and is tried when its turn comes.
        assert asked == [3, 1]
        refusals = [trial.known_trial(spec(), task, LITTLE) for task in known]
    assert [x is None for x in refusals] == [True, False, True]
    # Outside of the block nothing is known ahead.
    assert trial.known_trial(spec(), known[0], LITTLE) is not None


def test_a_process_that_dies_is_replaced(pool: TrialPool) -> None:
    job = TrialJob(STAGES, spec(), tasks()[0])
    assert pool.run([job]) == {0: Tried(None)}
    process = pool.idle.get()
    assert process is not None
    process.kill()
    process.wait()
    pool.idle.put(process)
    assert pool.run([job]) == {}
    assert pool.run([job]) == {0: Tried(None)}


def test_a_trial_that_fails_is_left_to_whoever_asked(pool: TrialPool) -> None:
    broken = tasks()[0].model_copy(update={"bddl": "(define"})
    assert pool.run([TrialJob(STAGES, spec(), broken)]) == {}
    with pytest.raises(SpecError):
        trial.trial(spec(), broken, LITTLE)


def test_one_worker_has_no_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> None:
        raise AssertionError

    monkeypatch.setattr(trials, "_pool", none)
    unit = ShardTask("tasks", "b00000", "k", (0, 0), spec(), 0, 1)
    with trials_of(Job(tmp_path, STAGES, unit)):
        assert not tries_ahead()
    with pytest.raises(AssertionError), trials_of(Job(tmp_path, STAGES, unit, 2)):
        pass


ORPHAN = """
import sys, time
sys.path[:0] = [{tests!r}]
import test_trials
from cousins.flows.trials import TrialJob, TrialPool
pool = TrialPool(1)
pool.run([TrialJob(test_trials.STAGES, test_trials.spec(), test_trials.tasks()[0])])
print(pool.idle.get().pid, flush=True)
time.sleep(600)
"""


def test_a_process_ends_with_the_one_that_started_it() -> None:
    code = ORPHAN.format(tests=str(Path(__file__).parent))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        os.kill(pid, 0)
        run.kill()
    until = time.monotonic() + 30
    while time.monotonic() < until and Path(f"/proc/{pid}/stat").exists():
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
