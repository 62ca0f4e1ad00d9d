"""Order as part of a task: stated or safe, planned for, watched, and replayed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from unittest import mock

import pytest
from worlds import LIBRARY, make_task, scene_for

from cousins.generators.proposers import propose
from cousins.generators.proposing.catalogue import Catalogue
from cousins.generators.proposing.safety import safe_order
from cousins.scenes.robots import robot
from cousins.schemas import (
    Asset,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    OrderConstraint,
    Scene,
    SpecError,
    TaskSpec,
)
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.bddl.formula import And, Atom, Literal, Not
from cousins.tasks.bddl.goals import SymbolicFacts
from cousins.tasks.bddl.ordering import OrderWatch, Precedence, task_order
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving.solve import solve
from cousins.tasks.symbolic.search import plans

ON, SHUT = Literal("toggled_on", ("oven",)), Literal("open", ("oven",), negated=True)
LOADED = Literal("inside", ("bread", "oven"))


def given(text: str) -> TaskSpec:
    (task,) = propose(parse_spec(f"name: a\ntasks: {{given: {{{text}}}}}"), 0, 1, (), LIBRARY)
    return task


def order_of(task: TaskSpec) -> list[tuple[str, str]]:
    return [(x.first, x.then) for x in task.order]


def test_an_appliance_is_loaded_and_closed_before_it_is_switched_on() -> None:
    goal = And((Atom("toggled_on", ("oven",)), Atom("inside", ("bread", "oven"))))
    assert list(safe_order(goal, frozenset({"oven"}))) == [
        Precedence(LOADED, ON),
        Precedence(SHUT, ON),
    ]
    assert list(safe_order(goal, frozenset())) == [Precedence(LOADED, ON)]


def test_what_is_to_stay_open_is_not_closed() -> None:
    goal = And((Atom("toggled_on", ("oven",)), Atom("open", ("oven",))))
    assert list(safe_order(goal, frozenset({"oven"}))) == []


def test_an_appliance_is_off_before_it_is_opened_or_emptied() -> None:
    off = Literal("toggled_on", ("oven",), negated=True)
    goal = And((Not(Atom("toggled_on", ("oven",))), Not(Atom("inside", ("bread", "oven")))))
    assert list(safe_order(goal, frozenset({"oven"}))) == [
        Precedence(off, Literal("inside", ("bread", "oven"), negated=True)),
        Precedence(off, Literal("open", ("oven",))),
    ]


def state(*literals: Literal) -> SymbolicFacts:
    return SymbolicFacts(frozenset(literals))


@pytest.mark.parametrize(
    ("states", "kept"),
    [
        ([state(), state(LOADED), state(LOADED, ON)], True),
        ([state(), state(ON), state(LOADED, ON)], False),
        # What was true once and is no longer does not do.
        ([state(), state(LOADED), state(), state(ON)], False),
        # What comes about together has no order.
        ([state(), state(LOADED, ON)], False),
        # What is on from the start did not come about.
        ([state(ON), state(LOADED, ON)], True),
    ],
)
def test_a_constraint_speaks_of_the_moment_in_which_something_comes_about(
    states: list[SymbolicFacts], kept: bool
) -> None:
    watch = OrderWatch((Precedence(LOADED, ON),))
    for each in states:
        watch.look(each)
    (report,) = watch.report()
    assert report.kept is kept
    assert (report.first, report.then) == ("(inside bread oven)", "(toggled_on oven)")


def steps(task: TaskSpec, order: tuple[Precedence, ...]) -> list[str]:
    """Skills of the shortest plan, with what the library offers."""
    catalogue = Catalogue(LIBRARY, robot("franka-fr3"))
    kinds = {x.name: catalogue.kind(x.category) for x in task.objects if x.name != "table"}
    problem, able = scene_problem(task), catalogue.capabilities(kinds, "table", 0.1)
    return [x.skill for x in next(plans(problem.init, problem.goal, able, order=order)).steps]


def test_a_plan_does_each_thing_in_its_turn() -> None:
    task = given("goal: [toggled_on toaster_oven, inside bagel toaster_oven]")
    assert task.instruction == "Put the bagel in the toaster oven and turn on the toaster oven."
    assert steps(task, ()) == ["open", "turn_on", "place_inside"]
    assert steps(task, task_order(task)) == ["open", "place_inside", "close", "turn_on"]


def test_a_plan_brings_about_what_only_the_order_asks_for() -> None:
    task = given(
        "goal: inside lemon bowl, order: [ontop lemon plate, inside lemon bowl]"
        ", objects: [{name: plate, category: plate.n.04}]"
    )
    assert steps(task, task_order(task)) == ["place_on", "place_inside"]


def test_what_the_order_alone_speaks_of_is_done_too() -> None:
    task = given(
        "goal: inside lemon mixing_bowl, order: [toggled_on lamp, inside lemon mixing_bowl], "
        "objects: [{name: lamp, category: table_lamp.n.01}]"
    )
    assert steps(task, task_order(task)) == ["turn_on", "place_inside"]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("[inside lemon bowl]", "at least 2"),
        ("[inside lemon bowl, inside lime bowl]", "unknown object 'lime'"),
        ("[inside lemon bowl, full bowl]", "predicate 'full' is not supported"),
        ("[inside lemon bowl, ' ']", "a fact is empty"),
        ("[inside lemon bowl, (and (open bowl) (open bowl))]", "'and' is not supported"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(order: str, says: str) -> None:
    with pytest.raises(SpecError, match=says.replace("(", r"\\(")) as caught:
        given(f"goal: inside lemon bowl, order: {order}")
    assert "order" in str(caught.value)


def test_an_order_that_nothing_can_keep_is_refused() -> None:
    turning = "[[inside lemon bowl, inside apple bowl], [inside apple bowl, inside lemon bowl]]"
    with pytest.raises(SpecError, match="no plan"):
        given(f"goal: [inside lemon bowl, inside apple bowl], order: {turning}")


BALLS = make_task(
    {"ball": "tennis_ball.n.01", "lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"},
    "",
    "(and (inside ball bowl) (inside lemon bowl))",
)
IN_TURN = OrderConstraint(first="(inside lemon bowl)", then="(inside ball bowl)")
REVERSED = OrderConstraint(first=IN_TURN.then, then=IN_TURN.first)


@lru_cache
def attempt(turned: bool) -> tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]:
    task = BALLS.model_copy(update={"order": (REVERSED if turned else IN_TURN,)})
    scene, assets = scene_for(BALLS)
    return scene, assets, *solve(scene, assets, task, EpisodeSpec(), (0, 0), "e00")


@pytest.mark.parametrize("order", [IN_TURN, REVERSED])
def test_words_and_deeds_agree(order: OrderConstraint) -> None:
    _, _, episode, _ = attempt(order is REVERSED)
    assert episode.success
    done = [str(x.arguments[0]) for x in episode.subtasks if x.success]
    assert done == (["lemon", "ball"] if order is IN_TURN else ["ball", "lemon"])
    assert [x.kept for x in episode.order] == [True]


@pytest.mark.parametrize(("order", "kept"), [(IN_TURN, True), (REVERSED, False)])
def test_a_replay_looks_at_the_order_too(order: OrderConstraint, kept: bool) -> None:
    scene, assets, episode, arrays = attempt(False)
    task = BALLS.model_copy(update={"order": (order,)})
    result = replay(scene, assets, task, episode, arrays)
    assert result.success is kept
    assert result.max_error < 1e-9


def test_what_comes_about_before_its_turn_is_no_demonstration() -> None:
    # The order says what the plan cannot know: by the time it is looked at, all is done.
    def blind(*arguments: Any, order: tuple[Precedence, ...] = (), **rest: Any) -> Any:
        return plans(*arguments, order=tuple(Precedence(x.then, x.first) for x in order), **rest)

    task = BALLS.model_copy(update={"order": (IN_TURN,)})
    scene, assets = scene_for(BALLS)
    with mock.patch("cousins.tasks.solving.attempt.plans", blind):
        episode, _ = solve(scene, assets, task, EpisodeSpec(), (0, 0), "e00")
    assert (episode.success, episode.cause) == (False, "order_broken")
    assert [x.kept for x in episode.order] == [False]
