"""The form of a language model's answer, and how an answer is read that nearly has it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ....schemas.plain import is_list, is_mapping
from ....tasks.bddl.formula import PREDICATES
from ....tasks.physics.predicates import BINARY, UNARY
from ....tasks.skills import effects
from ...proposing.completion import object_in, objects_in
from ...proposing.draft import RefusedError

ObjectName = Annotated[str, Field(max_length=40)]
MOST_OBJECTS, MOST_FACTS, MOST_ORDER = 14, 14, 6
"""In an answer: two vessels and the grains in one of them."""
MOST_PARAPHRASES = 8
"""Of an instruction; three are asked for."""
MOST_PROBLEMS = 4
"""Of one answer that are said at once."""


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


def _printable(text: str) -> str:
    """The text without spaces around it, if people can read all of it.

    Raises:
        ValueError: naming the character that they cannot.
    """
    said = text.strip()
    for letter in said:
        if not letter.isprintable():
            raise ValueError(f"the character U+{ord(letter):04X} cannot be printed; leave it out")
    return said


def _worded(text: str) -> str:
    """The text, if it has words.

    Raises:
        ValueError: where there is none.
    """
    said = _printable(text)
    if not any(letter.isalpha() for letter in said):
        raise ValueError("there is no word in it; say in a sentence what is to be done")
    return said


Category = Annotated[str, Field(max_length=80)]
EACH = "each"
"""Stands for an object of a category, in the arguments of a condition about all or some."""
Sentence = Annotated[str, AfterValidator(_worded), Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerObject(_Strict):
    """An object of the task."""

    name: ObjectName
    category: Category


class AnswerFact(_Strict):
    """A fact of the start, or a condition of the goal."""

    predicate: Annotated[str, AfterValidator(_known)]
    arguments: Annotated[list[ObjectName], Field(min_length=1, max_length=2)]
    holds: bool
    """False means that it must not be so."""


class AnswerGoal(AnswerFact):
    """A condition of the goal, of some objects or of all of a category."""

    forall: Category | None = None
    """The condition is asked of every object of this category, which `each` stands for."""
    exists: Category | None = None
    """It is asked of one of them, whichever."""


class AnswerOrder(_Strict):
    """Two facts, of which one must hold before the other comes about."""

    first: AnswerFact
    then: AnswerFact


class Answer(_Strict):
    """A proposed task."""

    name: Annotated[str, AfterValidator(_worded), Field(min_length=1, max_length=80)]
    instruction: Sentence
    reason: Annotated[str, AfterValidator(_printable), Field(max_length=200)]
    objects: Annotated[list[AnswerObject], Field(min_length=1, max_length=MOST_OBJECTS)]
    init: Annotated[list[AnswerFact], Field(max_length=MOST_FACTS)]
    goal: Annotated[list[AnswerGoal], Field(min_length=1, max_length=MOST_FACTS)]
    order: Annotated[list[AnswerOrder], Field(max_length=MOST_ORDER)] = []
    paraphrases: Annotated[list[Sentence], Field(max_length=MOST_PARAPHRASES)] = []


def answer_schema(categories: tuple[str, ...], several: int | None = None) -> dict[str, Any]:
    """The JSON schema of an Answer that allows only these categories, and known predicates.

    Args:
        categories: on offer.
        several: how many answers there are in a list under `tasks`; None is one without it.
    """
    schema = Answer.model_json_schema()
    schema["$defs"]["AnswerObject"]["properties"]["category"]["enum"] = list(categories)
    for fact in ("AnswerFact", "AnswerGoal"):
        schema["$defs"][fact]["properties"]["predicate"]["enum"] = list(predicates())
    if several is None:
        return schema
    definitions = schema.pop("$defs")
    listed = {"type": "array", "items": schema, "minItems": 1, "maxItems": several}
    return {
        "type": "object",
        "properties": {"tasks": listed},
        "required": ["tasks"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def answers_in(text: str) -> list[str]:
    """The answers in a text that has several: under `tasks`, in a list, or one after another."""
    found = objects_in(text)
    first: Any = json.loads(found[0]) if found else {}
    listed: Any = first.get("tasks") if is_mapping(first) else None
    if not is_list(listed):
        return found
    return [json.dumps(answer, ensure_ascii=False) for answer in listed]


def read_answer(text: str) -> Answer:
    """The answer in a model's text; keys that nobody asked for are left out.

    Raises:
        RefusedError: saying what does not follow the schema, and what to leave out.
    """
    said = object_in(text)
    try:
        return Answer.model_validate_json(said)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    unknown = [x["loc"] for x in problems if x["type"] == "extra_forbidden"]
    wrong = [x for x in problems if x["type"] != "extra_forbidden"]
    if not wrong:
        return Answer.model_validate(_without(json.loads(said), unknown))
    found = [f"{_place(x['loc']) or 'answer'}: {x['msg']}" for x in wrong[:MOST_PROBLEMS]]
    if unknown:
        found.append(f"leave out {', '.join(map(_place, unknown[:MOST_PROBLEMS]))}")
    raise RefusedError("bad_json", f"the answer does not follow the schema ({'; '.join(found)})")


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc))


def _without(answer: Any, places: Iterable[tuple[int | str, ...]]) -> Any:
    for place in places:
        *above, last = place
        inner = answer
        for key in above:
            inner = inner[key]
        del inner[last]
    return answer
