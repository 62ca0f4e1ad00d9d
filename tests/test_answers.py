"""Answers of a language model or of people: what they are told, and which become tasks."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from worlds import LIBRARY

from cousins.generators.dataset import FORMAT_VERSION
from cousins.generators.proposers import propose
from cousins.generators.proposers.openai.grounding import describe, describe_own
from cousins.generators.proposers.openai.offering import OFFERED, offer
from cousins.generators.proposers.openai.prompt import request, rules
from cousins.generators.proposing import trial
from cousins.generators.proposing.catalogue import Catalogue
from cousins.generators.proposing.verdicts import hearing
from cousins.generators.store.changes import refuse_changes, slice_of
from cousins.scenes.core.franka import FRANKA
from cousins.schemas import (
    AssemblyError,
    DatasetError,
    DatasetSpec,
    ObjectSpec,
    SpecError,
    TaskSpec,
)
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.symbolic.search import plans

CATALOGUE = Catalogue(LIBRARY, FRANKA)


def answer(instruction: str, objects: dict[str, str], goal: Sequence[str], **more: Any) -> str:
    """An answer; a fact is `inside lemon bowl`, or `-open box` for one that must not be."""

    def facts(texts: Sequence[str]) -> list[dict[str, Any]]:
        split = [text.lstrip("-").split() for text in texts]
        return [
            {"predicate": first, "arguments": rest, "holds": not text.startswith("-")}
            for text, (first, *rest) in zip(texts, split, strict=True)
        ]

    said = {
        "name": instruction.rstrip("."),
        "instruction": instruction,
        "reason": "",
        "objects": [{"name": name, "category": kind} for name, kind in objects.items()],
        "init": facts(more.get("init", ())),
        "goal": facts(goal),
    }
    return json.dumps(said)


LEMON_KINDS = {
    name: CATALOGUE.kind(category)
    for name, category in (
        ("lemon_1", "lemon.n.01"), ("lemon_2", "lemon.n.01"), ("bowl", "mixing_bowl.n.01"),
    )
}  # fmt: skip
FRUIT = {"lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"}
LEMON = answer("Put the lemon into the bowl.", FRUIT, ["inside lemon bowl"])
OVEN = {"bagel": "bagel.n.01", "toaster_oven": "toaster_oven.n.01"}


def tasks(*answers: str, missing: int = 0) -> tuple[TaskSpec, ...]:
    text = json.dumps({"name": "x", "tasks": {"answers": answers, "allow_missing": missing}})
    spec = parse_spec(text)
    return propose(spec, 0, spec.tasks.count, (), LIBRARY)


def test_answers_become_tasks_under_their_own_numbers() -> None:
    bad = answer("Eat the lemon.", FRUIT, ["inside bowl lemon"])
    other = answer("Lay the lemon beside the bowl.", FRUIT, ["nextto lemon bowl"])
    found = tasks(LEMON, bad, other, LEMON, missing=2)
    assert [task.id for task in found] == ["t0000", "t0002"]
    assert {task.proposer for task in found} == {"answers"}
    with pytest.raises(SpecError, match=r"answer 2: .*let 1 tasks be missing") as caught:
        tasks(LEMON, bad)
    assert caught.value.place == ("tasks", "answers", 1)
    with pytest.raises(SpecError, match="answer 2: an earlier task has the same"):
        tasks(LEMON, LEMON)


def test_a_file_of_answers_stands_for_them_and_may_grow(tmp_path: Path) -> None:
    # A line separator inside a string ends no answer.
    odd = LEMON.replace("Put the lemon", "Put the\u2028lemon")
    (tmp_path / "said.jsonl").write_text(f"{LEMON}\n\n{odd}\n", encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {answers: said.jsonl}\n")
    spec = load_spec(path)
    assert (spec.tasks.proposer, spec.tasks.count) == ("answers", 2)
    assert spec.tasks.answers == (LEMON, odd)
    # What comes later is no part of what the first tasks are made from.
    assert slice_of(spec, "tasks", 1).tasks.answers == (LEMON,)
    path.write_text("name: x\n\ntasks: {answers: other.jsonl}\n")
    with pytest.raises(SpecError, match=r"line 3: tasks.answers: cannot read .*other.jsonl"):
        load_spec(path)
    (tmp_path / "other.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match=r"other.jsonl is not UTF-8"):
        load_spec(path)
    (tmp_path / "other.jsonl").write_text("\n")
    with pytest.raises(SpecError, match=r"line 3: .*other.jsonl has no answers"):
        load_spec(path)
    path.write_text("name: x\ntasks: {answers: said.json}\n")
    with pytest.raises(SpecError, match=r"line 2: .*or the path of a \.jsonl file"):
        load_spec(path)


def test_answers_may_be_added_at_the_end_alone(tmp_path: Path) -> None:
    def of(*answers: str) -> DatasetSpec:
        return parse_spec(json.dumps({"name": "x", "tasks": {"answers": answers}}))

    saved, old = tmp_path / "spec.json", of(LEMON).model_dump(mode="json")
    saved.write_text(json.dumps({"format": FORMAT_VERSION, "spec": old, "versions": {}}))
    refuse_changes(saved, of(LEMON, "more"), {}, {"tasks"})
    with pytest.raises(DatasetError, match=r"tasks\.answers: "):
        refuse_changes(saved, of("more", LEMON), {}, {"tasks"})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            answer("Tidy up.", FRUIT, ["inside lemon bowl"]),
            "something of lemon, bowl, which the instruction does not name",
        ),
        (
            answer("Switch the toaster oven off.", OVEN, ["toggled_on toaster_oven"]),
            "the instruction says the opposite; say 'on'",
        ),
        (
            answer("Open the toaster oven.", OVEN, ["-open toaster_oven"],
                   init=["open toaster_oven"]),
            "says the opposite; say 'close'",
        ),
        (
            answer(
                "Take the Dutch oven out of the mug.",
                {"mug": "mug.n.04", "dutch_oven": "dutch_oven.n.02"},
                ["-inside dutch_oven mug"], init=["inside dutch_oven mug"],
            ),
            r"init: \(inside dutch_oven mug\) cannot be",
        ),
    ],
)  # fmt: skip
def test_words_and_starts_that_cannot_be_meant_are_refused(said: str, expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        tasks(said)


@pytest.mark.parametrize(
    ("instruction", "objects", "goal"),
    [
        ("Close the oven and turn it on.", OVEN, ["-open toaster_oven", "toggled_on toaster_oven"]),
        ("Place both lemons in the bowl.",
         {"lemon_1": "lemon.n.01", "lemon_2": "lemon.n.01", "bowl": "mixing_bowl.n.01"},
         ["inside lemon_1 bowl", "inside lemon_2 bowl"]),
        ("Fill the bowl with the fruit.", {"fruit": "lemon.n.01", "bowl": "mixing_bowl.n.01"},
         ["inside fruit bowl"]),
    ],
)  # fmt: skip
def test_a_thing_is_named_in_more_ways_than_one(
    instruction: str, objects: dict[str, str], goal: list[str]
) -> None:
    assert len(tasks(answer(instruction, objects, goal))) == 1


def test_one_repair_hears_all_that_is_wrong() -> None:
    wrong = answer(
        "Close the bowl.", {**FRUIT, "oven": "toaster_oven.n.01"},
        ["open lemon", "inside pear bowl", "inside lemon bowl"], init=["open bowl"],
    )  # fmt: skip
    for part in ("init[0]: bowl", "goal[0]: lemon", "goal[1]: no object 'pear'"):
        with pytest.raises(SpecError, match=re.escape(part)):
            tasks(wrong)
    named = answer("Go.", {"Lemon": "lemon.n.01", "it": "nothing_such.n.01"}, ["open it"])
    with pytest.raises(SpecError, match=r"name 'Lemon': write lower case.*; 'it': "):
        tasks(named)
    # Words and starts are looked at together too, and the label is that of the first.
    both = answer(
        "Take it out.", {"mug": "mug.n.04", "dutch_oven": "dutch_oven.n.02"},
        ["-inside dutch_oven mug"], init=["inside dutch_oven mug"],
    )  # fmt: skip
    with pytest.raises(SpecError, match=r"does not name; .*; init: .*cannot be"):
        tasks(both)


def test_paraphrases_that_say_the_goal_come_along() -> None:
    said = json.loads(LEMON)
    right = ["Into the bowl with the lemon, please.", "The bowl is where the lemon belongs."]
    wrong = ["Put the fruit away.", "put the lemon into the bowl.", right[0].upper()]
    (task,) = tasks(json.dumps({**said, "paraphrases": [*right, *wrong]}))
    assert task.paraphrases == tuple(right)
    with hearing() as heard:
        tasks(
            json.dumps({**said, "paraphrases": [*right, *wrong]}), LEMON.replace("lemon", "apple")
        )
    first, second = heard.verdicts
    assert [(x.text, x.label) for x in first.dropped] == list(
        zip(wrong, ("unfaithful", "repeated", "repeated"), strict=True)
    )
    assert "does not name" in first.dropped[0].reason
    assert second.dropped == ()
    assert "dropped" not in second.model_dump(mode="json")
    (plain,) = tasks(LEMON)
    assert plain.paraphrases == ()
    assert "paraphrases" not in plain.model_dump(mode="json")
    with pytest.raises(SpecError, match=r"paraphrases\.0: .*U\+202E"):
        tasks(json.dumps({**said, "paraphrases": ["a\u202eb"]}))


LEMONS = {"lemon_1": "lemon.n.01", "lemon_2": "lemon.n.01", "bowl": "mixing_bowl.n.01"}


def quantified(**more: Any) -> str:
    fact = {"predicate": "inside", "arguments": ["each", "bowl"], "holds": True, **more}
    said = json.loads(answer("Put lemons into the bowl.", LEMONS, ["inside lemon_1 bowl"]))
    return json.dumps({**said, "goal": [fact]})


def test_a_goal_may_be_of_all_or_of_one_of_a_kind() -> None:
    found = {head: tasks(quantified(**{head: "lemon.n.01"}))[0] for head in ("forall", "exists")}
    for head, task in found.items():
        assert f"({head} (?each - lemon.n.01) (inside ?each " in task.bddl
        assert {x.name for x in task.objects} == {"table", "lemon_1", "lemon_2", "bowl"}
    steps = {
        head: len(next(plans(p.init, p.goal, CATALOGUE.capabilities(LEMON_KINDS, "table"))).steps)
        for head, p in ((head, scene_problem(task)) for head, task in found.items())
    }
    assert steps == {"forall": 2, "exists": 1}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"forall": "apple.n.01"}, r"goal\[0\]: BDDL: no object is a 'apple.n.01'"),
        ({"forall": "lemon.n.01", "exists": "lemon.n.01"}, "not both"),
        ({"forall": "lemon.n.01", "arguments": ["lemon_1", "bowl"]}, "'each' is none of the"),
        (
            {"forall": "lemon.n.01", "predicate": "open", "arguments": ["each"]},
            "lemon_1 has no door",
        ),
        ({}, "no object 'each'"),
    ],
)
def test_a_quantifier_that_says_nothing_goes_back(more: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        tasks(quantified(**more))


def test_what_the_task_does_not_need_is_left_out() -> None:
    more = {**FRUIT, "hammer": "hammer.n.02"}
    (task,) = tasks(answer("Put the lemon into the bowl.", more, ["inside lemon bowl"]))
    assert [thing.name for thing in task.objects] == ["table", "lemon", "bowl"]
    assert task == tasks(LEMON)[0]


def test_the_first_scene_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "Put the bagel into the toaster oven and close it."
    oven = answer(told, OVEN, ["inside bagel toaster_oven", "-open toaster_oven"])
    assert len(tasks(oven)) == 1
    # An estimate that says no is not believed.
    monkeypatch.setattr("cousins.generators.proposing.draft.ROOM", 0.1)
    assert len(tasks(oven)) == 1

    def crowded(*_: Any) -> None:
        raise AssemblyError("no")

    monkeypatch.setattr(trial, "build_scene", crowded)
    with pytest.raises(SpecError, match=r"there is room for 0\.1"):
        tasks(oven)


def test_what_no_scene_allows_goes_back_with_the_scenes_reasons() -> None:
    held = {"pitcher": "pitcher.n.02", "microwave": "microwave.n.02", "hook_rack": "hook_rack.n.01"}
    said = answer(
        "Take the pitcher out of the microwave and hang it on the hook rack.", held,
        ["attached pitcher hook_rack"], init=["inside pitcher microwave"],
    )  # fmt: skip
    with pytest.raises(SpecError, match=r"it cannot be set up or done: .*pitcher"):
        tasks(said)


def test_a_category_is_told_with_its_role_and_its_inner_sizes() -> None:
    told = {x: describe(CATALOGUE.kind(x)) for x in ("mug.n.04", "cabinet.n.01", "almond.n.02")}
    assert "can be moved" in told["mug.n.04"]
    assert "hangs on hooks" in told["mug.n.04"]
    assert "stays where it is" in told["cabinet.n.01"]
    assert "closed at first" in told["cabinet.n.01"]
    assert told["cabinet.n.01"].endswith("opens")
    assert "cannot be grasped" in told["almond.n.02"]
    switches = {x: describe(CATALOGUE.kind(x)) for x in ("faucet.n.01", "loudspeaker.n.01")}
    assert switches["faucet.n.01"].endswith("has a switch")
    assert switches["loudspeaker.n.01"].endswith("has a switch that only goes on")
    deep = CATALOGUE.kind("mug.n.04").assets[0].cavities[0].half_size[2] * 200
    low, high = told["mug.n.04"].partition("inside ")[2].split(";")[0].split(" x ")[2].split("-")
    assert float(low) - 0.1 <= deep <= float(high) + 0.1


def test_things_of_the_scene_are_told_with_where_they_are_and_what_is_open() -> None:
    box = ObjectSpec.model_validate(
        {"name": "box", "category": "cabinet.n.01", "joint": {"any": 1}}
    )
    cup = ObjectSpec(name="cup", category="mug.n.04", inside="box")
    assert describe_own(box, "desk") == "box: cabinet.n.01; on desk; open"
    assert describe_own(cup, "desk") == "cup: mug.n.04; inside box"


def asked(**tasks: Any) -> DatasetSpec:
    scene = {"objects": [{"name": "cup", "category": "mug.n.04"}]}
    return DatasetSpec.model_validate(
        {"name": "x", "scene": scene, "tasks": {"proposer": "openai", **tasks}}
    )


def test_each_request_offers_other_categories_and_the_scenes_always() -> None:
    spec = asked()
    first, second = offer(spec, CATALOGUE, 0), offer(spec, CATALOGUE, 1)
    assert len(first) == len(second) == OFFERED
    assert first == offer(spec, CATALOGUE, 0)
    assert len({x.category for x in (*first, *second)}) > 1.3 * OFFERED
    for offered in (first, second):
        assert "mug.n.04" in {x.category for x in offered}
        assert not any(x.table for x in offered)
    assert len(rules(spec, first)) < 4 * 2500


def test_a_wish_and_themes_reach_the_model() -> None:
    spec = asked(wish="Set the table for two.", themes=["breakfast", "supper with candles"])
    told = [request(range(index, index + 1), (), spec) for index in range(2)]
    assert all("Set the table for two." in text for text in told)
    assert ("breakfast" in told[0], "breakfast" in told[1]) == (True, False)
    assert "beeswax_candle.n.01" in {x.category for x in offer(spec, CATALOGUE, 0)}
    with pytest.raises(SpecError, match="only a language model follows it"):
        parse_spec("name: x\ntasks: {wish: Set the table.}")


def test_what_few_tasks_ask_for_is_asked_for() -> None:
    (lemon,) = tasks(LEMON)
    told = request(range(1, 2), (lemon,), asked())
    rare = told.partition("Few tasks ask for ")[2].partition(":")[0]
    assert "inside" not in rare
    assert rare.count(",") == 2
    assert "Put the lemon into the bowl." in told
