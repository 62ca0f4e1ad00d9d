"""How the benchmark of proposals judges answers: repairs, intentions, forced ones, and costs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cousins.flows.bench import _judging as judging
from cousins.flows.bench import proposals
from cousins.flows.bench._answers import SPEC, StoredAnswer, stored_answers
from cousins.flows.bench._trials import Trial
from cousins.schemas import DatasetSpec, TaskSpec

SOLVED = Trial(length=1, ran=True, scenes=1, pending=False, solved=True, kept=True)
PENDING = Trial(length=0, ran=False, scenes=10, pending=True, solved=False, kept=False)


def said(instruction: str, objects: dict[str, str], goal: Sequence[str]) -> str:
    facts = [text.split() for text in goal]
    return json.dumps(
        {
            "name": instruction[:40],
            "instruction": instruction,
            "reason": "",
            "objects": [{"name": name, "category": kind} for name, kind in objects.items()],
            "init": [],
            "goal": [{"predicate": x[0], "arguments": x[1:], "holds": True} for x in facts],
        }
    )


TWO = {"lemon": "lemon.n.01", "apple": "apple.n.01", "bowl": "mixing_bowl.n.01"}
ONE = {"lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"}
RIGHT = said("Put the lemon into the bowl.", ONE, ["inside lemon bowl"])
SILENT = said("Tidy up.", TWO, ["inside lemon bowl", "inside apple bowl"])
APPLE = said("Put the apple on the plate.", {"apple": "apple.n.01", "plate": "plate.n.04"},
             ["ontop apple plate"])  # fmt: skip


def counted(_: DatasetSpec, tasks: Sequence[TaskSpec], *__: int) -> dict[str, Any]:
    """FAKE scores: how many tasks there are."""
    return {"proposals": len(tasks)}


def judge(
    monkeypatch: pytest.MonkeyPatch, answers: Sequence[StoredAnswer], forced: Trial
) -> tuple[dict[str, Any], list[TaskSpec]]:
    """The judgement, and the tasks that were forced through."""
    tried: list[TaskSpec] = []

    def attempt(job: tuple[DatasetSpec, TaskSpec, int]) -> Trial:
        tried.append(job[1])
        return forced

    monkeypatch.setattr(judging, "attempt", attempt)
    monkeypatch.setattr(judging, "scores", counted)
    return judging.judged(answers, 10, 1), tried


def test_what_was_refused_is_forced_and_what_repeats_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [
        StoredAnswer(0, 0, SILENT),
        StoredAnswer(1, 0, RIGHT),
        StoredAnswer(2, 0, RIGHT),
        StoredAnswer(3, 0, "no"),
        StoredAnswer(0, 1, RIGHT.replace("lemon", "apple")),
        StoredAnswer(2, 1, APPLE),
        StoredAnswer(1, 1, APPLE),
    ]
    found, tried = judge(monkeypatch, answers, SOLVED)
    assert [task.instruction for task in tried] == ["Tidy up."], "'no' says no task at all"
    assert found["rejected_by_reason"] == {"unfaithful": 1, "not_new": 1, "bad_json": 1}
    assert found["heard"] == 6, "number 1 needed no repair"
    assert found["numbers"] == 4
    assert found["first_answer_share"] == 0.25
    assert found["after_repair_share"] == 0.75
    assert found["repaired"] == 2
    assert (found["forced"], found["false_refusals"]) == (1, 1)
    assert found["false_refusal_share"] == round(1 / 6, 4)
    assert found["false_refusals_pending"] == 0
    # Half of the first goal remains; what repeats another task had to change.
    assert found["intention_kept_share_repaired"] == 0.5
    assert found["intention_kept_share"] == 0.75
    assert found["proposals"] == 3


def test_what_is_given_up_is_pending_and_no_false_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, _ = judge(monkeypatch, [StoredAnswer(0, 0, SILENT)], PENDING)
    assert (found["false_refusals"], found["false_refusals_pending"]) == (0, 1)
    assert found["intention_kept_share"] is None, "no task, no intention"


def test_a_repair_costs_the_whole_conversation_again(monkeypatch: pytest.MonkeyPatch) -> None:
    once, _ = judge(monkeypatch, [StoredAnswer(0, 0, RIGHT)], SOLVED)
    twice, _ = judge(monkeypatch, [StoredAnswer(0, 0, SILENT), StoredAnswer(0, 1, RIGHT)], SOLVED)
    assert once["answer_tokens_per_kept_task"] == round(len(RIGHT) / 4)
    both = round((len(RIGHT) + len(SILENT)) / 4)
    assert twice["answer_tokens_per_kept_task"] == both
    asked = once["prompt_tokens_per_kept_task"]
    assert asked > 1000
    assert twice["prompt_tokens_per_kept_task"] > 2 * asked + len(SILENT) // 4
    assert twice["tokens_per_kept_task"] - twice["prompt_tokens_per_kept_task"] in (both, both + 1)
    assert once["tokens_are"] == "characters / 4"


def test_the_object_says_what_the_answers_gave_beside_the_grammar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {**dict.fromkeys(proposals.OF_ANSWERS, 0.5), "proposals": 3}
    given: list[int] = []

    def judged(answers: Sequence[StoredAnswer], *_: int) -> dict[str, Any]:
        given.extend(answer.number for answer in answers)
        return told

    monkeypatch.setattr(proposals, "judged", judged)
    monkeypatch.setattr(proposals, "scores", counted)
    found = proposals.run(small=True, seed=0)
    assert found["proposals"] == proposals.SMALL_TASKS
    assert found["answers"] == told
    assert all(found[key] == 0.5 for key in proposals.OF_ANSWERS)
    assert sorted(set(given)) == list(range(proposals.SMALL_TASKS))


def test_every_number_of_the_stored_answers_has_a_first_one() -> None:
    answers = stored_answers()
    firsts = [answer.number for answer in answers if answer.attempt == 0]
    assert firsts == list(range(SPEC.tasks.count))
    for answer in answers:
        before = {x.attempt for x in answers if x.number == answer.number}
        assert set(range(answer.attempt)) <= before
