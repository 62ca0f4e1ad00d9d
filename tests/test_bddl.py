"""BDDL texts are read as the bddl package reads them, and goals mean what its goals mean."""

# pyright: reportIncompatibleMethodOverride=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bddl.condition_evaluation import compile_state
from bddl.logic_base import BinaryAtomicFormula, UnaryAtomicFormula
from bddl.parsing import parse_problem
from some import some

from cousins.schemas import ObjectSpec, SpecError, TaskObject, TaskSpec
from cousins.tasks.bddl.activities import activities, activity_text
from cousins.tasks.bddl.formula import PREDICATES, Formula, Literal
from cousins.tasks.bddl.goals import SymbolicFacts, evaluate, explain, ground_literals, unsatisfied
from cousins.tasks.bddl.problem import Problem, object_specs, parse, problem_text, scene_problem


def text(goal: str, init: str = "", objects: str | None = None) -> str:
    listed = objects or (
        "apple.n.01_1 apple.n.01_2 apple.n.01_3 - apple.n.01 "
        "bowl.n.01_1 bowl.n.01_2 - bowl.n.01 cabinet.n.01_1 - cabinet.n.01"
    )
    return (
        f"(define (problem x-0) (:domain omnigibson) (:objects {listed}) "
        f"(:init {init}) (:goal {goal}))"
    )


def facts(*atoms: str) -> SymbolicFacts:
    names = {"a": "apple.n.01_", "b": "bowl.n.01_", "c": "cabinet.n.01_"}
    found: set[Literal] = set()
    for atom in atoms:
        predicate, *arguments = atom.split()
        found.add(Literal(predicate, tuple(names[x[0]] + x[1] for x in arguments)))
    return SymbolicFacts(frozenset(found))


def holds(goal: str, *atoms: str) -> bool:
    return evaluate(parse(text(goal)).goal, facts(*atoms))


def test_all_activities_are_read_and_276_are_supported() -> None:
    every = activities()
    assert len(every) == 1016
    assert sum(activity.supported for activity in every) == 276
    refused = next(x for x in every if not x.supported)
    assert refused.reason.startswith("needs ")
    with pytest.raises(SpecError, match="supported are: attached, inside, nextto"):
        parse(activity_text(refused.name))


def supported() -> list[str]:
    return some(activity.name for activity in activities() if activity.supported)


def test_reading_agrees_with_the_bddl_package() -> None:
    for name in supported():
        problem = parse(activity_text(name))
        _, objects, init, _ = parse_problem(name, 0, "omnigibson")
        assert dict(problem.objects) == {x: kind for kind, xs in objects.items() for x in xs}
        assert len(problem.init) + len(problem.rooms) == len(init), name


def test_written_problems_are_read_back_equal() -> None:
    for name in supported():
        problem = parse(activity_text(name))
        again = parse(problem_text(problem))
        assert dict(again.objects) == dict(problem.objects), name
        assert (again.init, again.rooms) == (problem.init, problem.rooms), name
        assert ground_literals(again.goal) == ground_literals(problem.goal), name


class Backend:
    """Lets the bddl package evaluate against a set of atoms."""

    def __init__(self, atoms: SymbolicFacts) -> None:
        self.atoms = atoms

    def get_predicate_class(self, name: str) -> Any:
        atoms = self.atoms

        class Unary(UnaryAtomicFormula):  # type: ignore[misc]
            STATE_NAME = name

            def _evaluate(self, obj: str) -> bool:
                return atoms.holds(name, (obj,))

            def _sample(self, obj: str, binary_state: bool) -> None: ...

        class Binary(BinaryAtomicFormula):  # type: ignore[misc]
            STATE_NAME = name

            def _evaluate(self, obj1: str, obj2: str) -> bool:
                return atoms.holds(name, (obj1, obj2))

            def _sample(self, obj1: str, obj2: str, binary_state: bool) -> None: ...

        return Unary if PREDICATES[name] == 1 else Binary


def test_goals_mean_what_the_bddl_package_says() -> None:
    rng = np.random.default_rng(5)
    compared = true = 0
    for name in supported():
        problem = parse(activity_text(name))
        _, objects, _, goal = parse_problem(name, 0, "omnigibson")
        literals = ground_literals(problem.goal)
        for chance in (0.2, 0.5, 0.8, 1.0):
            kept = [x for x in literals if (rng.random() < chance) != x.negated]
            state = SymbolicFacts(frozenset(Literal(x.predicate, x.arguments) for x in kept))
            # Their scope maps each instance to itself, but a name that maps to a string is
            # taken for a variable, so instances map to themselves harmlessly.
            scope = {x: x for xs in objects.values() for x in xs}
            compiled = compile_state(
                goal, Backend(state), scope, objects, generate_ground_options=False
            )
            if name == "loading_the_car":  # theirs drops the second formula of this goal
                continue
            theirs = all(condition.evaluate() for condition in compiled)
            assert evaluate(problem.goal, state) == theirs, (name, chance)
            compared, true = compared + 1, true + theirs
    assert compared > 850
    assert 150 < true < compared - 150


@pytest.mark.parametrize(
    ("goal", "true", "false"),
    [
        ("(ontop ?apple.n.01_1 bowl.n.01_1)", ["ontop a1 b1"], ["ontop b1 a1"]),
        ("(nextto apple.n.01_1 apple.n.01_2)", ["nextto a2 a1"], []),
        ("(and (open cabinet.n.01_1) (not (ontop apple.n.01_1 bowl.n.01_1)))", ["open c1"], []),
        (
            "(or (open cabinet.n.01_1) (ontop apple.n.01_1 bowl.n.01_1))",
            ["ontop a1 b1"],
            ["ontop a2 b1"],
        ),
        (
            "(imply (open cabinet.n.01_1) (inside apple.n.01_1 cabinet.n.01_1))",
            ["inside a1 c1"],
            ["open c1"],
        ),
        (
            "(forall (?apple.n.01 - apple.n.01) (inside ?apple.n.01 bowl.n.01_1))",
            ["inside a1 b1", "inside a2 b1", "inside a3 b1"],
            ["inside a1 b1", "inside a2 b1", "inside a3 b2"],
        ),
        (
            "(exists (?apple.n.01 - apple.n.01) (inside ?apple.n.01 bowl.n.01_1))",
            ["inside a3 b1"],
            ["inside a3 b2"],
        ),
        (
            "(forn (2) (?apple.n.01 - apple.n.01) (inside ?apple.n.01 bowl.n.01_1))",
            ["inside a1 b1", "inside a2 b1"],
            ["inside a1 b1", "inside a2 b1", "inside a3 b1"],
        ),
        (
            "(forpairs (?apple.n.01 - apple.n.01) (?bowl.n.01 - bowl.n.01) "
            "(inside ?apple.n.01 ?bowl.n.01))",
            ["inside a1 b1", "inside a3 b2"],
            ["inside a1 b1", "inside a2 b1", "inside a3 b1"],
        ),
        (
            "(fornpairs (1) (?apple.n.01 - apple.n.01) (?bowl.n.01 - bowl.n.01) "
            "(inside ?apple.n.01 ?bowl.n.01))",
            ["inside a2 b2"],
            ["inside a2 c1"],
        ),
        (
            "(forall (?edible_fruit.n.01 - edible_fruit.n.01) "
            "(inside ?edible_fruit.n.01 cabinet.n.01_1))",
            ["inside a1 c1", "inside a2 c1", "inside a3 c1"],
            ["inside a1 c1"],
        ),
    ],
)
def test_truth_tables(goal: str, true: list[str], false: list[str]) -> None:
    assert holds(goal, *true)
    assert not holds(goal, *false)
    parsed = parse(text(goal)).goal
    assert unsatisfied(parsed, facts(*true)) == ()
    needed = unsatisfied(parsed, facts(*false))
    assert needed
    assert evaluate(parsed, changed(facts(*false), needed)), needed


def changed(state: SymbolicFacts, literals: tuple[Literal, ...]) -> SymbolicFacts:
    atoms = set(state.atoms)
    for x in literals:
        atom = Literal(x.predicate, x.arguments)
        atoms = atoms - {atom} if x.negated else atoms | {atom}
    return SymbolicFacts(frozenset(atoms))


def test_what_is_missing_makes_goals_hold_unless_their_parts_conflict() -> None:
    failed: list[str] = []
    for name in supported():
        problem = parse(activity_text(name))
        goal: Formula = problem.goal
        state = SymbolicFacts(frozenset(x for x in problem.init if not x.negated))
        needed = unsatisfied(goal, state)
        assert bool(needed) != evaluate(goal, state)
        if not evaluate(goal, changed(state, needed)):
            failed.append(name)
    assert len(failed) <= 8, failed


def test_explain_reports_negated_literals_as_they_are_wanted() -> None:
    goal = parse(text("(and (not (open cabinet.n.01_1)) (ontop apple.n.01_1 bowl.n.01_1))")).goal
    report = {x.literal: x.holds for x in explain(goal, facts("open c1"))}
    assert report == {
        "(not (open cabinet.n.01_1))": False,
        "(ontop apple.n.01_1 bowl.n.01_1)": False,
    }


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (text("(cooked apple.n.01_1)"), "predicate 'cooked' is not supported"),
        (text("(ontop apple.n.01_1 mug.n.04_1)"), "unknown object 'mug.n.04_1'; declared are"),
        (text("(ontop apple.n.01_1)"), "ontop takes 2 objects"),
        (text("(forall (?x - mug.n.04) (open ?x))"), "no object is a 'mug.n.04'"),
        (text("(forn (two) (?x - apple.n.01) (open ?x))"), "a count is written"),
        (text("(open cabinet.n.01_1)") + ")", "one \\(define"),
        ("(define (problem x)", "parenthes"),
        ("hello", "BDDL"),
        (text("(open a)", objects="a"), "without `- category`"),
        (text("(not)"), "not takes 1 parts"),
        (text("(open cabinet.n.01_1)").replace(":init", ":start"), "unknown section ':start'"),
        ("(define (problem x) (:objects a - b))", "no section :init, :goal"),
    ],
)
def test_errors_say_what_is_wrong(broken: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        parse(broken)


def task(goal: str, init: str, names: dict[str, str]) -> TaskSpec:
    return TaskSpec(
        id="t0",
        name="x",
        instruction="x",
        bddl=text(goal, init, "table.n.02_1 - table.n.02 " + " ".join(
            f"{x} - {x.rpartition('_')[0]}" for x in names if x != "table.n.02_1"
        )),
        objects=tuple(
            TaskObject(name=name, instance=x, category=x.rpartition("_")[0])
            for x, name in names.items()
        ),
        proposer="test",
    )  # fmt: skip


NAMES = {
    "table.n.02_1": "table",
    "apple.n.01_1": "apple",
    "plate.n.04_1": "plate",
    "cabinet.n.01_1": "cabinet",
    "mug.n.04_1": "mug",
}


def specs_of(init: str) -> dict[str, ObjectSpec]:
    return {x.name: x for x in object_specs(task("(open cabinet.n.01_1)", init, NAMES))}


def test_the_start_becomes_relations_in_an_order_that_works() -> None:
    specs = specs_of(
        "(ontop apple.n.01_1 plate.n.04_1) (inside plate.n.04_1 cabinet.n.01_1) "
        "(open cabinet.n.01_1) (ontop mug.n.04_1 table.n.02_1) (nextto cabinet.n.01_1 mug.n.04_1)"
    )
    assert list(specs).index("cabinet") < list(specs).index("plate") < list(specs).index("apple")
    assert specs["apple"].on == "plate"
    assert specs["plate"].inside == "cabinet"
    assert specs["mug"].next_to == "cabinet"
    assert specs["cabinet"].joint["any"].model_dump()["value"] == 0.9
    assert "table" not in specs


@pytest.mark.parametrize(
    ("init", "says"),
    [
        ("(under apple.n.01_1 plate.n.04_1)", "cannot be arranged"),
        ("(ontop apple.n.01_1 plate.n.04_1) (inside apple.n.01_1 mug.n.04_1)", "twice"),
        ("(ontop apple.n.01_1 plate.n.04_1) (ontop plate.n.04_1 apple.n.01_1)", "each other"),
    ],
)
def test_starts_that_cannot_be_arranged_are_refused(init: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        specs_of(init)


def test_a_task_must_bind_every_instance() -> None:
    bound: Problem = scene_problem(task("(open cabinet.n.01_1)", "", NAMES))
    assert dict(bound.objects)["mug"] == "mug.n.04"
    loose = task("(open cabinet.n.01_1)", "", NAMES).model_copy(update={"objects": ()})
    with pytest.raises(SpecError, match="must be in both"):
        scene_problem(loose)


def test_an_unknown_activity_offers_the_nearest() -> None:
    with pytest.raises(SpecError, match="store_honey"):
        activity_text("store_hony")
