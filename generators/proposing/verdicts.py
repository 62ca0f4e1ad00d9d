"""Hears what becomes of answers while tasks are proposed, so that none is dropped in silence."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from ...schemas import TaskSpec, Verdict

BAD_START = "bad_start"
"""Label of a refusal that has none of its own: the start cannot be arranged."""
_heard: ContextVar[list[Verdict] | None] = ContextVar("verdicts", default=None)


@contextmanager
def hearing() -> Generator[list[Verdict]]:
    """Gather the verdicts that are told inside of the block, in their order."""
    said: list[Verdict] = []
    before = _heard.set(said)
    try:
        yield said
    finally:
        _heard.reset(before)


def accepted(number: int, attempt: int, task: TaskSpec) -> None:
    """Tell that an answer became a task."""
    _tell(Verdict(number=number, attempt=attempt, task=task.id))


def refused(number: int, attempt: int, why: Exception) -> None:
    """Tell why an answer did not become a task; the error may have a `label`, a stable word."""
    label = str(getattr(why, "label", BAD_START))
    _tell(Verdict(number=number, attempt=attempt, label=label, reason=str(why)))


def _tell(verdict: Verdict) -> None:
    said = _heard.get()
    if said is not None:
        said.append(verdict)
