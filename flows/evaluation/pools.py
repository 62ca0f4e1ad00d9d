"""Where the work of an evaluation is done: in processes, or in this one; what dies is a failure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ...schemas import RolloutRecord, Shortcoming
from ..pool import InlinePool, JobError, WorkerPool
from .rolling import RollJob, read_scene

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")
Item = TypeVar("Item")
Result = TypeVar("Result")
Asked = TypeVar("Asked", contravariant=True)
Given = TypeVar("Given", covariant=True)


class RolloutPool(Protocol[Asked, Given]):
    """A pool that runs jobs."""

    def run(self, name: str, argument: Asked) -> Given:
        """The answer to a job.

        Raises:
            JobError: it failed, or was lost.
        """
        ...


@dataclass(frozen=True)
class AtOnce(Generic[Argument, Answer]):
    """A pool, and how calls of it are spread over threads that wait for it."""

    pool: RolloutPool[Argument, Answer]
    threads: ThreadPoolExecutor | None

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results, in order."""
        return map(function, items) if self.threads is None else self.threads.map(function, items)


@contextmanager
def rolling_pool(
    function: Callable[[Argument], Answer], workers: int, time_limit: float
) -> Generator[AtOnce[Argument, Answer]]:
    """Processes that run a function; none where `workers` is 0, and this one does."""
    if workers == 0:
        yield AtOnce(InlinePool(function), None)
        return
    with (
        WorkerPool(function, workers, time_limit) as pool,
        ThreadPoolExecutor(workers) as threads,
    ):
        yield AtOnce(pool, threads)


def rolled(pool: RolloutPool[RollJob, RolloutRecord], job: RollJob) -> RolloutRecord:
    """The record of a rollout; one whose policy hangs or dies is a failed one."""
    try:
        return pool.run(f"rollout {job.number}", job)
    except JobError as error:
        if error.lost is None:
            raise
        cause = Shortcoming.POLICY_HUNG if error.lost == "hung" else Shortcoming.POLICY_DIED
        scene = read_scene(job.scene).scene.id
        return RolloutRecord(number=job.number, scene=scene, success=False, steps=0, cause=cause)
