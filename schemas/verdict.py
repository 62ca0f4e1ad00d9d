"""Verdicts: what became of each answer that a proposer was given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Model, Name, nothing, unset


class DroppedParaphrase(Model):
    """A paraphrase of an accepted answer that was left out; the task stays.

    Attributes:
        text: as it was given.
        label: `unfaithful` where it leaves out a thing of the goal or contradicts it, `repeated`
            where the instruction or another paraphrase says the same word for word.
        reason: the same in full.
    """

    text: str
    label: Literal["unfaithful", "repeated"]
    reason: str


class Verdict(Model):
    """One answer, and whether it became a task.

    Attributes:
        number: of the task that was asked for.
        attempt: 0 for the first answer, 1 for its first repair, and so on.
        task: id of the task that it became; None where it was refused.
        label: why it was refused, as a short stable word such as `no_scene`.
        reason: the same in full, as whoever gave the answer was told.
        dropped: paraphrases of the instruction that the task does not have.
    """

    number: Annotated[int, Field(ge=0)]
    attempt: Annotated[int, Field(ge=0)] = 0
    task: Name | None = Field(default=None, exclude_if=unset)
    label: str | None = Field(default=None, exclude_if=unset)
    reason: str | None = Field(default=None, exclude_if=unset)
    dropped: tuple[DroppedParaphrase, ...] = Field(default=(), exclude_if=nothing)
