"""What a language model answers, and how it becomes a draft."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ....schemas import DatasetSpec, SpecError
from ....schemas.reserved import is_reserved
from ....tasks.bddl import formula
from ....tasks.bddl.formula import PREDICATES, And, Atom, Formula, Not
from ....tasks.bddl.ordering import Precedence
from ....tasks.physics.predicates import BINARY, UNARY
from ....tasks.skills import effects
from ...proposing.catalogue import Catalogue, OfferedCategory
from ...proposing.draft import BoundObject, RefusedError, TaskProposal

ObjectName = Annotated[str, Field(max_length=40)]
STARTS = ("ontop", "inside", "nextto", "open", "toggled_on")
MOST_OBJECTS, MOST_FACTS, MOST_ORDER = 14, 14, 6
"""In an answer: two vessels and the grains in one of them."""


@cache
def predicates() -> tuple[str, ...]:
    """Predicates that some skill brings about and that physics can evaluate, sorted."""
    evaluated = PREDICATES.keys() & {*BINARY, *UNARY}
    return tuple(name for name in effects() if name in evaluated)


def _known(predicate: str) -> str:
    """The predicate, if a goal may ask for it.

    Raises:
        ValueError: naming those that it may ask for.
    """
    if predicate not in predicates():
        raise ValueError(f"no predicate {predicate!r}; allowed: {', '.join(predicates())}")
    return predicate


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerObject(_Strict):
    """An object of the task."""

    name: ObjectName
    category: Annotated[str, Field(max_length=80)]


class AnswerFact(_Strict):
    """A fact of the start, or a condition of the goal."""

    predicate: Annotated[str, AfterValidator(_known)]
    arguments: Annotated[list[ObjectName], Field(min_length=1, max_length=2)]
    holds: bool
    """False means that it must not be so."""


class AnswerOrder(_Strict):
    """Two facts, of which one must hold before the other comes about."""

    first: AnswerFact
    then: AnswerFact


class Answer(_Strict):
    """A proposed task."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    instruction: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=200)]
    objects: Annotated[list[AnswerObject], Field(min_length=1, max_length=MOST_OBJECTS)]
    init: Annotated[list[AnswerFact], Field(max_length=MOST_FACTS)]
    goal: Annotated[list[AnswerFact], Field(min_length=1, max_length=MOST_FACTS)]
    order: Annotated[list[AnswerOrder], Field(max_length=MOST_ORDER)] = []


def answer_schema(categories: tuple[str, ...]) -> dict[str, Any]:
    """The JSON schema of an Answer that allows only these categories, and known predicates."""
    schema = Answer.model_json_schema()
    schema["$defs"]["AnswerObject"]["properties"]["category"]["enum"] = list(categories)
    schema["$defs"]["AnswerFact"]["properties"]["predicate"]["enum"] = list(predicates())
    return schema


def draft_of(answer: Answer, spec: DatasetSpec, catalogue: Catalogue) -> TaskProposal:
    """The draft that an answer describes.

    Raises:
        RefusedError: where a name, a category or a fact is not allowed.
    """
    things = _things(answer, spec, catalogue)
    known = {spec.scene.support, *(thing.name for thing in things)}
    for number, fact in enumerate(answer.init):
        if fact.predicate not in STARTS:
            raise RefusedError(
                "bad_init",
                f"init[{number}]: {fact.predicate!r} cannot be arranged; allowed: "
                f"{', '.join(STARTS)}",
            )
    init = tuple(_literal(fact, f"init[{n}]", known) for n, fact in enumerate(answer.init))
    conditions: list[Formula] = []
    for number, fact in enumerate(answer.goal):
        atom = Atom(*_atom(fact, f"goal[{number}]", known))
        conditions.append(atom if fact.holds else Not(atom))
    goal = conditions[0] if len(conditions) == 1 else And(tuple(conditions))
    order = tuple(
        Precedence(
            _literal(x.first, f"order[{n}].first", known),
            _literal(x.then, f"order[{n}].then", known),
        )
        for n, x in enumerate(answer.order)
    )
    return TaskProposal(things, init, goal, answer.name, answer.instruction, answer.reason, order)


def _things(answer: Answer, spec: DatasetSpec, catalogue: Catalogue) -> tuple[BoundObject, ...]:
    """The objects, the scene's own under their own names."""
    own = {thing.name: thing for thing in spec.scene.objects}
    taken: set[str] = set()
    things: list[BoundObject] = []
    for thing in answer.objects:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", thing.name):
            raise RefusedError("bad_name", f"name {thing.name!r}: write lower case, such as mug_2")
        if thing.name in taken or is_reserved(thing.name):
            raise RefusedError("bad_name", f"name {thing.name!r} is taken; names must be unique")
        taken.add(thing.name)
        kind = _kind(thing, catalogue)
        if thing.name in own and own[thing.name].category != thing.category:
            raise RefusedError(
                "bad_category",
                f"{thing.name!r} is a {own[thing.name].category} in the scene, "
                f"not a {thing.category}; use that category or another name",
            )
        things.append(BoundObject(thing.name, kind))
    return tuple(things)


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
