"""Asking a model for many tasks at once: order, what is kept, and what may be missing."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_stages
import pytest
from openai_server import Reply, serving
from worlds import Few

from cousins.flows.run import RunRequest, execute
from cousins.generators.dataset import FORMAT_VERSION, Dataset
from cousins.generators.proposers import propose
from cousins.generators.proposers.openai.acceptance import Acceptance, AcceptedTask
from cousins.generators.proposing.ahead import Tried, trying_ahead
from cousins.generators.store.changes import refuse_changes
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import (
    DatasetError,
    DatasetSpec,
    ProposalError,
    ProposalSpec,
    RunError,
    TaskSpec,
)

LITTLE = Few(
    "apple.n.01", "lemon.n.01", "orange.n.01", "pear.n.01",
    "mixing_bowl.n.01", "tray.n.01", "plate.n.04", "breakfast_table.n.01",
)  # fmt: skip
FRUITS, HOLDERS = ("apple", "lemon", "orange", "pear"), ("mixing_bowl.n.01", "tray.n.01")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def number(request: dict[str, Any]) -> int:
    found = re.search(r"task number (\d+)", request["messages"][1]["content"])
    assert found is not None
    return int(found[1])


def put_away(fruit: str, holder: str = HOLDERS[0]) -> str:
    return f"Put the {fruit} away: there is the {'bowl' if 'bowl' in holder else 'tray'}."


def answer(fruit: str, holder: str) -> Reply:
    place = "inside" if holder.startswith("mixing") else "ontop"
    objects = [{"name": "fruit", "category": f"{fruit}.n.01"}, {"name": "it", "category": holder}]
    goal = [{"predicate": place, "arguments": ["fruit", "it"], "holds": True}]
    words = put_away(fruit, holder)
    said = {"name": words, "instruction": words, "reason": "", "objects": objects, "init": []}
    return Reply(json.dumps({**said, "goal": goal}))


def by_number(request: dict[str, Any]) -> Reply:
    """A task of its own for each number, and later ones sooner."""
    index = number(request)
    reply = answer(FRUITS[index % 4], HOLDERS[index // 4])
    return replace(reply, delay=0.02 * (8 - index))


def spec(url: str, count: int, **more: Any) -> DatasetSpec:
    tasks = ProposalSpec(proposer="openai", base_url=url, count=count, attempts=1, **more)
    return DatasetSpec(name="x", tasks=tasks)


def asked(url: str, count: int, **more: Any) -> tuple[TaskSpec, ...]:
    return propose(spec(url, count, **more), 0, count, (), LITTLE)


def test_tasks_come_in_their_order_whatever_the_answers_do() -> None:
    with serving(by_number) as server:
        tasks = asked(server.url, 8)
    assert [task.id for task in tasks] == [f"t{x:04d}" for x in range(8)]
    assert [task.instruction for task in tasks[:4]] == [put_away(x) for x in FRUITS]
    told = [request["messages"][1]["content"] for request in server.requests]
    # Those that are asked for at once do not know of each other, the next ones do.
    assert sum(put_away("lemon") in text for text in told) == 4


def test_answers_are_checked_while_later_ones_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked, waited = threading.Event(), list[bool]()
    plain = Acceptance.accepted

    def accepted(self: Acceptance, *given: Any) -> AcceptedTask:
        checked.set()
        return plain(self, *given)

    def late(request: dict[str, Any]) -> Reply:
        if number(request) == 1:
            waited.append(checked.wait(60))
        return by_number(request)

    monkeypatch.setattr(Acceptance, "accepted", accepted)
    with serving(late) as server:
        assert len(asked(server.url, 2)) == 2
    assert waited == [True], "the first was checked before the second came"


def test_scenes_are_tried_as_answers_come_and_errors_told_in_their_order() -> None:
    tried, begun, waited = list[str](), threading.Event(), list[bool]()

    def run(_: DatasetSpec, tasks: Sequence[TaskSpec]) -> dict[int, Tried]:
        tried.extend(task.id for task in tasks)
        begun.set()
        return {place: Tried(None) for place in range(len(tasks))}

    def late(request: dict[str, Any]) -> Reply:
        if number(request) == 0:
            waited.append(begun.wait(60))
        return replace(by_number(request), delay=0.0)

    with serving(late) as server, trying_ahead(run):
        tasks = asked(server.url, 3)
    assert [task.id for task in tasks] == ["t0000", "t0001", "t0002"]
    assert waited == [True], "others were tried before the first came"
    assert tried[0] != "t0000"
    assert sorted(tried) == [task.id for task in tasks]

    def bad(request: dict[str, Any]) -> Reply:
        index = number(request)
        return Reply(status=420 + index, delay=0.3 * (3 - index)) if index else by_number(request)

    with (
        serving(bad) as server,
        trying_ahead(run),
        pytest.raises(ProposalError, match="421"),
    ):
        asked(server.url, 3)


def test_of_two_alike_at_once_the_later_is_asked_for_again() -> None:
    def twice(request: dict[str, Any]) -> Reply:
        repaired = len(request["messages"]) > 2
        return answer("pear" if repaired else "lemon", "tray.n.01")

    with serving(twice) as server:
        tasks = asked(server.url, 2)
    assert [task.instruction for task in tasks] == [put_away(x, "tray") for x in ("lemon", "pear")]
    assert len(server.requests) == 3


def failing(request: dict[str, Any]) -> Reply:
    return Reply("no") if number(request) == 2 else by_number(request)


def test_a_task_that_fails_may_be_missing() -> None:
    with serving(failing) as server:
        with pytest.raises(ProposalError, match=r"task 2 was still invalid.*allow_missing"):
            asked(server.url, 8)
        tasks = asked(server.url, 8, allow_missing=1)
    assert [task.id for task in tasks] == [f"t{x:04d}" for x in range(8) if x != 2]


def test_tasks_that_are_missing_already_count() -> None:
    with serving(failing) as server:
        first = asked(server.url, 4, allow_missing=1)
        more = spec(server.url, 8, allow_missing=1)
        assert len(propose(more, 4, 8, first, LITTLE)) == 4
        with pytest.raises(ProposalError, match="let 2 tasks be missing"):
            propose(more, 2, 4, first[:1], LITTLE)


def run(folder: Path, url: str, count: int, **more: Any) -> bytes:
    """The tasks that a run makes which proposes with a model, and stops."""
    stages = replace(fake_stages.fake_stages(), name="asking", library=little, propose=propose)
    plan = RunRequest(spec(url, count, **more), folder, stages, workers=1, until="tasks")
    execute(plan)
    return (folder / "data" / "tasks" / "b00000" / "tasks.json").read_bytes()


def little(_: Any) -> Few:
    return LITTLE


def test_what_was_paid_for_is_kept_and_never_asked_again(tmp_path: Path) -> None:
    with serving(failing) as server:
        with pytest.raises(RunError, match="task 2"):
            run(tmp_path / "a", server.url, 6)
        before = len(server.requests)
        run(tmp_path / "a", server.url, 6, allow_missing=1)
        # Two for the numbers after the wave that failed; all others are known.
        assert len(server.requests) == before + 2
        first = run(tmp_path / "a", server.url, 8, allow_missing=1)
        assert len(server.requests) == before + 4
    # A copy of the answers gives the same bytes without a server.
    shutil.copytree(tmp_path / "a" / "transcript", tmp_path / "kept")
    again = run(
        tmp_path / "b", "http://127.0.0.1:9", 8, allow_missing=1, replay=True,
        transcript=str(tmp_path / "kept"),
    )  # fmt: skip
    assert again == first


def test_finished_tasks_are_found_whoever_would_be_asked(tmp_path: Path) -> None:
    with serving(by_number) as server:
        made = run(tmp_path / "a", server.url, 4)
    shutil.rmtree(tmp_path / "a" / "transcript")
    more = {"allow_missing": 3, "transcript": str(tmp_path / "other")}
    assert run(tmp_path / "a", "http://127.0.0.1:9", 4, **more) == made


def test_how_tasks_are_asked_for_is_no_part_of_a_dataset(tmp_path: Path) -> None:
    saved = tmp_path / "spec.json"
    old = spec("http://a", 4)
    saved.write_text(
        json.dumps({"format": FORMAT_VERSION, "spec": old.model_dump(mode="json"), "versions": {}})
    )
    new = spec("http://b", 4, allow_missing=2, replay=True, transcript="elsewhere")
    refuse_changes(saved, new, {}, {"tasks"})
    with pytest.raises(DatasetError, match="concurrency"):
        refuse_changes(saved, spec("http://b", 4, concurrency=2), {}, {"tasks"})


def test_whoever_was_asked_the_dataset_has_the_same_hash(tmp_path: Path) -> None:
    with serving(by_number) as server:
        run(tmp_path / "a", server.url, 4)
    kept = tmp_path / "a" / "transcript"
    more = {"allow_missing": 3, "replay": True, "transcript": str(kept)}
    run(tmp_path / "b", "http://127.0.0.1:9", 4, **more)
    assert dataset_hash(tmp_path / "a") == dataset_hash(tmp_path / "b")
    with serving(by_number) as server:
        run(tmp_path / "c", server.url, 4, concurrency=2)
    assert dataset_hash(tmp_path / "a") != dataset_hash(tmp_path / "c")


def test_every_answer_is_on_record(tmp_path: Path) -> None:
    def mended(request: dict[str, Any]) -> Reply:
        index, repaired = number(request), len(request["messages"]) > 2
        if index == 1:
            return Reply("", finish_reason="length")
        if index == 2 and not repaired:
            return answer("lemon", "no_such_thing.n.01")
        return by_number(request)

    with serving(mended) as server:
        run(tmp_path / "a", server.url, 3, allow_missing=1)
    said = [(x.number, x.attempt, x.task, x.label) for x in Dataset(tmp_path / "a").proposals()]
    assert said == [
        (0, 0, "t0000", None),
        (1, 0, None, "cut_off"),
        (1, 1, None, "cut_off"),
        (2, 0, None, "bad_category"),
        (2, 1, "t0002", None),
    ]
    reasons = [x.reason for x in Dataset(tmp_path / "a").proposals() if x.label == "bad_category"]
    assert reasons[0] is not None
    assert "no_such_thing" in reasons[0]
    # Answers that are not asked for again have the same record.
    more = {"allow_missing": 1, "replay": True, "transcript": str(tmp_path / "a" / "transcript")}
    run(tmp_path / "b", "http://127.0.0.1:9", 3, **more)
    assert dataset_hash(tmp_path / "a") == dataset_hash(tmp_path / "b")


def test_a_spec_that_cannot_be_read_as_a_model_has_a_hash(tmp_path: Path) -> None:
    with serving(by_number) as server:
        run(tmp_path / "a", server.url, 4)
    path = tmp_path / "a" / "spec.json"
    saved = json.loads(path.read_text())
    saved["spec"] |= {"export": ["of_a_plugin_that_is_not_here"], "of_a_later_version": 1}
    hashes: list[str] = []
    for url in ("http://a", "http://b"):
        saved["spec"]["tasks"]["base_url"] = url
        path.write_text(json.dumps(saved))
        hashes.append(dataset_hash(tmp_path / "a"))
    assert hashes[0] == hashes[1]
    saved["spec"]["seed"] = 99
    path.write_text(json.dumps(saved))
    assert dataset_hash(tmp_path / "a") != hashes[0]
