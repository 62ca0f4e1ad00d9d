"""Tasks of one's own: from the words of a goal to a checked task, or to why not, in sizes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from worlds import LIBRARY

from cousins.flows.checks import check_spec
from cousins.flows.cli import app
from cousins.generators.dataset import FORMAT_VERSION
from cousins.generators.proposers import propose
from cousins.generators.proposers.given.words import category_of
from cousins.generators.store.changes import refuse_changes, slice_of
from cousins.schemas import DatasetError, DatasetSpec, SpecError, TaskSpec
from cousins.schemas.given_file import lines_of
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.solving.setup import build_scene

OFFERED = tuple(LIBRARY.ids())
PROBLEM = """(define (problem mine-0) (:domain omnigibson)
(:objects lemon.n.01_1 - lemon.n.01 bowl.n.01_1 - bowl.n.01 table.n.02_1 - table.n.02)
(:init (ontop lemon.n.01_1 table.n.02_1) (ontop bowl.n.01_1 table.n.02_1))
(:goal (inside lemon.n.01_1 bowl.n.01_1)))"""


def tasks(given: Any, scene: str = "{}") -> tuple[TaskSpec, ...]:
    spec = parse_spec(f"name: a\nscene: {scene}\ntasks: {{given: {json.dumps(given)}}}")
    return propose(spec, 0, spec.tasks.count, (), LIBRARY)


def one(given: Any, scene: str = "{}") -> TaskSpec:
    (task,) = tasks(given, scene)
    return task


def refusal(given: Any, scene: str = "{}") -> str:
    with pytest.raises(SpecError) as caught:
        tasks(given, scene)
    return str(caught.value)


def cast(task: TaskSpec) -> dict[str, str]:
    return {thing.name: thing.category for thing in task.objects if thing.name != "table"}


def test_three_lines_are_a_whole_spec() -> None:
    text = "name: lemons\ntasks: {given: inside lemon bowl}\nepisodes: {demonstrations: 200}"
    spec = parse_spec(text)
    assert (spec.tasks.proposer, spec.tasks.count, spec.episodes.per_task) == ("given", 1, 200)
    (task,) = propose(spec, 0, 1, (), LIBRARY)
    assert task.instruction == "Put the lemon in the bowl."
    assert cast(task) == {"lemon": "lemon.n.01", "bowl": "bowl.n.01"}
    assert str(scene_problem(task).goal.predicate) == "inside"  # type: ignore[union-attr]
    check_spec(spec, LIBRARY, draws=False)


@pytest.mark.parametrize(
    ("goal", "instruction"),
    [
        ("not inside lemon bowl", "Take the lemon out of the bowl."),
        ("in lemon bowl", "Put the lemon in the bowl."),
        ("open cabinet", "Open the cabinet."),
        ("attached mug hook_rack", "Hang the mug on the hook rack."),
        (
            ["inside lemon_1 mixing_bowl", "inside lemon_2 mixing_bowl"],
            "Put the lemon 1 and the lemon 2 in the mixing bowl.",
        ),
        (
            "(and (inside mug cabinet) (not (open cabinet)))",
            "Put the mug in the cabinet and close the cabinet.",
        ),
        ("(forall (?x - lemon) (inside ?x bowl))", "Put the lemon in the bowl."),
        ("inside lemon.n.01_1 mixing_bowl.n.01_1", "Put the lemon 1 in the mixing bowl 1."),
    ],
)
def test_goals_say_themselves(goal: Any, instruction: str) -> None:
    listed = [{"name": "lemon", "category": "lemon.n.01"}] if "forall" in goal else []
    init = ["inside lemon bowl"] if goal == "not inside lemon bowl" else []
    assert one({"goal": goal, "objects": listed, "init": init}).instruction == instruction


def test_words_of_ones_own_are_kept() -> None:
    given = {"goal": "inside lemon bowl", "instruction": "Sour things go in there.", "name": "sour"}
    task = one(given)
    assert (task.instruction, task.name) == ("Sour things go in there.", "sour")


def test_several_of_a_category_are_numbered_and_may_fill_what_holds_them() -> None:
    task = one({"goal": ["inside lemon_1 mixing_bowl", "inside lemon_2 mixing_bowl"]})
    assert cast(task) == {
        "lemon_1": "lemon.n.01", "mixing_bowl": "mixing_bowl.n.01", "lemon_2": "lemon.n.01",
    }  # fmt: skip
    many = [f"inside lemon_{number} mixing_bowl" for number in range(6)]
    assert "need" in refusal({"goal": many})


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("lemon", "lemon.n.01"), ("lemon_12", "lemon.n.01"), ("mug", "mug.n.04"),
        ("jar_of_honey", "jar__of__honey.n.01"), ("mug.n.04_2", "mug.n.04"),
        ("cabinet", "cabinet.n.01"), ("bottom_cabinet", "cabinet.n.01"), ("tomato", "tomato.n.01"),
    ],
)  # fmt: skip
def test_words_find_their_category(word: str, category: str) -> None:
    assert category_of(word, OFFERED) == category


def test_the_scene_s_own_objects_play_where_they_stand() -> None:
    scene = (
        "{objects: [{name: shelf_thing, category: cabinet.n.01},"
        "{name: sour, category: lemon.n.01, inside: shelf_thing}]}"
    )
    task = one("inside sour bowl", scene)
    assert cast(task) == {
        "sour": "lemon.n.01", "bowl": "bowl.n.01", "shelf_thing": "cabinet.n.01",
    }  # fmt: skip
    assert "(inside sour shelf_thing)" in {str(fact) for fact in scene_problem(task).init}


def test_what_is_special_about_objects_reaches_the_scene() -> None:
    asset = LIBRARY.ids()["mixing_bowl.n.01"][5]
    bowl = {
        "name": "bowl", "category": "mixing_bowl.n.01", "asset": asset,
        "pose": {"x": 0.5, "y": 0.1},
    }  # fmt: skip
    spec = parse_spec(
        f"name: a\ntasks: {{given: [{{goal: inside lemon bowl, objects: [{json.dumps(bowl)}]}}]}}"
    )
    (task,) = propose(spec, 0, 1, (), LIBRARY)
    assert [thing.name for thing in task.layout] == ["bowl"]
    assert TaskSpec.from_json(task.canonical_json()) == task
    scene, _ = build_scene(slice_of(spec, "scenes", 1), task, 0, LIBRARY)
    found = scene.object("bowl")
    assert found.asset == asset
    assert found.pos[:2] == pytest.approx((0.5, 0.1), abs=0.01)


def test_a_whole_problem_is_kept_as_it_is_written() -> None:
    task = one(PROBLEM)
    assert task.bddl == PROBLEM
    assert task.instruction == "Put the lemon 1 in the bowl 1."
    assert {thing.name for thing in task.objects} == {"lemon_1", "bowl_1", "table"}
    assert "stands alone" in refusal({"goal": [PROBLEM, "open cabinet"]})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("inside teddy mug", "tasks.given[0].goal: the inner diameter of mug is 0.0"),
        ("inside teddy mug", "m, teddy needs 0."),
        ("inside book mug", "book is 0.133 m wide, and the fingers take 0.075 m"),
        ("inside bottle toolbox", "toolbox takes what is 0.120 m high, bottle is 0.200 m"),
        ("inside cabinet bowl", "cabinet is furniture, which stays where it is"),
        ("ontop lemon candlestick", "candlestick does not have a free surface on top"),
        ("open lemon", "lemon has no door, drawer or lid to open"),
        ("toggled_on lemon", "lemon has no switch"),
        ("ontop lemon table", "the goal holds at the start"),
        ("inside lemno bowl", "nearest are lemon"),
        ("within lemon bowl", "predicate 'within' is not supported; supported are: attached"),
        ("inside lemon", "inside takes 2 objects"),
        ("(inside lemon bowl", "a formula is one (..) expression"),
        ("ontop lemon desk", "what everything stands on is 'table'"),
        ("(or (inside lemon bowl) (ontop lemon plate))", "needs an `instruction` in your words"),
        ("  ", "a fact is empty"),
        (
            {"goal": "inside lemon bowl", "init": "under lemon bowl"},
            "tasks.given[0].init: 'under lemon bowl' cannot be arranged; allowed are facts with",
        ),
        (
            {
                "goal": "inside lemon bowl",
                "objects": [{"name": "bowl", "category": "bowl.n.01", "asset": "soup"}],
            },
            "tasks.given[0].objects[0].asset: no asset 'soup'",
        ),
    ],
)
def test_what_cannot_be_read_or_done_says_why(given: Any, expected: str) -> None:
    assert expected in refusal(given)


def test_names_of_the_scene_cannot_be_given_again() -> None:
    given = {"goal": "inside lemon cup", "objects": [{"name": "cup", "category": "bowl.n.01"}]}
    scene = "{objects: [{name: cup, category: mug.n.04}]}"
    assert "tasks.given[0].objects[0].name: 'cup' is in `scene.objects`" in refusal(given, scene)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name: a\ntasks: {given: [a b, c d], count: 3}",
            "line 2: tasks.count: 3 tasks, and 2 are",
        ),
        ("name: a\ntasks: {proposer: given}", "line 2: tasks.given: exactly `proposer: given`"),
        ("name: a\ntasks: {proposer: grammar, given: a}", "tasks.given: exactly `proposer: given`"),
        (
            "name: a\ntasks:\n  given:\n  - {gaol: x}",
            "line 4: tasks.given[0].gaol: unknown key 'gaol' (its value is 'x'); "
            "did you mean 'goal'?",
        ),
        ("name: a\ntasks:\n  given:\n  - 4", "line 4: tasks.given[0]: 4 is not valid; expected"),
        (
            "name: a\ntasks:\n  given:\n  - goal: a\n    objects:\n"
            "    - {name: table, category: mug.n.04}",
            "line 6: tasks.given[0].objects[0].name: object name 'table' is taken",
        ),
    ],
)
def test_errors_of_the_form_have_a_line(text: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert expected in str(caught.value)


def test_the_command_line_adds_the_line_of_what_only_the_library_knows(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: a\ntasks:\n  given:\n  - inside lemon bowl\n  - goal: inside teddy mug\n"
    )
    result = CliRunner().invoke(app, ["propose", str(path), "--out", str(tmp_path / "out"), "-q"])
    assert result.exit_code == 2
    assert "mine.yaml: 1 problem" in result.output
    assert "line 5: tasks.given[1].goal: the inner diameter of mug" in result.output


def test_a_file_of_tasks_is_read_with_its_own_lines(tmp_path: Path) -> None:
    spec, listed = tmp_path / "spec.yaml", tmp_path / "tasks.yaml"
    spec.write_text("name: a\ntasks: {given: tasks.yaml}\n")
    listed.write_text("- inside lemon bowl\n- goal: open cabinet\n  name: open up\n")
    read = load_spec(spec)
    assert [task.goal for task in read.tasks.given] == [("inside lemon bowl",), ("open cabinet",)]
    assert read.tasks.count == 2
    assert DatasetSpec.model_validate(read.model_dump(mode="json")) == read
    with (
        pytest.raises(SpecError, match=r"tasks\.yaml: 1 problem\n  line 2: tasks\.given"),
        lines_of(spec),
    ):
        raise SpecError("no", place=("tasks", "given", 1, "goal"))
    listed.write_text("tasks:\n- inside lemon bowl\n- {goal: 3}\n")
    with pytest.raises(SpecError, match=r"tasks\.yaml: 1 problem\n  line 3: tasks\[1\]\.goal: 3"):
        load_spec(spec)
    listed.unlink()
    with pytest.raises(SpecError, match=r"line 2: tasks\.given: .*tasks\.yaml: cannot be read"):
        load_spec(spec)


def test_places_outlive_a_process() -> None:
    error = SpecError("no", place=("tasks", "given", 1))
    copied = pickle.loads(pickle.dumps(error))
    assert (str(copied), copied.place) == (str(error), error.place)


def test_tasks_may_be_added_at_the_end(tmp_path: Path) -> None:
    def spec(*goals: str) -> DatasetSpec:
        return parse_spec(f"name: a\ntasks: {{given: {json.dumps(goals)}}}")

    saved = {"format": FORMAT_VERSION, "spec": spec("a b").model_dump(mode="json"), "versions": {}}
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(saved))
    refuse_changes(path, spec("a b", "c d"), {}, {"tasks"})
    with pytest.raises(DatasetError, match=r"tasks\.given"):
        refuse_changes(path, spec("c d", "a b"), {}, {"tasks"})


def test_the_example_holds_what_it_says() -> None:
    root = Path(__file__).parents[1] / "examples"
    spec = load_spec(root / "my_task.yaml")
    assert (spec.episodes.per_task, spec.episodes.per_scene) == (50, 4)
    check_spec(spec, LIBRARY, draws=False)
    (task,) = propose(spec, 0, 1, (), LIBRARY)
    scene, _ = build_scene(slice_of(spec, "scenes", 1), task, 0, LIBRARY)
    assert 0.34 <= scene.object("lemon").pos[0] <= 0.51
    assert {path.split(".")[-1] for path in scene.physics} == {
        "mass", "friction", "latency", "action_noise",
    }  # fmt: skip


def test_other_proposers_store_nothing_of_given_tasks() -> None:
    assert "given" not in parse_spec("name: a").model_dump(mode="json")["tasks"]
    assert "layout" not in one("inside lemon bowl").model_dump(mode="json")


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ("mug.n.04_1 -m.04", r"object -m\.04 - breakfast_table\.n\.01: an object is a category"),
        ("7up.n.01_1 - mug.n.04", r"object 7up\.n\.01_1 - mug\.n\.04: .* begins with a letter"),
        (f"{'m' * 70}.n.04_1 - mug.n.04", r"object m{70}\.n\.04_1 .* 64 letters at most"),
        (
            "a-mug.n.04_1 - mug.n.04 a_mug.n.04_1 - mug.n.04",
            r"a-mug\.n\.04_1 and a_mug\.n\.04_1 would both be called a_mug_1; rename one",
        ),
    ],
)
def test_objects_of_a_whole_problem_are_categories_and_numbers(objects: str, message: str) -> None:
    text = (
        f"(define (problem p) (:domain omnigibson) (:objects {objects} "
        "breakfast_table.n.01_1 - breakfast_table.n.01) "
        f"(:init (ontop {objects.split()[0]} breakfast_table.n.01_1)) "
        f"(:goal (not (ontop {objects.split()[0]} breakfast_table.n.01_1))))"
    )
    spec = DatasetSpec.model_validate({"name": "a", "tasks": {"given": [text]}})
    with pytest.raises(SpecError, match=message):
        propose(spec, 0, 1, (), LIBRARY)
