"""What a hand reaches into: rough limits that tasks of the grammar keep and a model is told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from worlds import LIBRARY

from cousins.generators.proposers import propose
from cousins.generators.proposers.grammar.templates import agrees
from cousins.generators.proposers.openai.grounding import describe
from cousins.generators.proposers.openai.prompt import rules
from cousins.generators.proposing.catalogue import Catalogue
from cousins.generators.proposing.draft import (
    BoundObject,
    RefusedError,
    TaskProposal,
    check,
    check_start_room,
    task_of,
)
from cousins.generators.proposing.hand_room import (
    PALM,
    check_hand_room,
    enters,
    leaves,
)
from cousins.generators.proposing.offered import OfferedCategory
from cousins.generators.proposing.trial import estimate
from cousins.scenes.core.franka import FRANKA
from cousins.schemas import DatasetSpec, ProposalSpec, SceneSpec, TaskSpec
from cousins.tasks.bddl.formula import Atom, Literal
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.symbolic.domain import Relation

CATALOGUE = Catalogue(LIBRARY, FRANKA)


def kind(category: str) -> OfferedCategory:
    return CATALOGUE.kind(category)


def spec(count: int, seed: int = 7) -> DatasetSpec:
    return DatasetSpec(
        name="x", seed=seed, scene=SceneSpec(), tasks=ProposalSpec(count=count, max_steps=5)
    )


def task(
    things: dict[str, str], init: Sequence[Literal], goal: Atom
) -> tuple[TaskSpec, dict[str, OfferedCategory]]:
    kinds = {name: kind(category) for name, category in things.items()}
    bound = tuple(BoundObject(name, what) for name, what in kinds.items())
    draft = TaskProposal(bound, tuple(init), goal, "a task", "Do it.", "")
    return task_of(draft, 0, "table", "grammar", (0, 0, 0)), kinds


@pytest.mark.parametrize(
    ("thing", "holder", "works"),
    [
        ("battery.n.02", "toolbox.n.01", True),
        ("screwdriver.n.01", "toolbox.n.01", False),  # longer than the hand has room across
        ("screwdriver.n.01", "packing_box.n.02", True),
        ("vidalia_onion.n.01", "rice_cooker.n.01", False),  # deep down in a narrow pot
        ("mug.n.04", "rice_cooker.n.01", True),  # held by its rim
        ("bar_soap.n.01", "cabinet.n.01", True),
        ("firework.n.01", "cabinet.n.01", False),  # a drawer comes out in part
        ("alarm_clock.n.01", "cabinet.n.03", True),
        ("wooden_spoon.n.02", "cabinet.n.03", False),  # a level hand
        ("hazelnut.n.02", "teacup.n.02", True),  # is poured
    ],
)
def test_a_hand_takes_out_what_it_has_room_to_hold(thing: str, holder: str, works: bool) -> None:
    assert leaves(kind(thing), kind(holder)) == works


@pytest.mark.parametrize(
    ("thing", "holder", "works"),
    [
        ("tablespoon.n.02", "shelf.n.01", False),
        ("rolling_pin.n.01", "shelf.n.01", False),  # longer than the shelf is deep
        ("pencil_box.n.01", "shelf.n.01", True),
        ("plate.n.04", "shelf.n.01", True),
        ("tablespoon.n.02", "cabinet.n.01", True),  # from above
    ],
)
def test_a_level_hand_brings_in_what_it_can_hold(thing: str, holder: str, works: bool) -> None:
    assert enters(kind(thing), kind(holder)) == works


def test_one_cousin_that_is_too_narrow_is_enough() -> None:
    battery, box = kind("battery.n.02"), kind("toolbox.n.01")
    (cavity,) = box.assets[1].cavities
    tight = tuple(min(half, PALM / 2 - 0.001) for half in cavity.half_size)
    narrow = box.assets[1].model_copy(
        update={"cavities": (cavity.model_copy(update={"half_size": tight}),)}
    )
    assert leaves(battery, box)
    assert not leaves(battery, replace(box, assets=(*box.assets, narrow)))


def test_tasks_of_the_grammar_ask_for_nothing_that_a_hand_has_no_room_for() -> None:
    moved = 0
    for made in propose(spec(80), 0, 80, (), LIBRARY):
        kinds = {x.name: kind(x.category) for x in made.objects if x.name != "table"}
        init = scene_problem(made).init
        plan = check(made, CATALOGUE, kinds, 5)
        check_hand_room(plan, init, kinds)
        check_start_room(init, kinds)
        within = {x.arguments[0] for x in init if x.predicate == "inside"}
        moved += any(within.intersection(step.operator.moves) for step in plan.steps)
    assert moved > 5


def test_a_plan_is_refused_with_the_thing_and_the_holder() -> None:
    start = [Literal("inside", ("spoon", "cooker")), Literal("open", ("cooker",))]
    made, kinds = task(
        {"spoon": "egg.n.02", "cooker": "rice_cooker.n.01"},
        start,
        Atom("ontop", ("spoon", "table")),
    )
    plan = check(made, CATALOGUE, kinds, 5)
    with pytest.raises(RefusedError, match="no room to move spoon out of cooker") as refused:
        check_hand_room(plan, scene_problem(made).init, kinds)
    assert refused.value.label == "no_hand_room"
    # Elsewhere in the task's start it does no harm.
    check_hand_room(plan, (), kinds)


def test_of_an_answer_it_is_a_doubt_that_a_scene_may_settle() -> None:
    start = [Literal("inside", ("egg", "cooker")), Literal("open", ("cooker",))]
    made, kinds = task(
        {"egg": "egg.n.02", "cooker": "rice_cooker.n.01"}, start, Atom("ontop", ("egg", "table"))
    )
    plan, doubt = estimate(made, spec(1), kinds, CATALOGUE)
    assert [step.skill for step in plan.steps] == ["place_on"]
    assert doubt is not None
    assert doubt.label == "no_hand_room"


def test_a_start_with_too_much_on_one_thing_is_refused() -> None:
    kinds = {
        "tray": kind("tray.n.01"),
        "sack": kind("sack.n.01"),
        "brush": kind("scrub_brush.n.01"),
    }
    on = tuple(Literal("ontop", (name, "tray")) for name in ("sack", "brush"))
    with pytest.raises(RefusedError, match=r"sack, brush need .* on tray; it has") as refused:
        check_start_room(on, kinds)
    assert refused.value.label == "too_full"
    check_start_room(on[:1], kinds)
    check_start_room((on[0], Literal("ontop", ("brush", "table"))), kinds)


@pytest.mark.parametrize(
    ("thing", "holder", "relation", "sensible"),
    [
        ("brownie.n.03", "ashcan.n.01", "inside", True),
        ("toilet_tissue.n.01", "ashcan.n.01", "inside", True),
        ("mug.n.04", "ashcan.n.01", "inside", False),
        ("egg.n.02", "frying_pan.n.01", "inside", True),
        ("cupcake.n.01", "frying_pan.n.01", "inside", False),
        ("saucepot.n.01", "stove.n.01", "ontop", True),
        ("plate.n.04", "stove.n.01", "ontop", False),
    ],
)
def test_bins_take_waste_pans_what_is_cooked_and_stoves_pans(
    thing: str, holder: str, relation: Relation, sensible: bool
) -> None:
    assert CATALOGUE.goes(kind(thing), kind(holder), relation) == sensible


def test_words_agree_with_names_that_are_several_even_of_one() -> None:
    said = {
        name: agrees(BoundObject("x", kind(name)), "belongs", "belong")
        for name in ("pliers.n.01", "toy_dice.n.01", "mug.n.04")
    }
    assert said == {"pliers.n.01": "belong", "toy_dice.n.01": "belong", "mug.n.04": "belongs"}


def test_a_model_is_told_how_a_hand_gets_in() -> None:
    told = rules(spec(1), (kind("shelf.n.01"),))
    assert f"only where the inside is {round(100 * PALM)} cm wide" in told
    for name, said in (
        ("shelf.n.01", ", entered from the front"),
        ("cabinet.n.01", ", closed at first, a drawer"),
        ("toaster_oven.n.01", ", behind a door that comes down and keeps the hand out"),
    ):
        assert said in describe(kind(name))
    assert "front" not in describe(kind("toolbox.n.01"))
