"""Tasks that a person gives: a goal in words or as BDDL, and what is special about its objects."""

from __future__ import annotations

from typing import Annotated, Any, Self, cast

from pydantic import BeforeValidator, Field, model_validator

from .answers import PROPOSER as ANSWERED
from .base import Model
from .locations import misplaced
from .reserved import RESERVED_PREFIXES, is_reserved
from .scene import RELATIONS, ObjectSpec

PROPOSER = "given"
"""The proposer that gives them."""


def _several(raw: Any) -> Any:
    """One text stands for a list of one."""
    return (raw,) if isinstance(raw, str) else raw


Fact = Annotated[str, Field(min_length=1, max_length=20_000)]
FACTS = BeforeValidator(_several, json_schema_input_type=Fact | tuple[Fact, ...])


def _chains(raw: Any) -> Any:
    """One list of facts stands for a list of one."""
    if not isinstance(raw, list | tuple):
        return raw
    items = cast("list[Any]", raw)
    return (tuple(items),) if items and all(isinstance(x, str) for x in items) else items


Chain = Annotated[tuple[Fact, ...], Field(min_length=2, max_length=20)]
_CHAINS = BeforeValidator(_chains, json_schema_input_type=Chain | tuple[Chain, ...])


class GivenTask(Model):
    """One task; a text alone is its goal."""

    goal: Annotated[tuple[Fact, ...], FACTS, Field(min_length=1, max_length=100)]
    """`inside lemon bowl`, a list of such facts, all of which must hold, a BDDL formula, or a whole
    BDDL problem. Its words are objects of the task, of the scene, or categories, of which several
    are numbered: `lemon_1`, `lemon_2`."""
    instruction: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    """By default the goal in words."""
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """A few words; by default the first of the instruction's."""
    init: Annotated[tuple[Fact, ...], FACTS, Field(max_length=100)] = ()
    """What holds at the start, in facts as in the goal; what is placed nowhere stands on the
    support."""
    order: Annotated[tuple[Chain, ...], _CHAINS, Field(max_length=20)] = ()
    """Facts in their order: each comes about only while all before it in its list hold, as in
    `[inside bread toaster, toggled_on toaster]`. One list, or several. Appliances that are
    switched on are loaded and closed first, whether or not it is said."""
    objects: Annotated[tuple[ObjectSpec, ...], Field(max_length=100)] = ()
    """Objects that need more than a word: with the keys of `scene.objects`."""

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [thing.name for thing in self.objects]
        for place, thing in enumerate(self.objects):
            if is_reserved(thing.name):
                raise misplaced(
                    f"object name {thing.name!r} is taken: scenes use it themselves; choose one "
                    f"that does not begin with {' or '.join(RESERVED_PREFIXES)}",
                    *("objects", place, "name"),
                )
            if thing.name in names[:place]:
                raise misplaced(
                    f"object name {thing.name!r} is taken; names must be unique",
                    *("objects", place, "name"),
                )
            for relation in RELATIONS:
                if getattr(thing, relation) == thing.name:
                    raise misplaced(
                        "it cannot be placed by itself; name another object",
                        *("objects", place, relation),
                    )
        return self


def _items(raw: Any) -> tuple[Any, ...] | None:
    """The tasks of a list, or of one task without a list; None of anything else."""
    one: Any = raw
    if isinstance(raw, str | dict | GivenTask):
        return (one,)
    return tuple(cast("list[Any]", raw)) if isinstance(raw, list | tuple) else None


def _listed(raw: Any) -> Any:
    """The written tasks, as a list of mappings: a goal alone will do for a task."""
    items = _items(raw)
    if items is None:
        return raw
    return tuple({"goal": item} if isinstance(item, str) else item for item in items)


_Item = str | GivenTask
GivenTasks = Annotated[
    tuple[GivenTask, ...],
    BeforeValidator(_listed, json_schema_input_type=_Item | tuple[_Item, ...]),
]


class GivenFile(Model):
    """A file of tasks."""

    tasks: Annotated[GivenTasks, Field(min_length=1)]


def implied(raw: Any) -> Any:
    """Add the proposer and count that a list of tasks or answers implies, where not written."""
    if not isinstance(raw, dict):
        return raw
    written = cast("dict[str, Any]", raw)
    for key, proposer in (("given", PROPOSER), ("answers", ANSWERED)):
        listed = _items(written.get(key, ()))
        if listed:
            return {"proposer": proposer, "count": len(listed), **written}
    return written
