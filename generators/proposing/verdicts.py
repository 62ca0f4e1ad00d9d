"""Hears what becomes of answers while tasks are proposed, so that none is dropped in silence."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from ...schemas import TaskSpec, Verdict
from .completion import CutOffError, DeclinedError
from .draft import RefusedError

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
    """Tell why an answer did not become a task."""
    _tell(Verdict(number=number, attempt=attempt, label=label_of(why), reason=str(why)))


def label_of(why: Exception) -> str:
    """A short stable word for a refusal."""
    match why:
        case RefusedError():
            return why.label
        case CutOffError():
            return "cut_off"
        case DeclinedError():
            return "declined"
        case _:
            return "bad_start"


def _tell(verdict: Verdict) -> None:
    said = _heard.get()
    if said is not None:
        said.append(verdict)
