"""Trial scenes of proposed tasks, in as many processes as a run may have.

A shard of tasks is made in a worker process, which may have no children of its own kind; these are
plain subprocesses that end when whoever started them does. They stay from shard to shard.
"""

from __future__ import annotations

import atexit
import pickle
import queue
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, cast

from ..generators.proposing.ahead import Tried, trying_ahead
from ..schemas import DatasetSpec, TaskSpec
from .signals import kept_from_children
from .work import Job, Stages

MODULE = "cousins.flows.trial_process"


@dataclass(frozen=True)
class TrialJob:
    """The trial of one task."""

    stages: Stages
    spec: DatasetSpec
    task: TaskSpec


@contextmanager
def trials_of(job: Job) -> Generator[None]:
    """Inside, trials of a shard of tasks go on in several processes, if the run may have some.

    Args:
        job: a shard of tasks.
    """
    if job.workers < 2:
        yield
        return
    pool = _pool(job.workers)

    def run(spec: DatasetSpec, tasks: Sequence[TaskSpec]) -> Mapping[int, Tried]:
        return pool.run([TrialJob(job.stages, spec, task) for task in tasks])

    with trying_ahead(run):
        yield


@lru_cache(maxsize=4)
def _pool(workers: int) -> TrialPool:
    pool = TrialPool(workers)
    atexit.register(pool.close)
    return pool


class TrialPool:
    """Processes that try tasks; each starts when it is first needed."""

    def __init__(self, workers: int) -> None:
        """Prepare.

        Args:
            workers: processes at most.

        Attributes:
            idle: processes that wait for a job, and None for each that was not started.
        """
        self.workers = workers
        self.idle: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        for _ in range(workers):
            self.idle.put(None)

    def run(self, jobs: Sequence[TrialJob]) -> dict[int, Tried]:
        """The results by the jobs' place; without those whose trial failed or whose process died.

        Whoever asked tries these himself, and hears the error.
        """
        if not jobs:
            return {}
        with ThreadPoolExecutor(min(self.workers, len(jobs))) as threads:
            found = list(threads.map(self._one, jobs))
        return {place: tried for place, tried in enumerate(found) if tried is not None}

    def close(self) -> None:
        """End the processes that are idle."""
        with suppress(queue.Empty):
            while True:
                process = self.idle.get_nowait()
                if process is not None:
                    _end(process)

    def _one(self, job: TrialJob) -> Tried | None:
        process = self.idle.get()
        alive = False
        try:
            process = process or _started()
            pickle.dump(job, _stream(process.stdin))
            _stream(process.stdin).flush()
            answer: object = pickle.load(_stream(process.stdout))
            alive = True
            return answer if isinstance(answer, Tried) else None
        except (EOFError, OSError, pickle.PickleError):
            return None
        finally:
            if not alive and process is not None:
                _end(process)
            self.idle.put(process if alive else None)


def _started() -> subprocess.Popen[bytes]:
    """A new process, which finds modules where this one does."""
    with kept_from_children():
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    pickle.dump(sys.path, _stream(process.stdin))
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            _stream(stream).close()
    process.wait()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", stream)
