"""The planner finds the plans a person would, and says so where there is none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import islice, pairwise

import pytest

from cousins.schemas import Cause, PlanningError
from cousins.tasks.bddl.formula import (
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    Literal,
    Not,
    Or,
    Variable,
)
from cousins.tasks.bddl.goals import SymbolicFacts, evaluate, ground_literals
from cousins.tasks.skills import sources
from cousins.tasks.symbolic.domain import (
    Capabilities,
    Expansion,
    Focus,
    GroundOperators,
    OperatorSource,
    Relation,
    start_state,
)
from cousins.tasks.symbolic.heuristic import goal_focus
from cousins.tasks.symbolic.operators import Fact, Operator, StepKey
from cousins.tasks.symbolic.search import Plan, plans
from cousins.tasks.symbolic.state import State

THINGS = ("apple", "pear", "book", "box", "plate", "bowl", "basket")
TABLE = ("table", *THINGS, "cabinet", "chest", "shelf")


def triples(things: str, targets: str, relation: Relation) -> set[tuple[str, str, Relation]]:
    return {(x, y, relation) for x in things.split() for y in targets.split() if x != y}


FITS = frozenset(
    triples("apple pear box", "bowl basket", "inside")
    | triples("apple pear book box plate", "cabinet chest", "inside")
    | triples("apple pear", "plate book box chest", "ontop")
    | triples(" ".join(THINGS), "shelf", "ontop")
    | triples("book box plate", "book box", "ontop")
)


def acting(*operators: Operator) -> tuple[OperatorSource, ...]:
    """Opening, these operators, and placing."""
    opening, *_, placing = sources([], "table")
    return (opening, GroundOperators(operators), placing)


ABLE = Capabilities(
    objects=TABLE,
    support="table",
    movable=frozenset(THINGS),
    openable=frozenset({"cabinet", "chest"}),
    gated=frozenset({"cabinet", "chest"}),
    lidded=frozenset({"chest"}),
    fits=FITS,
    sources=acting(),
)


def atom(text: str) -> Atom:
    predicate, *arguments = text.split()
    return Atom(predicate, tuple(arguments))


def goal_of(*texts: str) -> Formula:
    parts = tuple(Not(atom(x[4:])) if x.startswith("not ") else atom(x) for x in texts)
    return parts[0] if len(parts) == 1 else And(parts)


def start(*texts: str) -> tuple[Literal, ...]:
    return tuple(Literal(x.predicate, x.arguments) for x in map(atom, texts))


def first(goal: Formula, *init: str, able: Capabilities = ABLE) -> Plan:
    return next(plans(start(*init), goal, able))


def short(plan: Plan) -> list[str]:
    return [" ".join((step.skill, *step.arguments)) for step in plan.steps]


def after(state: State) -> dict[StepKey, State]:
    """What each skill that is possible leads to."""
    everything = Expansion.of(ABLE, Focus())
    return {operator.key: state for operator, state in everything.successors(state)}


def carried_out(plan: Plan, *init: str) -> SymbolicFacts:
    """The facts after the plan, each skill of which must be possible."""
    state = start_state(start(*init), ABLE)
    for step in plan.steps:
        state = after(state)[step.key]
    return SymbolicFacts(frozenset(Literal(x[0], x[1:]) for x in state.facts))


@pytest.mark.parametrize(
    ("goal", "init", "expected"),
    [
        (["ontop apple plate"], [], ["place_on apple plate"]),
        (["open cabinet"], [], ["open cabinet"]),
        (["not open cabinet"], ["open cabinet"], ["close cabinet"]),
        (["touching apple plate"], [], ["place_on apple plate"]),
        (["nextto apple pear"], [], ["place_next_to apple pear"]),
        (["under plate apple"], [], ["place_on apple plate"]),
        (["not ontop apple plate"], ["ontop apple plate"], ["place_on apple table"]),
        (["not inside apple bowl"], ["inside apple bowl"], ["place_on apple table"]),
        (["inside apple cabinet"], [], ["open cabinet", "place_inside apple cabinet"]),
        (
            ["inside apple cabinet", "not open cabinet"],
            [],
            ["open cabinet", "place_inside apple cabinet", "close cabinet"],
        ),
        (
            ["ontop apple table", "not open cabinet"],
            ["inside apple cabinet"],
            ["open cabinet", "place_on apple table", "close cabinet"],
        ),
        (
            ["ontop box book", "ontop apple box"],
            [],
            ["place_on box book", "place_on apple box"],
        ),
        (  # what lies on the plate must go first
            ["ontop plate book"],
            ["ontop apple plate"],
            ["place_on apple table", "place_on plate book"],
        ),
        (  # what stands on a lid keeps it shut
            ["inside pear chest"],
            ["ontop apple chest"],
            ["place_on apple table", "open chest", "place_inside pear chest"],
        ),
        (
            ["inside apple cabinet", "inside pear cabinet", "nextto apple pear"],
            ["open cabinet"],
            ["place_inside pear cabinet", "place_next_to apple pear"],
        ),
    ],
)
def test_plans_are_the_ones_a_person_would_make(
    goal: list[str], init: list[str], expected: list[str]
) -> None:
    plan = first(goal_of(*goal), *init)
    assert sorted(short(plan)) == sorted(expected) or (
        # which of two things stays and which one is put beside it is arbitrary
        "nextto" in " ".join(goal) and len(plan.steps) == len(expected)
    )
    assert evaluate(goal_of(*goal), carried_out(plan, *init))
    if "place_next_to apple pear" not in expected:
        assert short(plan) == expected


def test_what_is_inside_is_taken_out_before_other_things_are_put_there() -> None:
    for inside, other in (("apple", "pear"), ("pear", "apple")):
        goal = goal_of(f"ontop {inside} table", f"inside {other} bowl")
        plan = first(goal, f"inside {inside} bowl", f"ontop {other} table")
        assert short(plan) == [f"place_on {inside} table", f"place_inside {other} bowl"]


def test_what_takes_room_is_done_before_things_are_put_down() -> None:
    push = Operator(
        skill="push",
        arguments=("box", "plate"),
        phrase="push the box onto the plate",
        adds=frozenset({("ontop", "box", "plate")}),
        reaches=("plate",),
        moves=("box",),
    )
    able = replace(ABLE, movable=ABLE.movable - {"box"}, sources=acting(push))
    plan = first(goal_of("ontop box plate", "ontop apple plate"), able=able)
    assert short(plan) == ["push box plate", "place_on apple plate"]


def test_a_goal_that_holds_needs_nothing() -> None:
    assert first(goal_of("ontop apple table")).steps == ()


def test_quantified_goals_are_planned() -> None:
    fruit = Variable("f", "edible_fruit.n.01", ("apple", "pear"))
    every = Forall(fruit, Atom("inside", ("f", "basket")))
    assert len(first(every).steps) == 2
    some = Exists(fruit, Atom("inside", ("f", "basket")))
    assert len(first(some).steps) == 1
    either = Or((atom("inside book bowl"), atom("ontop pear plate")))  # no book fits the bowl
    assert short(first(either)) == ["place_on pear plate"]


@pytest.mark.parametrize(
    ("goal", "names"),
    [
        (["inside plate bowl"], "inside plate bowl"),
        (["ontop cabinet table", "ontop cabinet plate"], "ontop cabinet plate"),
        (["open bowl"], "open bowl"),
        (["inside apple bowl", "inside book bowl"], "inside book bowl"),
        (["under apple shelf"], "under apple shelf"),
    ],
)
def test_impossible_goals_end_at_once_and_name_the_literal(goal: list[str], names: str) -> None:
    # Not one node may be expanded: a search would end in an error of its own.
    with pytest.raises(PlanningError, match=names) as caught:
        next(plans(start(), goal_of(*goal), ABLE, limit_nodes=0))
    assert caught.value.kind is Cause.NO_PLAN


def test_goals_that_exclude_each_other_have_no_plan() -> None:
    little = Capabilities(
        objects=("table", "apple", "plate", "bowl"),
        support="table",
        movable=frozenset({"apple"}),
        fits=frozenset({("apple", "plate", "ontop"), ("apple", "bowl", "inside")}),
        sources=acting(),
    )
    with pytest.raises(PlanningError) as caught:
        first(goal_of("ontop apple plate", "inside apple bowl"), able=little)
    assert caught.value.kind is Cause.NO_PLAN


def test_the_node_limit_ends_in_its_own_error() -> None:
    goal = goal_of("inside apple cabinet", "inside pear cabinet", "not open cabinet")
    with pytest.raises(PlanningError) as caught:
        next(plans(start(), goal, ABLE, limit_nodes=2))
    assert caught.value.kind is Cause.NODE_LIMIT


def test_further_plans_are_distinct_reach_the_goal_and_cost_more_and_more() -> None:
    goal = goal_of(*(f"inside {x} cabinet" for x in ("apple", "pear", "box")), "not open cabinet")
    found = list(islice(plans(start(), goal, ABLE), 8))
    assert len(found) == 8
    assert {len(x.steps) for x in found[:6]} == {5}  # every order
    assert len({tuple(short(plan)) for plan in found}) == len(found)
    assert [len(x.steps) for x in found] == sorted(len(x.steps) for x in found)
    assert all(evaluate(goal, carried_out(plan)) for plan in found)


NOT_ON_PLATE = frozenset({("place_on", ("apple", "plate"))})


def test_forbidden_steps_are_avoided() -> None:
    goal = Or((atom("ontop apple plate"), atom("ontop apple book")))
    plan = next(plans(start(), goal, ABLE, forbidden=NOT_ON_PLATE))
    assert short(plan) == ["place_on apple book"]
    with pytest.raises(PlanningError, match="inside apple cabinet"):
        next(
            plans(
                start(),
                goal_of("inside apple cabinet"),
                ABLE,
                forbidden=frozenset({("open", ("cabinet",))}),
            )
        )


def test_sentences_say_what_for() -> None:
    plan = first(goal_of("inside apple cabinet", "not open cabinet"))
    assert [step.sentence for step in plan.steps] == [
        "open the cabinet so that the apple can go inside",
        "put the apple inside the cabinet, where it belongs",
        "close the cabinet now that the apple is inside",
    ]
    plan = first(goal_of("ontop plate book"), "ontop apple plate")
    assert plan.steps[0].sentence == "put the apple on the table so that the plate can be moved"


def test_the_trace_tells_the_search() -> None:
    plan = first(goal_of("inside apple cabinet"))
    expanded = [event for event in plan.trace if event.event == "expand"]
    chosen = [event for event in plan.trace if event.event == "choose"]
    assert expanded[0].subject == "start"
    assert expanded[0].values == (0.0, 2.0)
    assert [event.subject for event in chosen] == [
        "open(cabinet)",
        "place_inside(apple, cabinet)",
    ]


def test_moving_ends_the_old_relations_in_both_directions() -> None:
    state = start_state(start("ontop apple plate", "nextto pear apple"), ABLE)
    moved = after(state)[("place_inside", ("apple", "bowl"))]
    gone: list[Fact] = [("ontop", "apple", "plate"), ("nextto", "apple", "pear")]
    assert not moved.facts & set(gone)
    assert {("inside", "apple", "bowl"), ("touching", "apple", "bowl")} <= moved.facts
    assert State.of(moved.facts) == moved


def large() -> tuple[Formula, Capabilities]:
    """Ten things, five of which go into two closed cabinets, and one onto another."""
    things = tuple(f"thing_{i}" for i in range(8))
    furniture = ("left", "right")
    able = Capabilities(
        objects=("table", *things, *furniture),
        support="table",
        movable=frozenset(things),
        openable=frozenset(furniture),
        gated=frozenset(furniture),
        fits=frozenset(
            triples(" ".join(things), "left right", "inside")
            | triples(" ".join(things), " ".join(things), "ontop")
        ),
        sources=acting(),
    )
    goal = goal_of(
        "inside thing_0 left",
        "inside thing_1 left",
        "inside thing_2 right",
        "ontop thing_3 thing_4",
        "not open left",
        "not open right",
    )
    return goal, able


def test_of_ten_objects_eight_steps_are_found_without_a_wrong_turn() -> None:
    goal, able = large()
    plan = next(plans(start(), goal, able, limit_nodes=8))
    assert len(plan.steps) == 8
    assert sum(event.event == "expand" for event in plan.trace) == 8


def cluttered(count: int) -> tuple[list[str], Capabilities]:
    """A cabinet, an apple, and a row of clutter, the first of it on the plate."""
    clutter = tuple(f"clutter_{i}" for i in range(count))
    able = Capabilities(
        objects=("table", "apple", "plate", "cabinet", *clutter),
        support="table",
        movable=frozenset({"apple", "plate", *clutter}),
        openable=frozenset({"cabinet"}),
        gated=frozenset({"cabinet"}),
        fits=frozenset(triples(" ".join(("apple", *clutter)), "plate cabinet", "inside")),
        sources=acting(),
    )
    near = [f"nextto {x} {y}" for x, y in pairwise(clutter)]
    return [*near, f"ontop {clutter[0]} plate", f"nextto apple {clutter[1]}"], able


@pytest.mark.parametrize("count", [3, 25, 60])
def test_clutter_adds_nothing_to_the_search_but_where_it_must_look_widely(count: int) -> None:
    near, able = cluttered(count)
    put_away = goal_of("inside apple cabinet", "not open cabinet")
    plan = next(plans(start(*near), put_away, able, limit_nodes=3))
    assert len(plan.steps) == 3
    state = start_state(start(*near), able)

    def branches(goal: Formula) -> list[int]:
        """Ways on from the start: among what the goal names, and among all that may help."""
        focuses = goal_focus(ground_literals(goal), state, able)
        return [len(list(Expansion.of(able, focus).successors(state))) for focus in focuses]

    apart = goal_of("inside apple cabinet", "not nextto apple clutter_1")
    for goal, named in ((put_away, 1), (apart, 4)):
        narrow, wide = branches(goal)
        assert narrow == named
        assert wide <= 2 * count + 6


SCRIPT = """
import sys; sys.path.insert(0, "tests")
from itertools import islice
from test_symbolic import large, plans, short, start
goal, able = large()
for plan in islice(plans(start("ontop thing_5 thing_3"), goal, able), 3):
    sys.stdout.write(repr((short(plan), plan.trace)))
"""


def test_plans_do_not_depend_on_the_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"place_inside" in outputs.pop()


HANG = Operator(
    "hang", ("cup", "hook"), "hang the cup on the hook",
    adds=frozenset({("attached", "cup", "hook")}), reaches=("cup", "hook"), moves=("cup",),
)  # fmt: skip
LIGHT = Operator(
    "press", ("lamp",), "turn on the lamp", needs=(Literal("attached", ("cup", "hook")),),
    adds=frozenset({("toggled_on", "lamp")}), reaches=("lamp",),
)  # fmt: skip
HANDY = Capabilities(
    objects=("table", "cup", "apple", "cabinet", "hook", "lamp"),
    support="table",
    movable=frozenset({"cup", "apple"}),
    openable=frozenset({"cabinet"}),
    gated=frozenset({"cabinet"}),
    fits=frozenset({("cup", "cabinet", "inside"), ("apple", "cup", "ontop")}),
    sources=acting(HANG, LIGHT),
)


def test_operators_are_composed_with_placing_and_opening() -> None:
    plan = first(goal_of("toggled_on lamp"), "inside cup cabinet", "ontop apple cup", able=HANDY)
    assert short(plan) == [
        "open cabinet",
        "place_on apple table",
        "hang cup hook",
        "press lamp",
    ]
    assert plan.steps[2].sentence == "hang the cup on the hook so as to turn on the lamp next"
    assert plan.steps[3].sentence == "turn on the lamp, as the task asks"


def test_what_an_operator_moves_leaves_its_place() -> None:
    plan = first(goal_of("not ontop cup table"), able=HANDY)
    assert short(plan) == ["hang cup hook"]
    state = start_state(start("attached cup hook"), HANDY)
    assert ("ontop", "cup", "table") not in state.facts
    back = first(goal_of("ontop cup table"), "attached cup hook", able=HANDY)
    assert short(back) == ["place_on cup table"]


def test_without_its_operator_a_state_is_impossible() -> None:
    with pytest.raises(PlanningError, match="toggled_on lamp") as caught:
        first(goal_of("toggled_on lamp"), able=replace(HANDY, sources=acting(HANG)))
    assert caught.value.kind is Cause.NO_PLAN
