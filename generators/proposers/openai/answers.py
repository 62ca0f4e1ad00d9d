"""From a language model's answer to a draft of a task."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from ....schemas import DatasetSpec, ObjectSpec, SpecError
from ....schemas.reserved import is_reserved
from ....tasks.bddl import formula
from ....tasks.bddl.formula import PREDICATES, And, Atom, Formula, Not
from ....tasks.bddl.goals import ground_literals
from ....tasks.bddl.ordering import Precedence
from ....tasks.bddl.reader import Reader, Tokens
from ...proposing.catalogue import Catalogue
from ...proposing.draft import SUPPORT_CATEGORIES, BoundObject, RefusedError, TaskProposal
from ...proposing.faithful import check_paraphrases
from ...proposing.offered import OfferedCategory
from ...proposing.problems import Problems
from .schema import EACH, Answer, AnswerFact, AnswerGoal, AnswerObject, AnswerOrder

LACKING = {"open": "door, drawer or lid to open", "toggled_on": "switch"}
"""What an object lacks that can never be so."""
STARTS = ("ontop", "inside", "nextto", "open", "toggled_on")
"""Predicates that can be arranged."""


def draft_of(answer: Answer, spec: DatasetSpec, catalogue: Catalogue) -> TaskProposal:
    """The draft that an answer describes.

    Raises:
        RefusedError: where a name, a category or a fact is not allowed.
    """
    things = _things(answer, spec, catalogue)
    able = {thing.name: thing.kind for thing in things}
    categories = {thing.name: thing.kind.category for thing in things}
    categories[spec.scene.support] = SUPPORT_CATEGORIES[spec.scene.support]
    problems = Problems()
    init = [
        problems.of(partial(_start, fact, f"init[{n}]", set(categories), able))
        for n, fact in enumerate(answer.init)
    ]
    parts = [
        problems.of(partial(_condition, fact, f"goal[{n}]", categories, able))
        for n, fact in enumerate(answer.goal)
    ]
    order = [
        problems.of(partial(_precedence, pair, f"order[{n}]", set(categories)))
        for n, pair in enumerate(answer.order)
    ]
    problems.check()
    conditions = tuple(part for part in parts if part is not None)
    if not conditions:
        raise RefusedError("done_already", "the goal asks for nothing that could be otherwise")
    goal = conditions[0] if len(conditions) == 1 else And(conditions)
    said = check_paraphrases(answer.instruction, answer.paraphrases, goal, able)
    return TaskProposal(
        things, tuple(filter(None, init)), goal, answer.name, answer.instruction, answer.reason,
        tuple(filter(None, order)), said.kept, said.dropped,
    )  # fmt: skip


def _things(answer: Answer, spec: DatasetSpec, catalogue: Catalogue) -> tuple[BoundObject, ...]:
    """The objects, the scene's own under their own names."""
    own = {thing.name: thing for thing in spec.scene.objects}
    taken: set[str] = set()
    problems = Problems()
    things = [
        problems.of(partial(_thing, thing, own, taken, catalogue)) for thing in answer.objects
    ]
    problems.check()
    return tuple(filter(None, things))


def _thing(
    thing: AnswerObject, own: Mapping[str, ObjectSpec], taken: set[str], catalogue: Catalogue
) -> BoundObject:
    """An object, whose name is taken from now on."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", thing.name):
        raise RefusedError("bad_name", f"name {thing.name!r}: write lower case, such as mug_2")
    if thing.name in taken or thing.name == EACH or is_reserved(thing.name):
        raise RefusedError("bad_name", f"name {thing.name!r} is taken; names must be unique")
    taken.add(thing.name)
    kind = _kind(thing, catalogue)
    if thing.name in own and own[thing.name].category != thing.category:
        raise RefusedError(
            "bad_category",
            f"{thing.name!r} is a {own[thing.name].category} in the scene, "
            f"not a {thing.category}; use that category or another name",
        )
    return BoundObject(thing.name, kind)


def _start(
    fact: AnswerFact, where: str, known: set[str], kinds: Mapping[str, OfferedCategory]
) -> formula.Literal | None:
    """A fact of the start; None of one that cannot be otherwise."""
    if fact.predicate not in STARTS:
        raise RefusedError(
            "bad_init",
            f"{where}: {fact.predicate!r} cannot be arranged; allowed: {', '.join(STARTS)}",
        )
    return _possible(_literal(fact, where, known), where, kinds)


def _precedence(pair: AnswerOrder, where: str, known: set[str]) -> Precedence:
    """Two facts in their order."""
    first = _literal(pair.first, f"{where}.first", known)
    return Precedence(first, _literal(pair.then, f"{where}.then", known))


def _kind(thing: AnswerObject, catalogue: Catalogue) -> OfferedCategory:
    """The kind of an object."""
    try:
        kind = catalogue.kind(thing.category)
    except SpecError as error:
        raise RefusedError("bad_category", f"{thing.name!r}: {error}") from error
    if kind.table:
        raise RefusedError(
            "bad_category", f"{thing.name!r}: a {thing.category} is a support, and one is there"
        )
    return kind


def _condition(
    fact: AnswerGoal,
    where: str,
    categories: Mapping[str, str],
    kinds: Mapping[str, OfferedCategory],
) -> Formula | None:
    """A part of the goal; None of one that nothing can change.

    Args:
        fact: as the answer has it.
        where: it stands in the answer.
        categories: of all objects by name, the support included.
        kinds: of the others.
    """
    if fact.forall is None and fact.exists is None:
        literal = _literal(fact, where, set(categories))
        if not _possible(literal, where, kinds):
            return None
        atom = Atom(literal.predicate, literal.arguments)
        return Not(atom) if literal.negated else atom
    if fact.forall is not None and fact.exists is not None:
        raise RefusedError("bad_fact", f"{where}: `forall` or `exists`, not both")
    if EACH not in fact.arguments:
        raise RefusedError("bad_fact", f"{where}: {EACH!r} is none of the arguments")
    head, category = ("forall", fact.forall) if fact.forall else ("exists", fact.exists)
    stated: Tokens = [fact.predicate, *(f"?{x}" if x == EACH else x for x in fact.arguments)]
    body: Tokens = stated if fact.holds else ["not", stated]
    try:
        condition = Reader(dict(categories)).formula(
            [head, [f"?{EACH}", "-", f"{category}"], body], {}
        )
    except SpecError as error:
        raise RefusedError("bad_fact", f"{where}: {error}") from error
    for literal in ground_literals(condition) if fact.forall else ():
        _possible(literal, where, kinds)
    return condition


def _possible(
    literal: formula.Literal, where: str, kinds: Mapping[str, OfferedCategory]
) -> formula.Literal | None:
    """The literal, or None of one that nothing can change, such as that an apple is not open.

    Raises:
        RefusedError: where it asks for what the object cannot be.
    """
    thing = literal.arguments[0]
    kind = kinds.get(thing)
    lacks = {
        "open": kind is None or not kind.openable,
        "toggled_on": kind is None or not kind.toggleable,
    }
    if not lacks.get(literal.predicate, False):
        return literal
    if literal.negated:
        return None
    raise RefusedError("bad_fact", f"{where}: {thing} has no {LACKING[literal.predicate]}")


def _literal(fact: AnswerFact, where: str, known: set[str]) -> formula.Literal:
    return formula.Literal(*_atom(fact, where, known), negated=not fact.holds)


def _atom(fact: AnswerFact, where: str, known: set[str]) -> tuple[str, tuple[str, ...]]:
    """Predicate and arguments, which must be known and of the right number."""
    count = PREDICATES[fact.predicate]
    if len(fact.arguments) != count:
        raise RefusedError("bad_fact", f"{where}: {fact.predicate} takes {count} objects")
    for name in fact.arguments:
        if name not in known:
            raise RefusedError(
                "bad_fact", f"{where}: no object {name!r}; there are: {', '.join(sorted(known))}"
            )
    return fact.predicate, tuple(fact.arguments)
