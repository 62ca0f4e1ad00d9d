"""Hears what becomes of answers while tasks are proposed, so that none is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from ...schemas import DroppedParaphrase, TaskSpec, Verdict
from .ledger import Usage

BAD_START = "bad_start"
"""Label of a refusal that has none of its own: the start cannot be arranged."""
Tell = Callable[[Usage], None]
"""Is told the running total of what was asked, now and then."""


@dataclass
class Heard:
    """What was told so far.

    Attributes:
        verdicts: in their order.
        used: what the answers took; known ones count as when they were asked for.
        tell: hears the running total.
    """

    tell: Tell
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    used: Usage = field(default_factory=Usage)


_heard: ContextVar[Heard | None] = ContextVar("verdicts", default=None)


@contextmanager
def hearing(tell: Tell = lambda _: None) -> Generator[Heard]:
    """Gather the verdicts and the usage that are told inside of the block."""
    said = Heard(tell)
    before = _heard.set(said)
    try:
        yield said
    finally:
        _heard.reset(before)


def accepted(
    number: int, attempt: int, task: TaskSpec, dropped: tuple[DroppedParaphrase, ...] = ()
) -> None:
    """Tell that an answer became a task, and which of its paraphrases the task does not have."""
    _tell(Verdict(number=number, attempt=attempt, task=task.id, dropped=dropped))


def refused(number: int, attempt: int, why: Exception) -> None:
    """Tell why an answer did not become a task; the error may have a `label`, a stable word."""
    label = str(getattr(why, "label", BAD_START))
    _tell(Verdict(number=number, attempt=attempt, label=label, reason=str(why)))


def spent(used: Usage, total: Usage) -> None:
    """Tell what the answers took.

    Args:
        used: by all answers of this batch so far.
        total: of all that was ever asked for.
    """
    said = _heard.get()
    if said is not None:
        said.used = used
        said.tell(total)


def _tell(verdict: Verdict) -> None:
    said = _heard.get()
    if said is not None:
        said.verdicts.append(verdict)
