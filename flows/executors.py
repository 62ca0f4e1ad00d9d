"""How the units of a run are carried out: in threads, or one by one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from ..generators.shards import ShardRecord
from ..generators.store.joint import ClaimLostError
from .pool import JobError
from .work import Job, Result, ShardTask

Done = Callable[[ShardTask, ShardRecord | BaseException], None]


class Pool(Protocol):
    """Where the work of a shard is done."""

    def run(self, name: str, argument: Job) -> Result:
        """Do it, and wait for it."""
        ...

    def close(self) -> None:
        """End what still runs."""
        ...


class ShardExecutor(Protocol):
    """Runs `make` for units, some at a time, and calls `done` from any thread."""

    def begin(self, root: Path) -> None:
        """The dataset is locked: no other run of it is alive."""
        ...

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Start one unit."""
        ...


class ThreadExecutor:
    """Threads that wait for worker processes."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        """Use these threads."""
        self._threads = threads

    def begin(self, root: Path) -> None:
        """Nothing to prepare."""

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Start one unit."""

        def answer(future: Future[ShardRecord]) -> None:
            # What an error elsewhere cancelled has no answer, and nobody waits for one.
            if not future.cancelled():
                done(unit, future.exception() or future.result())

        self._threads.submit(make, unit).add_done_callback(answer)


class InlineExecutor:
    """Runs each unit at once, in the calling thread."""

    def begin(self, root: Path) -> None:
        """Nothing to prepare."""

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Run one unit."""
        try:
            record = make(unit)
        except (JobError, ClaimLostError) as error:
            done(unit, error)
        else:
            done(unit, record)
