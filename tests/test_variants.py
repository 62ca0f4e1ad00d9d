"""Tasks derived from others: mutated, lengthened, composed, by rules or by a model."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openai_server import Reply, serving
from worlds import LIBRARY

from cousins.flows.checks import check_spec
from cousins.generators.dataset import dump_models
from cousins.generators.proposers import propose
from cousins.generators.proposers.openai.deriving import Deriving
from cousins.generators.proposers.variants import wording
from cousins.generators.proposers.variants.drawing import ATTEMPTS
from cousins.generators.proposers.variants.hand import Hand
from cousins.generators.proposers.variants.moves import ADDITIONS, MOVES, MUTATIONS
from cousins.generators.proposers.variants.seeds import read_seeds, seed_tasks
from cousins.generators.proposers.variants.sketch import Sketch
from cousins.generators.proposers.variants.wording import instruction_of
from cousins.generators.proposing.catalogue import Catalogue
from cousins.generators.proposing.coverage import CoverageTable
from cousins.generators.proposing.draft import RefusedError, check, signature
from cousins.generators.proposing.faithful import check_faithful
from cousins.generators.proposing.review import kinds_of
from cousins.scenes.core.franka import FRANKA
from cousins.schemas import (
    DatasetSpec,
    Derivation,
    ProposalError,
    ProposalSpec,
    SpecError,
    TaskSpec,
)
from cousins.schemas.seeds import VARIATIONS
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.bddl.formula import Literal
from cousins.tasks.bddl.goals import ground_literals
from cousins.tasks.bddl.problem import object_specs, scene_problem

EXAMPLE = Path(__file__).parents[1] / "examples" / "variants.yaml"
CATALOGUE = Catalogue(LIBRARY, FRANKA)
LEMON, BAGEL = "inside lemon mixing_bowl", ["inside bagel microwave", "not open microwave"]


def spec(
    *seeds: Any, count: int = 9, seed: int = 1, scene: Any = None, **tasks: Any
) -> DatasetSpec:
    part = {"count": count, "max_steps": 5, "seeds": list(seeds), **tasks}
    text = json.dumps({"name": "x", "seed": seed, "tasks": part, "scene": scene or {}})
    return parse_spec(text)


def derived(of: DatasetSpec) -> tuple[TaskSpec, ...]:
    return propose(of, 0, of.tasks.count, (), LIBRARY)


def by(task: TaskSpec) -> Derivation:
    assert task.derived is not None
    return task.derived


def steps(task: TaskSpec) -> int:
    return len(check(task, CATALOGUE, kinds_of(task, CATALOGUE), 12).steps)


def facts(task: TaskSpec) -> set[str]:
    return {str(x) for x in ground_literals(scene_problem(task).goal)}


@pytest.fixture(scope="module")
def family() -> tuple[DatasetSpec, tuple[TaskSpec, ...]]:
    of = spec(LEMON, {"goal": BAGEL}, "ontop mug tray", count=36)
    return of, derived(of)


def test_variants_pass_the_checks_of_all_tasks(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    of, tasks = family
    seeds = seed_tasks(of, LIBRARY)
    assert len({signature(x) for x in (*seeds, *tasks)}) == len(seeds) + len(tasks)
    for task in tasks:
        object_specs(task)
        kinds = kinds_of(task, CATALOGUE)
        goal = scene_problem(task).goal
        check_faithful(task.instruction, goal, kinds)
        assert 1 <= len(check(task, CATALOGUE, kinds, of.tasks.max_steps).steps) <= 5
        assert task.proposer == "variants"


def test_every_way_and_every_seed_has_its_share(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    _, tasks = family
    cells = Counter((by(x).by, by(x).seeds[0]) for x in tasks)
    assert len(cells) == len(VARIATIONS) * 3
    assert max(cells.values()) - min(cells.values()) <= 2
    moves = Counter(move for task in tasks for move in by(task).moves)
    assert moves.keys() >= MUTATIONS.keys() - {"leave_out"}
    assert moves["add_thing"]
    assert moves["add_place"]


def test_a_longer_variant_takes_more_skills_and_keeps_its_seed(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    of, tasks = family
    seeds = seed_tasks(of, LIBRARY)
    longer = [x for x in tasks if by(x).by == "lengthen"]
    assert longer
    for task in longer:
        seed = seeds[by(task).seeds[0]]
        assert steps(task) > steps(seed)
        assert facts(seed) <= facts(task)


def test_a_composed_variant_does_what_both_ask_for(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    of, tasks = family
    seeds = seed_tasks(of, LIBRARY)
    both = [x for x in tasks if by(x).by == "compose" and not by(x).moves]
    assert both
    for task in both:
        first, second = by(task).seeds
        kinds = {x.category for x in task.objects}
        assert kinds >= {x.category for n in (first, second) for x in seeds[n].objects}
        assert facts(seeds[first]) <= facts(task)


def test_a_mutated_variant_keeps_something_of_its_seed(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    of, tasks = family
    seeds = seed_tasks(of, LIBRARY)
    for task in (x for x in tasks if by(x).by == "mutate" and len(by(x).moves) == 1):
        seed = seeds[by(task).seeds[0]]
        shared = {x.category for x in seed.objects[1:]} & {x.category for x in task.objects}
        assert shared, task.instruction


def test_the_same_arguments_give_the_same_variants_however_they_are_batched(
    family: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    of, tasks = family
    first = propose(of, 0, 5, (), LIBRARY)
    rest = propose(of, 5, 9, first, LIBRARY)
    assert dump_models((*first, *rest)) == dump_models(tasks[:9])


def test_another_seed_gives_other_variants() -> None:
    one, two = (derived(spec(LEMON, count=4, seed=seed)) for seed in (1, 2))
    assert [x.bddl for x in one] != [x.bddl for x in two]


def test_one_way_alone_can_be_asked_for() -> None:
    tasks = derived(spec(LEMON, count=5, variations=["lengthen"]))
    assert {by(task).by for task in tasks} == {"lengthen"}


def test_an_activity_has_a_family_of_variants() -> None:
    asked = spec(
        count=9, proposer="variants", activities=["composting_waste", "putting_leftovers_away"]
    )
    tasks = derived(asked)
    assert {by(task).seeds[0] for task in tasks} == {0, 1}
    # The second moves eight things, more than a task may: variants leave some out.
    fewer = [task for task in tasks if by(task).seeds[0] == 1]
    assert all("leave_out" in by(task).moves for task in fewer if by(task).by == "mutate")
    assert all("BEHAVIOR" not in task.reason for task in tasks)
    assert any("Composting waste" in task.reason for task in tasks)


def test_variants_use_the_objects_of_the_scene_under_their_names() -> None:
    scene = {"objects": [{"name": "bin", "category": "compost_bin.n.01"}]}
    asked = spec(
        count=4, proposer="variants", activities=["composting_waste"],
        variations=["lengthen"], scene=scene,
    )  # fmt: skip
    for task in derived(asked):
        assert {x.name for x in task.objects if x.category == "compost_bin.n.01"} == {"bin"}


def test_a_certain_asset_of_a_seed_stays() -> None:
    asset = LIBRARY.ids()["mixing_bowl.n.01"][1]
    bowl = {"name": "bowl", "category": "mixing_bowl.n.01", "asset": asset}
    seed = {"goal": "inside lemon bowl", "objects": [bowl]}
    tasks = derived(spec(seed, count=4, variations=["lengthen"]))
    assert all([x.asset for x in task.layout] == [asset] for task in tasks)


def test_the_tasks_of_a_dataset_are_seeds(tmp_path: Path) -> None:
    first = derived(spec(LEMON, count=3))
    for number in (1, 0):
        folder = tmp_path / "made" / "data" / "tasks" / f"batch-{number}"
        folder.mkdir(parents=True)
        part = first[2:] if number else first[:2]
        (folder / "tasks.json").write_bytes(dump_models(part))
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {seeds: made, count: 3, max_steps: 6}\n", encoding="utf-8")
    loaded = load_spec(path)
    assert loaded.tasks.proposer == "variants"
    seeds = seed_tasks(loaded, LIBRARY)
    assert [x.instruction for x in seeds] == [x.instruction for x in first]
    assert [signature(x) for x in seeds] == [signature(x) for x in first]
    assert len(derived(loaded)) == 3


def test_a_file_of_tasks_has_seeds_too(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"- {LEMON}\n- goal: ontop mug tray\n", encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {seeds: mine.yaml, count: 3}\n", encoding="utf-8")
    assert [x.goal for x in load_spec(path).tasks.seeds] == [(LEMON,), ("ontop mug tray",)]


@pytest.mark.parametrize(
    ("tasks", "says"),
    [
        ("{seeds: nowhere}", "tasks.seeds: .* has no tasks"),
        ("{proposer: variants}", "tasks.seeds: `proposer: variants` derives tasks from others"),
        ("{proposer: grammar, seeds: [inside lemon bowl]}", "tasks.seeds: only `proposer: var"),
        ("{seeds: [inside lemon bowl], variations: []}", "tasks.variations"),
        ("{seeds: [inside lemon bowl], variations: [swap]}", "'swap' is not allowed"),
        ("{seeds: [inside lemon bowl], variations: [mutate, mutate]}", "each at most once"),
        ("{activities: [store_honey]}", "tasks.activities: exactly `proposer: behavior`"),
    ],
)
def test_what_is_wrong_with_seeds_is_said(tasks: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        parse_spec(f"name: x\ntasks: {tasks}\n")


def test_a_damaged_dataset_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "data" / "tasks" / "batch"
    folder.mkdir(parents=True)
    (folder / "tasks.json").write_text('[{"name": "x"}]', encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {seeds: made}\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"line 2: tasks.seeds: .*tasks.json: item 0 is no task"):
        load_spec(path)


def test_a_seed_that_cannot_be_done_is_refused_before_any_work_with_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        check_spec(spec(LEMON, "inside mixing_bowl lemon"), LIBRARY, draws=False)
    assert caught.value.place[:3] == ("tasks", "seeds", 1)


def test_a_goal_that_leaves_a_choice_is_no_seed() -> None:
    goal = "(or (inside lemon mixing_bowl) (ontop lemon tray))"
    asked = spec({"goal": goal, "instruction": "Put the lemon somewhere."})
    with pytest.raises(SpecError, match="seed task 0: its goal leaves a choice"):
        derived(asked)


def test_where_no_further_variant_is_found_the_reasons_are_counted() -> None:
    asked = spec("open cabinet", count=4, variations=["compose"], max_steps=1)
    with pytest.raises(ProposalError, match=rf"no new task in {ATTEMPTS} drafts .*x\d+"):
        derived(asked)


def hand_of(sketch: Sketch, of: DatasetSpec) -> Hand:
    rng = np.random.default_rng(3)
    return Hand.of(sketch, of, CATALOGUE, CoverageTable(), rng, sensible=True)


@pytest.mark.parametrize("name", sorted({*MUTATIONS, *ADDITIONS} - {"leave_out"}))
def test_each_change_changes_what_it_says(name: str) -> None:
    goal = ["inside carrot rice_cooker"] if name == "switch_on" else BAGEL[:1]
    of = spec({"goal": goal})
    before = Sketch.of(read_seeds(of, CATALOGUE, LIBRARY)[0], "table")
    (move,) = (moves[name] for moves in MOVES.values() if name in moves)
    after = move(before, hand_of(before, of))
    assert after != before
    thing, holder = before.goal[0].arguments
    start, end = {x.predicate for x in after.init}, set(after.goal)
    expected = {
        "exchange": before.goal[0] not in end and len(after.kinds) == 2,
        "relocate": before.goal[0] not in end and thing in after.moved(),
        "start_elsewhere": bool(start & {"inside", "ontop"}) and before.goal[0] in end,
        "reverse": before.goal[0] in after.init and Literal("ontop", (thing, "table")) in end,
        "add_thing": len([x for x in end if x.arguments[1:] == (holder,)]) == 2,
        "add_place": len(after.kinds) == 4 and before.goal[0] in end,
        "close_after": Literal("open", (holder,), negated=True) in end,
        "switch_on": Literal("toggled_on", (holder,)) in end,
    }
    assert expected[name]


def test_what_takes_too_long_to_say_is_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    sketch = Sketch.of(read_seeds(spec(LEMON), CATALOGUE, LIBRARY)[0], "table")
    text = instruction_of(sketch, ())
    assert text == "Put the lemon in the mixing bowl."
    monkeypatch.setattr(wording, "LONGEST", len(text) - 1)
    with pytest.raises(RefusedError) as caught:
        instruction_of(sketch, ())
    assert caught.value.label == "unclear"


def test_of_several_alike_all_are_named_or_none() -> None:
    both = {"goal": ["inside lemon_1 mixing_bowl", "inside lemon_2 mixing_bowl"]}
    sketch = Sketch.of(read_seeds(spec(both), CATALOGUE, LIBRARY)[0], "table")
    assert instruction_of(sketch, ()) == "Put the lemons in the mixing bowl."
    with pytest.raises(RefusedError, match="does not say which of lemon_1, lemon_2 is meant"):
        instruction_of(replace(sketch, goal=sketch.goal[:1]), ())


def test_rare_categories_are_likely_and_others_possible() -> None:
    table = CoverageTable(categories=Counter({f"used_{n}": 9 for n in range(20)}))
    names = ["rare", *table.categories]
    rng = np.random.default_rng(0)
    firsts = Counter(table.rare_categories(names, rng)[0] for _ in range(600))
    # Of 21 names it has a weight of 1 against 20 times 0.1.
    assert 150 < firsts["rare"] < 250
    assert len(firsts) == 21


# A language model derives tasks.


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def said(instruction: str, objects: dict[str, str], *goal: tuple[str, ...]) -> Reply:
    listed = [{"name": name, "category": kind} for name, kind in objects.items()]
    wanted = [{"predicate": p, "arguments": list(x), "holds": True} for p, *x in goal]
    text: dict[str, Any] = {
        "name": instruction[:40],
        "instruction": instruction,
        "reason": "",
        "init": [],
    }
    return Reply(json.dumps({**text, "objects": listed, "goal": wanted}))


FRUIT = {"apple": "apple.n.01", "bowl": "mixing_bowl.n.01"}
APPLE = said("Put the apple into the bowl.", FRUIT, ("inside", "apple", "bowl"))
LONGER = said(
    "Put the apple and the lemon into the bowl.", {**FRUIT, "lemon": "lemon.n.01"},
    ("inside", "apple", "bowl"), ("inside", "lemon", "bowl"),
)  # fmt: skip
STRANGER = said(
    "Put the mug on the tray.", {"mug": "mug.n.04", "tray": "tray.n.01"}, ("ontop", "mug", "tray")
)


def model_spec(url: str, count: int, **more: Any) -> DatasetSpec:
    tasks = {"proposer": "openai", "base_url": url, "count": count, "attempts": 1, **more}
    return DatasetSpec(name="x", tasks=ProposalSpec.model_validate(tasks))


def test_a_model_is_told_the_seed_and_what_to_make_of_it() -> None:
    with serving(lambda _: APPLE) as server:
        of = model_spec(server.url, 1, seeds=[LEMON], variations=["mutate"])
        (task,) = derived(of)
    assert by(task) == Derivation(by="mutate", seeds=(0,))
    asked = server.requests[0]["messages"]
    line = next(x for x in asked[1]["content"].splitlines() if x.startswith("Derive it"))
    assert "Put the lemon in the mixing bowl." in line
    assert '"goal": ["inside lemon mixing_bowl"]' in line
    assert "keep its purpose" in line
    assert "- mixing_bowl.n.01:" in asked[0]["content"]
    assert "It should take about" not in asked[1]["content"]


def test_what_is_not_derived_goes_back_with_the_reason() -> None:
    replies = iter((STRANGER, APPLE))
    with serving(lambda _: next(replies)) as server:
        (task,) = derived(model_spec(server.url, 1, seeds=[LEMON], variations=["mutate"]))
    assert task.instruction == "Put the apple into the bowl."
    assert "from which it shall be derived" in server.requests[1]["messages"][-1]["content"]


def test_a_lengthened_task_must_be_longer() -> None:
    replies = iter((APPLE, LONGER))
    with serving(lambda _: next(replies)) as server:
        (task,) = derived(model_spec(server.url, 1, seeds=[LEMON], variations=["lengthen"]))
    assert task.instruction == "Put the apple and the lemon into the bowl."
    assert "that it shall lengthen" in server.requests[1]["messages"][-1]["content"]


def test_a_seed_itself_is_no_new_task() -> None:
    lemon = said(
        "Put the lemon into the bowl.", {"lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"},
        ("inside", "lemon", "bowl"),
    )  # fmt: skip
    replies = iter((lemon, APPLE))
    with serving(lambda _: next(replies)) as server:
        derived(model_spec(server.url, 1, seeds=[LEMON], variations=["mutate"]))
    assert "same objects, start and goal" in server.requests[1]["messages"][-1]["content"]


def test_requests_of_one_wave_begin_with_different_seeds_in_different_ways() -> None:
    of = model_spec("http://127.0.0.1:9", 6, seeds=[LEMON, "ontop mug tray"])
    seeds = read_seeds(of, CATALOGUE, LIBRARY)
    plan = Deriving(of, CATALOGUE, seeds).plan(range(6), ())
    assert len({(x.by, x.seeds[0]) for x in plan.values()}) == 6
    assert all(len(x.seeds) == 2 for x in plan.values() if x.by == "compose")
    assert Deriving(of, CATALOGUE, ()).plan(range(6), ()) == {}


def test_several_tasks_of_one_request_are_derived_each_from_its_own() -> None:
    both = json.dumps({"tasks": [json.loads(f"{APPLE.content}"), json.loads(f"{LONGER.content}")]})
    with serving(lambda _: Reply(both)) as server:
        of = model_spec(
            server.url, 2, seeds=[LEMON], variations=["mutate"], per_request=2, concurrency=1
        )
        tasks = derived(of)
    assert [by(task).by for task in tasks] == ["mutate", "mutate"]
    content = server.requests[0]["messages"][1]["content"]
    assert content.count("Derive it from this task") == 2


def test_the_example_gives_what_it_says() -> None:
    of = load_spec(EXAMPLE)
    tasks = derived(of)
    assert len(tasks) == of.tasks.count
    assert {by(task).by for task in tasks} == set(VARIATIONS)
    assert {x for task in tasks for x in by(task).seeds} == {0, 1, 2}
