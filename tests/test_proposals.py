"""Proposers: every task is new, sensible and solvable, whatever the source says."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from openai_server import Reply, Server, serving
from worlds import LIBRARY, Few

from cousins.generators.proposers import propose
from cousins.generators.proposers.grammar import drawing, long, meals, short
from cousins.generators.proposers.grammar.templates import out_of, within
from cousins.generators.proposers.openai import OpenAIProposer
from cousins.generators.proposing.cast import ObjectBinding
from cousins.generators.proposing.catalogue import Catalogue
from cousins.generators.proposing.draft import (
    BoundObject,
    RefusedError,
    TaskProposal,
    check,
    signature,
)
from cousins.generators.proposing.endpoint import Endpoint
from cousins.generators.proposing.offered import OfferedCategory
from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.assets.meanings import uses_of
from cousins.scenes.assets.uses import HYPERNYMS
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.core.taxonomy import nodes
from cousins.schemas import (
    DatasetSpec,
    ObjectSpec,
    ProposalError,
    ProposalSpec,
    SceneSpec,
    SpecError,
    TaskSpec,
)
from cousins.tasks.bddl.activities import activity_text
from cousins.tasks.bddl.goals import ground_literals
from cousins.tasks.bddl.problem import object_specs, scene_problem, support_name
from cousins.tasks.skills import skills
from cousins.tasks.symbolic.search import Plan

SCENE = SceneSpec(
    objects=(
        ObjectSpec(name="mug", category="mug.n.04"),
        ObjectSpec(name="cabinet", category="cabinet.n.01"),
        ObjectSpec(name="bowl", category="bowl.n.01", on="table"),
    )
)


def spec(count: int = 10, scene: SceneSpec = SCENE, seed: int = 7, **tasks: Any) -> DatasetSpec:
    return DatasetSpec(name="x", seed=seed, scene=scene, tasks=ProposalSpec(count=count, **tasks))


CATALOGUE = Catalogue(LIBRARY, FRANKA)


def plan_length(task: TaskSpec) -> int:
    support = support_name(task)
    kinds = {x.name: CATALOGUE.kind(x.category) for x in task.objects if x.name != support}
    return len(check(task, CATALOGUE, kinds, max_steps=60).steps)


@pytest.fixture(scope="module")
def proposed() -> tuple[TaskSpec, ...]:
    return propose(spec(200), 0, 200, (), LIBRARY)


def test_grammar_tasks_are_numbered_distinct_and_well_formed(
    proposed: tuple[TaskSpec, ...],
) -> None:
    assert [task.id for task in proposed] == [f"t{i:04d}" for i in range(200)]
    assert len({signature(task) for task in proposed}) == 200
    for task in proposed:
        assert task.seed == (7, 0, int(task.id[1:]))
        assert task.instruction[0].isupper()
        assert task.instruction.endswith(".")
        assert "  " not in task.instruction
        assert task.reason
        assert support_name(task) == "table"
        names = [thing.name for thing in task.objects]
        assert len(set(names)) == len(names)
        objects = SceneSpec(objects=object_specs(task)).objects
        assert {thing.name for thing in objects} | {"table"} == set(names)


def test_grammar_tasks_have_plans_of_balanced_length(proposed: tuple[TaskSpec, ...]) -> None:
    lengths = Counter(plan_length(task) for task in proposed)
    assert set(lengths) == {1, 2, 3, 4}
    assert 50 <= lengths[1] <= 85
    assert 50 <= lengths[2] <= 85
    assert 50 <= lengths[3] + lengths[4] <= 85


def test_grammar_uses_the_scene_first(proposed: tuple[TaskSpec, ...]) -> None:
    own = {"mug", "cabinet", "bowl"}
    assert sum(any(x.name in own for x in task.objects) for task in proposed) > 120
    for task in proposed:
        for thing in task.objects:
            if thing.name in own:
                assert thing.category.startswith(thing.name)


def test_grammar_tasks_fit_a_workspace_and_make_sense(proposed: tuple[TaskSpec, ...]) -> None:
    catalogue = CATALOGUE
    for task in proposed:
        kinds = [catalogue.kind(x.category) for x in task.objects if x.name != "table"]
        names = {x.name for x in task.objects}
        if "cabinet" not in names:
            kinds.append(catalogue.kind("cabinet.n.01"))  # stands there all the same
        assert sum(kind.furniture for kind in kinds) <= 2
        assert sum(not kind.furniture and not kind.grain for kind in kinds) <= 4
        poured = {x.name for x in task.objects if catalogue.kind(x.category).grain}
        for fact in scene_problem(task).init:
            assert fact.arguments[0] in poured or fact.arguments[-1] not in ("mug", "teacup")


def test_grammar_covers_every_skill_and_many_kinds(proposed: tuple[TaskSpec, ...]) -> None:
    said = " ".join(task.reason for task in proposed)
    for skill in ("place_on", "place_inside", "place_next_to", "open", "close", "pour"):
        assert skill in said
    assert len({x.category for task in proposed for x in task.objects}) >= 20


def test_the_same_arguments_give_the_same_tasks(proposed: tuple[TaskSpec, ...]) -> None:
    assert propose(spec(200), 0, 20, (), LIBRARY) == proposed[:20]
    assert propose(spec(200), 20, 25, proposed[:20], LIBRARY) == proposed[20:25]
    other = propose(spec(200, seed=8), 0, 20, (), LIBRARY)
    assert [task.bddl for task in other] != [task.bddl for task in proposed[:20]]


SCRIPT = """
import sys
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.generators.proposers import propose
from cousins.schemas import DatasetSpec
for task in propose(DatasetSpec(name="x", seed=3), 0, 6, (), ProceduralLibrary()):
    sys.stdout.write(task.canonical_json())
"""


def test_tasks_do_not_depend_on_the_hash_seed() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"(:goal") == 6


def test_max_steps_holds() -> None:
    for task in propose(spec(20, max_steps=1), 0, 20, (), LIBRARY):
        assert plan_length(task) == 1
    longest = propose(spec(150, SceneSpec(), max_steps=6), 0, 150, (), LIBRARY)
    assert 4 < max(map(plan_length, longest)) <= 6


def test_other_supports_are_named_in_the_task() -> None:
    for task in propose(spec(5, SceneSpec(support="countertop")), 0, 5, (), LIBRARY):
        assert support_name(task) == "countertop"
        assert task.objects[0].category == "countertop.n.01"


def test_a_task_takes_few_drafts_and_a_short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()

    def drawn(*arguments: Any) -> Any:
        counts["drafts"] += 1
        return draw(*arguments)

    def checked(*arguments: Any) -> Plan:
        counts["searches"] += 1
        plan = check(*arguments)
        counts["nodes"] += sum(event.event == "expand" for event in plan.trace)
        return plan

    draw = drawing._draw  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(drawing, "_draw", drawn)
    monkeypatch.setattr(drawing, "check", checked)
    assert len(propose(spec(100), 0, 100, (), LIBRARY)) == 100
    assert 100 <= counts["drafts"] < 500
    assert 100 <= counts["searches"] < 150
    assert 100 <= counts["nodes"] < 300


def test_what_is_taken_from_above_is_up_to_the_robot() -> None:
    narrow = FRANKA.model_copy(
        update={"gripper": FRANKA.gripper.model_copy(update={"openings": (0.0, 0.05)})}
    )
    assert CATALOGUE.kind("apple.n.01").easy
    assert not Catalogue(LIBRARY, narrow).kind("apple.n.01").easy


@pytest.mark.parametrize("category", ["room_light.n.01", "world.n.01", "desk.n.01"])
def test_new_objects_get_no_name_that_scenes_use_themselves(category: str) -> None:
    kind = CATALOGUE.kind_of(category, CATALOGUE.kind("mug.n.04").assets)
    cast = ObjectBinding(CATALOGUE, (), frozenset(), "table", np.random.default_rng(0))
    names = [cast.another(kind).name for _ in range(3)]
    assert len(set(names)) == 3
    SceneSpec(objects=tuple(ObjectSpec(name=name, category=category) for name in names))


def test_a_library_that_is_too_small_ends_in_an_error_with_counts() -> None:
    little: AssetLibrary = Few("apple.n.01", "plate.n.04")
    with pytest.raises(ProposalError, match=r"no new task in \d+ drafts \(.*not_new x\d+"):
        propose(spec(200, SceneSpec()), 0, 200, (), little)


def test_a_small_library_gives_many_tasks() -> None:
    small = Few(
        "apple.n.01", "pear.n.01", "orange.n.01", "mug.n.04", "bowl.n.01", "plate.n.04",
        "bar_soap.n.01", "toy_dice.n.01", "sponge.n.01", "wicker_basket.n.01", "tray.n.01",
        "cabinet.n.01", "cabinet.n.03", "cedar_chest.n.01", "shelf.n.01", "tupperware.n.01",
    )  # fmt: skip
    tasks = propose(spec(300, SceneSpec()), 0, 300, (), small)
    assert len({signature(task) for task in tasks}) == 300


def test_a_task_brings_together_what_people_use_together() -> None:
    for task in propose(spec(60, SceneSpec()), 0, 60, (), LIBRARY):
        kinds = {x.name: CATALOGUE.kind(x.category) for x in task.objects}
        literals = ground_literals(scene_problem(task).goal)
        pairs = [x.arguments for x in literals if len(x.arguments) == 2 and not x.negated]
        apart = [(a, b) for a, b in pairs if b != support_name(task)]
        for a, b in apart:
            swept = kinds[b].category == "dustpan.n.02"
            assert kinds[a].belongs_with(kinds[b]) or swept, task.instruction


def test_papers_lie_on_the_desk_mat_and_tins_are_not_heated() -> None:
    flat = {"clipboard.n.01", "comic_book.n.01", "letter.n.01", "notebook.n.01", "tablet.n.05"}
    mats, heated = set[str](), set[str]()
    for task in propose(spec(120, SceneSpec()), 0, 120, (), LIBRARY):
        kinds = {x.name: x.category for x in task.objects}
        for fact in ground_literals(scene_problem(task).goal):
            names = [kinds.get(x, "") for x in fact.arguments]
            if names[0] in flat and fact.predicate == "ontop" and "mat" in names[1].split(".")[0]:
                mats.add(names[1])
            if fact.predicate == "inside" and names[1] in ("microwave.n.02", "toaster_oven.n.01"):
                heated.add(names[0])
    assert mats == {"mat.n.07"}
    assert len(heated) > 1
    assert "canned_food.n.01" not in heated
    tin, box = CATALOGUE.kind("canned_food.n.01"), CATALOGUE.kind("toolbox.n.01")
    assert not CATALOGUE.goes(tin, CATALOGUE.kind("microwave.n.02"), "inside")
    assert not CATALOGUE.goes(tin, box, "inside")


def test_uses_are_declared_or_those_of_hypernyms_or_of_the_noun() -> None:
    assert uses_of("mug.n.04") == {"kitchen", "desk"}
    assert uses_of("apple.n.01") == {"kitchen"}
    assert uses_of("jar__of__jam.n.01") == {"kitchen"}
    assert not uses_of("wicker_basket.n.01")
    hammer, bowl, basket = (
        CATALOGUE.kind(x) for x in ("hammer.n.02", "bowl.n.01", "wicker_basket.n.01")
    )
    assert not hammer.belongs_with(bowl)
    assert hammer.belongs_with(basket)
    assert basket.belongs_with(bowl)


def test_a_library_of_things_that_nobody_uses_together_still_gives_tasks() -> None:
    odd = Few("hammer.n.02", "bowl.n.01")
    tasks = propose(spec(1, SceneSpec()), 0, 1, (), odd)
    assert {x.category for x in tasks[0].objects[1:]} == {"hammer.n.02", "bowl.n.01"}


def test_every_hypernym_of_a_use_is_in_the_taxonomy() -> None:
    assert set(HYPERNYMS) <= set(nodes())


def drafts(make: Callable[[ObjectBinding], TaskProposal], count: int = 12) -> list[TaskProposal]:
    """What a template makes with the whole library, over seeds."""
    made: list[TaskProposal] = []
    for seed in range(count):
        cast = ObjectBinding(CATALOGUE, (), frozenset(), "table", np.random.default_rng(seed))
        with contextlib.suppress(RefusedError):  # where nothing suits what was drawn first
            made.append(make(cast))
    assert len(made) > count // 3
    return made


def test_only_food_is_cooked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though crockery goes into a microwave too; here it has a switch, as imported ones may."""
    switch = property(lambda kind: kind.category == "microwave.n.02")
    monkeypatch.setattr(OfferedCategory, "toggleable", switch)
    assert all(draft.things[1].kind.is_food for draft in drafts(long.cook))


@pytest.mark.parametrize("make", [long.set_table, short.set_place])
def test_things_are_laid_on_tableware_and_mats(
    make: Callable[[ObjectBinding], TaskProposal],
) -> None:
    for draft in drafts(make):
        target = draft.things[0].kind
        assert target.sort in ("board", "dish", "tray") or target.head == "mat"


def test_a_meal_is_food_on_a_plate_with_a_drink() -> None:
    for draft in drafts(meals.serve, 6):
        plate, food, cup = (thing.kind for thing in draft.things)
        assert (plate.head, food.is_food, cup.sort) == ("plate", True, "cup")
    for draft in drafts(meals.lay_place_to_drink, 6):
        plate, *cutlery, cup = (thing.kind for thing in draft.things)
        assert (plate.head, cup.sort) == ("plate", "cup")
        assert {kind.head for kind in cutlery} < {"fork", "knife", "tablespoon"}


def test_nothing_is_served_in_a_pan() -> None:
    microwave = CATALOGUE.kind("microwave.n.02")
    assert CATALOGUE.goes(CATALOGUE.kind("bowl.n.01"), microwave, "inside")
    assert not CATALOGUE.goes(CATALOGUE.kind("saucepot.n.01"), microwave, "inside")


def test_food_is_cooked_in_what_it_is_cooked_in() -> None:
    rice = CATALOGUE.kind("rice_cooker.n.01")
    assert CATALOGUE.goes(CATALOGUE.kind("potato.n.01"), rice, "inside")
    assert not CATALOGUE.goes(CATALOGUE.kind("muffin.n.01"), rice, "inside")
    pan = CATALOGUE.kind("frying_pan.n.01")
    assert CATALOGUE.goes(CATALOGUE.kind("egg.n.02"), pan, "inside")
    assert not CATALOGUE.goes(CATALOGUE.kind("die.n.01"), pan, "inside")


def test_things_are_put_on_levels_and_in_cavities() -> None:
    words = {x: BoundObject(x, CATALOGUE.kind(f"{x}.n.01")) for x in ("shelf", "bowl")}
    assert within(words["shelf"]) == "on a level of the shelf"
    assert out_of(words["shelf"]) == "off a level of the shelf"
    assert within(words["bowl"]) == "in the bowl"


# -- BEHAVIOR-1K ------------------------------------------------------------------------------


def behavior(*names: str) -> tuple[TaskSpec, ...]:
    asked = spec(10, SceneSpec(), proposer="behavior", activities=names)
    return propose(asked, 0, 10, (), LIBRARY)


@pytest.mark.parametrize(
    ("name", "steps"),
    [("make_the_ultimate_spa_basket", 3), ("store_honey", 2), ("store_baking_soda", 3)],
)
def test_activities_are_bound_to_a_scene_with_their_text_unchanged(name: str, steps: int) -> None:
    (task,) = behavior(name)
    assert task.bddl == activity_text(name)
    assert task.instruction == name.replace("_", " ").capitalize() + "."
    names = [thing.name for thing in task.objects]
    assert names.count("table") == 1
    assert not {"floor", "robot"} & set(names)
    assert object_specs(task)
    catalogue = CATALOGUE
    kinds = {x.name: catalogue.kind(x.category) for x in task.objects if x.name != "table"}
    assert len(check(task, catalogue, kinds, 60, certainty=0.05).steps) == steps


def test_a_box_that_no_drawer_takes_goes_into_a_cupboard() -> None:
    (task,) = behavior("store_baking_soda")
    assert {x.name: x.category for x in task.objects}["cabinet_1"] == "cabinet.n.03"
    assert [x.name for x in task.objects] == [
        "box_of_baking_soda_1", "box_of_baking_soda_2", "table", "cabinet_1"
    ]  # fmt: skip


def test_where_there_is_no_table_the_floor_plays_the_support() -> None:
    (task,) = behavior("store_vodka")
    (support,) = [x for x in task.objects if x.name == "table"]
    assert support.category == "floor.n.01"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("store_hony", "nearest: store_honey"),
        ("boil_water", "is not supported; supported are"),
        ("putting_away_Halloween_decorations", "any number of objects"),
    ],
)
def test_activities_that_cannot_be_done_say_why(name: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        behavior(name)


# -- language models --------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "name": "put the mug away",
    "instruction": "Put the mug into the cupboard.",
    "reason": "opens a door",
    "objects": [
        {"name": "mug", "category": "mug.n.04"},
        {"name": "cupboard", "category": "cabinet.n.03"},
    ],
    "init": [],
    "goal": [{"predicate": "inside", "arguments": ["mug", "cupboard"], "holds": True}],
}


def changed(**changes: Any) -> Reply:
    return Reply(json.dumps(GOOD | changes))


def fact(predicate: str, *arguments: str, holds: bool = True) -> dict[str, Any]:
    return {"predicate": predicate, "arguments": list(arguments), "holds": holds}


OK = Reply(json.dumps(GOOD))
WAITS: list[float] = []


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    WAITS.clear()


def ask(
    server: Server, count: int = 1, timeout: float = 20.0, scene: SceneSpec = SCENE
) -> tuple[TaskSpec, ...]:
    asked = spec(count, scene, proposer="openai", base_url=server.url, attempts=2, concurrency=1)
    endpoint = Endpoint("fake", server.url, timeout=timeout, sleep=WAITS.append)
    return OpenAIProposer(endpoint).propose(asked, 0, count, (), LIBRARY)


def test_a_good_answer_becomes_a_task() -> None:
    with serving([OK]) as server:
        (task,) = ask(server)
    assert task.proposer == "openai"
    assert plan_length(task) == 2
    assert [x.name for x in task.objects] == ["table", "mug", "cupboard"]
    (request,) = server.requests
    schema = request["response_format"]["json_schema"]["schema"]
    assert "cabinet.n.03" in schema["$defs"]["AnswerObject"]["properties"]["category"]["enum"]
    assert "cabinet.n.01" in request["messages"][0]["content"]


def test_the_model_may_say_what_comes_first() -> None:
    goal = [fact("inside", "lemon", "big"), fact("toggled_on", "lamp")]
    good = {
        "objects": [
            {"name": "lemon", "category": "lemon.n.01"},
            {"name": "big", "category": "mixing_bowl.n.01"},
            {"name": "lamp", "category": "table_lamp.n.01"},
        ],
        "goal": goal,
        "instruction": "Put the lemon into the bowl and turn on the lamp.",
    }
    bad = {"first": fact("inside", "lime", "big"), "then": goal[1]}
    told = {"first": goal[0], "then": goal[1]}
    with serving([changed(**good, order=[bad]), changed(**good, order=[told])]) as server:
        (task,) = ask(server)
    assert "order[0].first: no object 'lime'" in server.requests[1]["messages"][-1]["content"]
    assert [(x.first, x.then) for x in task.order] == [("(inside lemon big)", "(toggled_on lamp)")]


def test_the_model_is_told_of_every_skill_and_may_ask_for_what_each_brings_about() -> None:
    with serving([OK]) as server:
        ask(server)
    (request,) = server.requests
    rules = request["messages"][0]["content"]
    for name, skill in skills().items():
        assert skill.about.prompt.startswith(f"{name}(")
        assert f"- {skill.about.prompt}\n" in rules
    facts = request["response_format"]["json_schema"]["schema"]["$defs"]["AnswerFact"]
    allowed = facts["properties"]["predicate"]["enum"]
    assert set(allowed) == {x for skill in skills().values() for x in skill.about.effects}
    assert "attached" in allowed
    assert all(f"{predicate}(a" in rules for predicate in allowed)


ALMONDS = [f"almond_{number}" for number in range(8)]


@pytest.mark.parametrize(
    ("objects", "init", "goal", "skill"),
    [
        (
            {"mug": "mug.n.04", "rack": "hook_rack"},
            [],
            [("attached", "mug", "rack")],
            "hang",
        ),
        ({"game": "board_game", "mat": "place_mat"}, [], [("ontop", "game", "mat")], "push"),
        (
            {"mug": "mug.n.04", "bowl": "bowl.n.01", **dict.fromkeys(ALMONDS, "hazelnut.n.02")},
            [("inside", name, "mug") for name in ALMONDS],
            [("inside", name, "bowl") for name in ALMONDS],
            "pour",
        ),
    ],
)
def test_tasks_of_every_kind_of_skill_pass(
    objects: dict[str, str],
    init: list[tuple[str, ...]],
    goal: list[tuple[str, ...]],
    skill: str,
) -> None:
    offered = sorted(x.category for x in CATALOGUE.kinds)
    found = {
        name: next(x for x in offered if kind in (x, x.split(".")[0]))
        for name, kind in objects.items()
    }
    reply = changed(
        objects=[{"name": name, "category": category} for name, category in found.items()],
        init=[fact(*x) for x in init],
        goal=[fact(*x) for x in goal],
        instruction=f"{skill}: {', '.join(objects)}",
    )
    with serving([reply]) as server:
        (task,) = ask(server, scene=SceneSpec())
    kinds = {x.name: CATALOGUE.kind(x.category) for x in task.objects if x.name != "table"}
    assert [step.skill for step in check(task, CATALOGUE, kinds, 5).steps] == [skill]


def test_a_predicate_that_no_skill_brings_about_goes_back_with_those_that_some_do() -> None:
    with serving([changed(goal=[fact("cooked", "mug")]), OK]) as server:
        ask(server)
    told = server.requests[1]["messages"][-1]["content"]
    assert "'cooked'" in told
    assert "attached, inside, nextto" in told


def strings_without_limit(schema: Any) -> list[Any]:
    if isinstance(schema, list):
        return [x for part in schema for x in strings_without_limit(part)]  # pyright: ignore
    if not isinstance(schema, dict):
        return []
    mine = [schema] if schema.get("type") == "string" else []  # pyright: ignore
    mine = [x for x in mine if "maxLength" not in x and "enum" not in x]  # pyright: ignore
    return mine + [x for part in schema.values() for x in strings_without_limit(part)]  # pyright: ignore


def test_every_string_of_the_schema_is_bounded() -> None:
    with serving([OK]) as server:
        ask(server)
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert strings_without_limit(schema) == []


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (Reply("{"), "does not follow the schema"),
        (Reply(""), "does not follow the schema"),
        (changed(colour="red", goal=[]), "leave out colour"),
        (changed(instruction=" \t"), "no word in it"),
        (changed(instruction="Put it\0 away."), "U+0000 cannot be printed"),
        (changed(name="\u202eyawa ti tup"), "U+202E cannot be printed"),
        (changed(init=[fact("open", "mug")]), "init[0]: mug has no door, drawer or lid"),
        (changed(goal=[fact("toggled_on", "mug")]), "goal[0]: mug has no switch"),
        (changed(goal=[fact("open", "mug", holds=False)]), "nothing that could be otherwise"),
        (changed(goal=[fact("inside", "spoon", "cupboard")]), "no object 'spoon'"),
        (changed(goal=[fact("inside", "cupboard")]), "inside takes 2 objects"),
        (changed(goal=[fact("ontop", "mug", "table")]), "the goal holds at the start"),
        (changed(goal=[fact("inside", "cupboard", "mug")]), "no skill can bring about"),
        (changed(init=[fact("under", "mug", "table")]), "cannot be arranged"),
        (
            changed(objects=[{"name": "mug", "category": "bowl.n.01"}]),
            "'mug' is a mug.n.04 in the scene",
        ),
        (changed(objects=[{"name": "table", "category": "mug.n.04"}]), "is taken"),
        (changed(objects=[{"name": "clutter_0", "category": "mug.n.04"}]), "is taken"),
        (changed(objects=[{"name": "world", "category": "mug.n.04"}]), "is taken"),
        (changed(objects=[{"name": "mug", "category": "unicorn.n.01"}]), "unicorn"),
        (Reply('{"name": "put', finish_reason="length"), "cut off"),
    ],
)
def test_an_invalid_answer_goes_back_with_the_reason(bad: Reply, says: str) -> None:
    with serving([bad, OK]) as server:
        (task,) = ask(server)
    assert task.name == "put the mug away"
    assert len(server.requests) == 2
    back = server.requests[1]["messages"][-1]
    assert back["role"] == "user"
    assert says in back["content"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(f"Sure!\n```json\n{json.dumps(GOOD)}\n```"),
        Reply(f"<think>a mug {{}}</think>{json.dumps(GOOD)}"),
        changed(colour="red", instruction="  Put the mug into the cupboard. "),
        changed(objects=[{**thing, "size": 3} for thing in GOOD["objects"]]),
        # That a mug is not open says nothing, and does not make the task another one.
        changed(goal=[*GOOD["goal"], fact("open", "mug", holds=False)]),
    ],
)
def test_what_an_answer_has_too_much_of_is_left_out(reply: Reply) -> None:
    with serving([OK]) as plain, serving([reply]) as server:
        (right,), (task,) = ask(plain), ask(server)
    assert task == right
    assert len(server.requests) == 1


def test_a_repeated_task_goes_back_and_then_fails() -> None:
    with serving([OK]) as server, pytest.raises(ProposalError) as caught:
        ask(server, count=2)
    assert len(server.requests) == 1 + 3
    assert "an earlier task has the same" in str(caught.value)
    assert server.url in str(caught.value)
    assert "Put the mug into the cupboard." in server.requests[1]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("replies", "says", "requests"),
    [
        ([Reply('{"name"', finish_reason="length")], "cut off", 3),
        ([Reply(None, refusal="I would rather not")], "refused: I would rather not", 3),
        ([Reply(None, finish_reason="content_filter")], "content filter", 3),
        ([Reply(status=429, headers={"retry-after": "7200"})], "asks to wait 7200 s", 1),
        ([Reply(status=429)], "429 .too many requests., 4 times", 4),
        ([Reply(status=503)], "answers 503, 4 times", 4),
        ([Reply(status=401)], "key is not accepted", 1),
        ([Reply(status=404)], "check model and base_url", 1),
        ([Reply(status=400)], "400", 1),
        ([Reply(body=b'{"choices": []}')], "no message", 1),
        ([Reply(body=b'{"choices": [{"message": null}]}')], "no message", 1),
        ([Reply(body=b'"hello"')], "no message", 1),
        ([Reply(body=b"<html>")], "unreadable answer", 1),
        ([Reply(body=b"<html>", headers={"content-type": "text/html"})], "unreadable answer", 1),
    ],
)
def test_what_cannot_be_repaired_ends_in_one_clear_error(
    replies: list[Reply], says: str, requests: int
) -> None:
    with serving(replies) as server, pytest.raises(ProposalError, match=says) as caught:
        ask(server)
    assert server.url in str(caught.value)
    assert len(server.requests) == requests


def test_a_busy_endpoint_is_waited_for_as_it_asks() -> None:
    busy = Reply(status=429, headers={"retry-after": "3"})
    with serving([busy, busy, OK]) as server:
        (task,) = ask(server)
    assert task.name == "put the mug away"
    assert WAITS == [3.0, 3.0]


def test_a_silent_endpoint_times_out() -> None:
    with serving([Reply("", delay=5.0)]) as server, pytest.raises(ProposalError) as caught:
        ask(server, timeout=0.2)
    assert "no answer within 0.2 s, 4 times" in str(caught.value)


def test_a_dead_endpoint_is_named() -> None:
    with serving([OK]) as server:
        pass
    with pytest.raises(ProposalError, match="no connection") as caught:
        ask(server)
    assert server.url in str(caught.value)
    assert WAITS == [1.0, 2.0, 4.0]


def test_without_a_key_or_endpoint_the_error_says_what_to_do() -> None:
    with pytest.raises(ProposalError, match="OPENAI_API_KEY is not set; export it"):
        propose(spec(1, proposer="openai"), 0, 1, (), LIBRARY)
