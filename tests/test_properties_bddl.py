"""BDDL problems are written and read back; renaming keeps their meaning; junk is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import cases

from cousins.schemas import SpecError
from cousins.tasks.bddl.activities import activity_text
from cousins.tasks.bddl.formula import (
    PREDICATES,
    And,
    Atom,
    Exists,
    Forall,
    Formula,
    ForN,
    ForNPairs,
    ForPairs,
    Imply,
    Literal,
    Not,
    Or,
    Variable,
    rename,
    to_text,
)
from cousins.tasks.bddl.goals import SymbolicFacts, evaluate, ground_literals
from cousins.tasks.bddl.problem import Problem, parse, problem_text

CATEGORIES = ("apple.n.01", "bowl.n.01", "cabinet.n.01")
INSTANCES = {kind: tuple(f"{kind}_{n}" for n in (1, 2)) for kind in CATEGORIES}
EVERY = tuple((name, kind) for kind, names in INSTANCES.items() for name in names)
NAMES = tuple(name for name, _ in EVERY)
SCENE_NAMES = ("mug", "x", "bowl", "apple.n.01", "e", "f")
VARIABLES = ("x", "apple.n.01", "mug")


@st.composite
def formulas(draw: st.DrawFn, bound: tuple[str, ...] = (), depth: int = 3) -> Formula:
    """Any formula over the instances and the bound variables."""
    kinds = ["atom"] if depth == 0 else ["atom", "and", "or", "not", "imply", "for", "pairs"]
    kind = draw(st.sampled_from(kinds))
    inner = formulas(bound, max(0, depth - 1))
    match kind:
        case "atom":
            predicate = draw(st.sampled_from(sorted(PREDICATES)))
            names = st.sampled_from([*bound, *NAMES])
            return Atom(predicate, tuple(draw(names) for _ in range(PREDICATES[predicate])))
        case "and":
            return And(tuple(draw(st.lists(inner, max_size=3))))
        case "or":
            return Or(tuple(draw(st.lists(inner, max_size=3))))
        case "not":
            return Not(draw(inner))
        case "imply":
            return Imply(draw(inner), draw(inner))
        case _:
            return draw(quantified(bound, depth, pairs=kind == "pairs"))


@st.composite
def quantified(draw: st.DrawFn, bound: tuple[str, ...], depth: int, *, pairs: bool) -> Formula:
    """A quantifier over one variable, or two."""

    def variable(name: str) -> Variable:
        kind = draw(st.sampled_from(CATEGORIES))
        return Variable(name, kind, INSTANCES[kind])

    names = draw(st.permutations(VARIABLES))
    count = draw(st.integers(0, 3))
    first, second = variable(names[0]), variable(names[1])
    if pairs:
        body = draw(formulas((*bound, *names[:2]), depth - 1))
        both: list[Formula] = [
            ForPairs(first, second, body),
            ForNPairs(count, first, second, body),
        ]
        return draw(st.sampled_from(both))
    body = draw(formulas((*bound, names[0]), depth - 1))
    one: list[Formula] = [Forall(first, body), Exists(first, body), ForN(count, first, body)]
    return draw(st.sampled_from(one))


literals = st.sampled_from(sorted(PREDICATES)).flatmap(
    lambda predicate: st.builds(
        Literal,
        st.just(predicate),
        st.tuples(*[st.sampled_from(NAMES)] * PREDICATES[predicate]),
        st.booleans(),
    )
)
problems = st.builds(
    Problem,
    objects=st.just(EVERY),
    init=st.lists(literals, max_size=6).map(tuple),
    goal=formulas(),
    rooms=st.lists(st.tuples(st.sampled_from(NAMES), st.just("kitchen")), max_size=2).map(tuple),
)


@cases(80)
@given(problems)
def test_a_problem_that_is_written_is_read_back_equal(problem: Problem) -> None:
    assert parse(problem_text(problem)) == problem


@cases(100)
@given(st.permutations(EVERY), formulas())
def test_objects_are_written_category_by_category(
    objects: list[tuple[str, str]], goal: Formula
) -> None:
    again = parse(problem_text(Problem(tuple(objects), (), goal)))
    first = {kind: n for n, (_, kind) in reversed(list(enumerate(objects)))}
    assert list(again.objects) == sorted(objects, key=lambda pair: first[pair[1]])
    assert to_text(again.goal) == to_text(goal)


@cases(80)
@given(
    formulas(), st.permutations(["mug", "x", "bowl", "apple.n.01", "e", "f"]), st.integers(0, 99)
)
def test_renaming_keeps_what_a_goal_means(goal: Formula, new: list[str], seed: int) -> None:
    names = dict(zip(NAMES, new, strict=True))
    atoms = sorted({Literal(x.predicate, x.arguments) for x in ground_literals(goal)}, key=str)
    held = np.random.default_rng(seed).random(len(atoms)) < 0.5
    facts = [atom for atom, holds in zip(atoms, held, strict=True) if holds]
    renamed = [Literal(x.predicate, tuple(names[name] for name in x.arguments)) for x in facts]
    before = evaluate(goal, SymbolicFacts(frozenset(facts)))
    assert evaluate(rename(goal, names), SymbolicFacts(frozenset(renamed))) == before


TEXT = activity_text("putting_leftovers_away")
SCRAPS = ["(", ")", "-", "?", "not", "forn", "(2)", "\u00b2", "9" * 5000, "(" * 3000, ";", "\\", ""]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An activity with some words replaced."""
    words = TEXT.split()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(words) - 1))
        words[place] = draw(st.sampled_from([*SCRAPS, *words]) | st.text(max_size=3))
    return " ".join(words)


@cases(80)
@given(mutated())
def test_a_mutated_problem_is_read_or_refused(text: str) -> None:
    try:
        problem = parse(text)
    except SpecError:
        return
    assert parse(problem_text(problem)).init == problem.init


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        ("(forn (\u00b2) (?x - apple.n.01) (open ?x))", "a count is written"),
        (f"(forn ({'9' * 5000}) (?x - apple.n.01) (open ?x))", "a count is written"),
        ("(not " * 3000 + "(open apple.n.01_1)" + ")" * 3000, "more than 100 levels"),
    ],
)
def test_counts_and_depth_are_bounded(goal: str, says: str) -> None:
    objects = "apple.n.01_1 - apple.n.01"
    with pytest.raises(SpecError, match=says):
        parse(f"(define (problem a) (:objects {objects}) (:init) (:goal {goal}))")
