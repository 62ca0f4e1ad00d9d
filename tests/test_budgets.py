"""Budgets, and several tasks in one request: what is asked, what is kept, what is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openai_server import Reply, serving
from test_asking import LITTLE, by_number, run, spec

from cousins.generators.dataset import Dataset
from cousins.generators.proposers import propose
from cousins.generators.proposing import trial
from cousins.generators.proposing.endpoint import Endpoint, EndpointError
from cousins.generators.proposing.ledger import BudgetError, Ledger, Limit, Usage, usage_of
from cousins.generators.store.changes import refuse_changes
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import ProposalError, RunError, SpecError, TaskSpec
from cousins.schemas.budget import AskingBudget
from cousins.schemas.spec_file import parse_spec


def fits(*_: object) -> None:
    """FAKE trial: every scene comes about."""


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    # Whether a scene comes about is not what is tested here, and takes seconds.
    monkeypatch.setattr(trial, "trial", fits)


def counted(request: dict[str, Any]) -> Reply:
    """The answer of `by_number`, with the endpoint's own count of tokens."""
    answer = replace(by_number(request), delay=0.0)
    said = json.loads(answer.payload())
    said["usage"] = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    return Reply(body=json.dumps(said).encode())


@pytest.mark.parametrize(
    ("budget", "limit"),
    [
        (AskingBudget(requests=2), Limit.requests),
        (AskingBudget(tokens=2_000), Limit.tokens),
        (AskingBudget(money=0.02, price_in=10, price_out=10), Limit.money),
        (AskingBudget(seconds=5.0), Limit.seconds),
    ],
)
def test_a_budget_ends_with_what_ended_it(budget: AskingBudget, limit: Limit) -> None:
    ledger = Ledger(budget)
    for _ in range(2):
        ledger.reserve()
        ledger.settle(Usage(1, 900, 100, 2.5))
    with pytest.raises(BudgetError, match=f"{limit} is used up") as caught:
        ledger.reserve()
    assert caught.value.limit is limit
    # What is said is part of the record, and does not depend on what was under way.
    assert str(caught.value) == str(BudgetError(limit, getattr(budget, limit)))


def test_requests_that_are_under_way_count_until_they_fail() -> None:
    ledger = Ledger(AskingBudget(requests=1))
    ledger.reserve()
    with pytest.raises(BudgetError):
        ledger.reserve()
    ledger.settle(None)
    ledger.reserve()


def test_tokens_are_the_endpoints_or_the_lengths() -> None:
    body = json.dumps({"usage": {"prompt_tokens": 7, "completion_tokens": 5}}).encode()
    assert usage_of({}, body, 1.5) == Usage(1, 7, 5, 1.5)
    for odd in (b"<html>", b"[]", b'{"usage": {"prompt_tokens": -1, "completion_tokens": true}}'):
        assert usage_of("x" * 38, odd, 0.0) == Usage(1, 10, -(-len(odd) // 4), 0.0)


def test_a_budget_ends_the_run_and_a_greater_one_goes_on(tmp_path: Path) -> None:
    with serving(counted) as server:
        with pytest.raises(
            RunError, match=r"requests is used up \(3 requests, 3,000 tokens.*allow"
        ):
            run(tmp_path / "a", server.url, 6, budget=AskingBudget(requests=3), concurrency=2)
        assert len(server.requests) == 3
        run(tmp_path / "a", server.url, 6, budget=AskingBudget(requests=6), concurrency=2)
        # Nothing is paid for twice, and what was paid for counts.
        assert len(server.requests) == 6
        with pytest.raises(RunError, match="budget of 6 requests is used up"):
            run(tmp_path / "a", server.url, 8, budget=AskingBudget(requests=6), concurrency=2)
        assert len(server.requests) == 6


@pytest.mark.parametrize("budget", [AskingBudget(requests=3), AskingBudget(tokens=3_500)])
def test_a_budget_goes_on_with_what_there_is(tmp_path: Path, budget: AskingBudget) -> None:
    more = {"concurrency": 2, "allow_missing": 5, "budget": budget}
    with serving(counted) as server:
        run(tmp_path / "a", server.url, 6, **more)
        got = len(server.requests)
    assert got == (3 if budget.requests else 4)
    said = [(x.number, x.task, x.label) for x in Dataset(tmp_path / "a").proposals()]
    assert said == [(x, f"t{x:04d}", None) if x < got else (x, None, "budget") for x in range(6)]
    # The same answers give the same bytes, without a server.
    kept = str(tmp_path / "a" / "transcript")
    run(tmp_path / "b", "http://127.0.0.1:9", 6, replay=True, transcript=kept, **more)
    assert dataset_hash(tmp_path / "a") == dataset_hash(tmp_path / "b")


def test_the_running_total_is_in_the_log_and_in_the_record(tmp_path: Path) -> None:
    priced = AskingBudget(price_in=1, price_out=10)
    with serving(counted) as server:
        run(tmp_path, server.url, 4, concurrency=2, budget=priced)
    lines = [json.loads(x) for x in (tmp_path / "logs" / "asking.jsonl").read_text().splitlines()]
    totals = [(x["requests"], x["tokens_in"], x["tokens_out"]) for x in lines]
    assert totals == sorted(totals)
    assert totals[-1] == (4, 3600, 400)
    assert lines[-1]["money"] == pytest.approx(0.0076)
    (record,) = Dataset(tmp_path).records("tasks")
    assert (record.counts["requests"], record.counts["tokens"]) == (4, 4000)


def test_a_budget_is_no_part_of_a_dataset(tmp_path: Path) -> None:
    with serving(counted) as server:
        run(tmp_path / "a", server.url, 4)
        run(tmp_path / "b", server.url, 4, budget=AskingBudget(requests=400, per_minute=60_000))
    assert dataset_hash(tmp_path / "a") == dataset_hash(tmp_path / "b")
    new = spec("http://b", 4, budget=AskingBudget(tokens=9))
    saved = json.loads((tmp_path / "b" / "spec.json").read_text())
    refuse_changes(tmp_path / "b" / "spec.json", new, saved["versions"], {"tasks"})


def test_money_needs_prices() -> None:
    with pytest.raises(SpecError, match=r"(?s)line 4: tasks\.budget\.money: .*`price_in` and"):
        parse_spec("name: x\ntasks:\n  budget:\n    money: 3\n    price_in: 1")


def test_requests_keep_their_pace() -> None:
    waits: list[float] = []
    ledger = Ledger(AskingBudget(per_minute=30), sleep=waits.append, clock=lambda: 100.0)
    with serving([Reply(status=503), Reply("{}")]) as server:
        Endpoint("m", server.url, sleep=lambda _: None, ledger=ledger).ask([], {}, 0)
    # Also of those that are asked for once more.
    assert waits == [2.0]


def test_an_answer_is_as_long_as_the_budget_says() -> None:
    with serving([Reply("x" * 3_000)]) as server:
        endpoint = Endpoint("m", server.url, ledger=Ledger(AskingBudget(answer_bytes=2_000)))
        with pytest.raises(EndpointError, match="more than 2,000 bytes"):
            endpoint.ask([], {}, 0)


def wanted(request: dict[str, Any]) -> list[int]:
    """The numbers that a conversation asks for last."""
    last = request["messages"][-1]["content"]
    again = re.search(r"`tasks` for number ([\d, ]+) alone", last)
    if again is not None:
        return [int(x) for x in again[1].split(",")]
    first, end = re.findall(r"task number (\d+) to (\d+)", last)[0]
    return list(range(int(first), int(end) + 1))


def one(number: int) -> dict[str, Any]:
    asked = {"messages": [{}, {"content": f"task number {number}"}]}
    told: dict[str, Any] = json.loads(by_number(asked).content or "")
    return told


def several(delay: Callable[[int], float]) -> Callable[[dict[str, Any]], Reply]:
    """Two in one answer are flawed at first, one of the next repeats one, and one is left out."""

    def reply(request: dict[str, Any]) -> Reply:
        numbers, repaired = wanted(request), len(request["messages"]) > 2
        told = [one(x) for x in numbers]
        if not repaired and numbers[0] == 0:
            told[1] = {**told[1], "goal": [], "objects": "many"}
            told[2]["objects"][0]["category"] = "no_such_thing.n.01"
        if not repaired and numbers[0] == 4:
            told = [one(3), *told[1:-1]]
        return Reply(json.dumps({"tasks": told}), delay=delay(numbers[0]))

    return reply


def asked(delay: Callable[[int], float], **more: Any) -> tuple[tuple[TaskSpec, ...], list[Any]]:
    with serving(several(delay)) as server:
        made = propose(spec(server.url, 8, per_request=4, **more), 0, 8, (), LITTLE)
    return made, server.requests


def test_one_request_asks_for_several_and_one_repair_says_all() -> None:
    tasks, requests = asked(lambda _: 0.0, concurrency=1)
    assert [task.id for task in tasks] == [f"t{x:04d}" for x in range(8)]
    assert [wanted(request) for request in requests] == [[0, 1, 2, 3], [1, 2], [4, 5, 6, 7], [4, 7]]
    repair = requests[1]["messages"][-1]["content"]
    for reason in ("task number 1: ", "goal: ", "objects: ", "task number 2: ", "no_such_thing"):
        assert reason in repair
    assert "task number 3: " not in repair
    schema = requests[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["tasks"]["maxItems"] == 4


def sooner(number: int) -> float:
    return 0.05 * number


def later(number: int) -> float:
    return 0.2 - 0.05 * number


def test_the_order_of_arrival_decides_nothing() -> None:
    made = [asked(delay, concurrency=2)[0] for delay in (sooner, later)]
    assert made[0] == made[1]
    assert len(made[0]) == 8


def in_lines(tasks: list[dict[str, Any]]) -> str:
    return "Here:\n" + "\n".join(json.dumps(task) for task in tasks)


@pytest.mark.parametrize("form", [json.dumps, in_lines])
def test_lists_and_objects_one_after_another_are_several_too(form: Callable[[Any], str]) -> None:
    with serving(lambda request: Reply(form([one(x) for x in wanted(request)]))) as server:
        made = propose(spec(server.url, 4, per_request=4), 0, 4, (), LITTLE)
    assert len(made) == 4
    assert len(server.requests) == 1


def test_a_refusal_of_several_is_one_of_each() -> None:
    with serving([Reply(None, refusal="No.")]) as server:
        with pytest.raises(ProposalError, match=r"task 0 was still invalid.*No\."):
            propose(spec(server.url, 2, per_request=2), 0, 2, (), LITTLE)
        assert propose(spec(server.url, 2, per_request=2, allow_missing=2), 0, 2, (), LITTLE) == ()
