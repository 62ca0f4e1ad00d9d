"""Decisions of people about proposed tasks, from a file: accept, reject, or edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from .base import Model
from .given import FACTS, Fact
from .locations import misplaced

SEEN = 12
"""Digits of a task's hash that a decision keeps."""


class Decision(Model):
    """What a person decided about one proposed task."""

    task: Annotated[str, Field(pattern=r"^t\d{4,8}$")]
    """Its id, such as `t0003`."""
    seen: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{SEEN}}}$")] | None = None
    """The first digits of the hash of the task that was reviewed: a decision is not applied to
    another task of the same number."""
    decision: Literal["accept", "reject"] = "accept"
    """Whether the task is kept."""
    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    """In the place of the proposed name."""
    instruction: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    """In the place of the proposed instruction."""
    goal: Annotated[tuple[Fact, ...], FACTS, Field(min_length=1, max_length=100)] | None = None
    """In the place of the proposed goal: `inside lemon bowl`, a list of such facts, or a BDDL
    formula, over the task's own objects."""
    note: Annotated[str, Field(max_length=2_000)] = ""
    """Why, for people."""

    @property
    def number(self) -> int:
        """The task's number."""
        return int(self.task[1:])

    @property
    def edits(self) -> bool:
        """Whether anything of the task is changed."""
        return (self.name, self.instruction, self.goal) != (None, None, None)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.decision == "reject" and self.edits:
            raise misplaced(
                f"{self.task} is rejected and edited; accept it with the edits, or leave them out",
                "decision",
            )
        for key in ("name", "instruction"):
            text = getattr(self, key)
            if text is not None and not (text.isprintable() and any(map(str.isalpha, text))):
                raise misplaced(f"{text!r}: write words that can be printed, on one line", key)
        return self


def _listed(raw: Any) -> Any:
    """The decisions, once a file of them has taken the place of its path.

    Raises:
        PydanticCustomError: a text in their place.
    """
    if isinstance(raw, str):
        raise misplaced("write a list of decisions, or the path of a .yaml file of them")
    return raw


def _once(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions as they are.

    Raises:
        PydanticCustomError: two about one task.
    """
    known: set[int] = set()
    for place, decision in enumerate(decisions):
        if decision.number in known:
            text = f"{decision.task} is decided twice; keep one of the two"
            raise misplaced(text, place, "task")
        known.add(decision.number)
    return decisions


_Decisions = tuple[Decision, ...]
Review = Annotated[
    _Decisions,
    BeforeValidator(_listed, json_schema_input_type=str | _Decisions),
    AfterValidator(_once),
]


class ReviewFile(Model):
    """A file of decisions."""

    tasks: Annotated[_Decisions, AfterValidator(_once)]
