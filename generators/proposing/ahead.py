"""Trials of several tasks side by side: how they are run, and what is known of them by now."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...schemas import DatasetSpec, TaskSpec

if TYPE_CHECKING:
    from .draft import RefusedError


@dataclass(frozen=True)
class Tried:
    """The result of a trial: why no scene came about, or nothing."""

    refusal: RefusedError | None


RunTrials = Callable[[DatasetSpec, Sequence[TaskSpec]], Mapping[int, Tried]]


@dataclass
class _Ahead:
    """How trials are run side by side, and the results so far by the tasks' hash."""

    run: RunTrials
    results: dict[str, Tried] = field(default_factory=dict[str, Tried])


_ahead: ContextVar[_Ahead | None] = ContextVar("ahead", default=None)


@contextmanager
def trying_ahead(run: RunTrials) -> Generator[None]:
    """Let trials inside of the block go on side by side.

    Args:
        run: tries tasks; gives the results by their place. What it leaves out is tried when its
            turn comes.
    """
    before = _ahead.set(_Ahead(run))
    try:
        yield
    finally:
        _ahead.reset(before)


def tries_ahead() -> bool:
    """Whether trials go on side by side."""
    return _ahead.get() is not None


def try_ahead(spec: DatasetSpec, tasks: Sequence[TaskSpec]) -> None:
    """Try several tasks side by side where `trying_ahead` says how; their results are kept.

    The results are those of `trial`, so that whether and in which order it is done changes nothing.
    """
    ahead = _ahead.get()
    if ahead is not None:
        new = [task for task in tasks if task.content_hash() not in ahead.results]
        found = ahead.run(spec, new)
        ahead.results |= {new[number].content_hash(): tried for number, tried in found.items()}


def known(task: TaskSpec) -> Tried | None:
    """The result of a task that was tried ahead."""
    ahead = _ahead.get()
    return None if ahead is None else ahead.results.get(task.content_hash())
