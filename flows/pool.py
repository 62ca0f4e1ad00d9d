"""Worker processes that can die, hang or be killed without taking the run with them."""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, Self, TypeVar

from ..schemas import CousinsError, RunError
from .faults import sentence, summary
from .signals import kept_from_children, received

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")
START_LIMIT = 300.0
"""Seconds a worker process may take to start on a busy machine."""
RETRIES = 2
"""How often a job is given to a new process after one died on it."""


class JobError(RunError):
    """A job failed in its process.

    Attributes:
        fatal: the input is wrong, or the disk full, so that other jobs are bound to fail too.
        machine: the fault is that of the machine, and not of the input.
        trace: the traceback of an unforeseen error; empty otherwise.
        lost: the job ran out of time, or its process died; None where it failed by itself.
    """

    def __init__(
        self,
        message: str,
        *,
        fatal: bool = False,
        trace: str = "",
        lost: Literal["hung", "died"] | None = None,
        machine: bool = False,
    ) -> None:
        """Keep whether the run should end."""
        super().__init__(message)
        self.fatal = fatal
        self.trace = trace
        self.lost = lost
        self.machine = machine

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """2 where the input is wrong, else 1."""
        return 2 if self.fatal and not self.machine else 1


class _DiedError(Exception):
    """A worker process died; the text says how."""


@dataclass(frozen=True)
class JobFailure:
    """A worker's message in place of an answer; exceptions do not always survive pickling."""

    message: str
    fatal: bool
    trace: str = ""
    machine: bool = False

    def error(self, name: str) -> JobError:
        """What is raised for it.

        Args:
            name: of the job, for the message.
        """
        return JobError(
            f"{name}: {self.message}", fatal=self.fatal, trace=self.trace, machine=self.machine
        )


@dataclass(frozen=True)
class _Worker:
    process: BaseProcess
    pipe: Connection[Any, Any]


class WorkerPool(Generic[Argument, Answer]):
    """Runs one function in spawned processes. `run` blocks, and may be called from any thread.

    Use as a context manager: leaving it ends the processes.
    """

    def __init__(
        self, function: Callable[[Argument], Answer], workers: int, time_limit: float | None = None
    ) -> None:
        """Prepare; processes start when first needed.

        Args:
            function: importable by name.
            workers: how many processes.
            time_limit: seconds a job may take before its process is killed.
        """
        self._function = function
        self._time_limit = time_limit
        self._context = multiprocessing.get_context("spawn")
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[BaseProcess] = set()
        self._guard = threading.Lock()
        self._closed = False
        for _ in range(workers):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, name: str, argument: Argument) -> Answer:
        """The function's answer, computed in a worker process.

        Args:
            name: of the job, for messages.
            argument: pickled to the process.

        Raises:
            JobError: the job failed, took too long, or its process died three times.
        """
        deaths: list[str] = []
        while len(deaths) <= RETRIES:
            worker = self._idle.get()
            usable = False
            try:
                worker = worker or self._start()
                answer = self._ask(worker, name, argument)
                usable = True
            except _DiedError as death:
                deaths.append(str(death))
                continue
            finally:
                self._idle.put(worker if usable else None)
            if isinstance(answer, JobFailure):
                raise answer.error(name)
            return answer
        raise JobError(
            f"{name}: its process died {len(deaths)} times ({', '.join(deaths)}); "
            "killed by signal 9 often means too little memory: try fewer --workers",
            lost="died",
        )

    def close(self) -> None:
        """Kill the processes; calls in progress raise JobError."""
        with self._guard:
            self._closed = True
            processes = list(self._all)
        for process in processes:
            process.kill()
        for process in processes:
            self._reap(process)

    def _reap(self, process: BaseProcess) -> None:
        # Two threads that wait for one process at a time would take its exit code from each other.
        with self._guard:
            process.join()

    def _ask(self, worker: _Worker, name: str, argument: Argument) -> Answer | JobFailure:
        try:
            worker.pipe.send(argument)
            # The pipe also becomes ready when the process at its other end dies.
            if not wait([worker.pipe], self._time_limit):
                worker.process.kill()
                self._reap(worker.process)
                raise JobError(
                    f"{name}: took more than {self._time_limit:g} s and was ended", lost="hung"
                )
            answer: Answer | JobFailure = worker.pipe.recv()
            return answer
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            self._reap(worker.process)
            raise _DiedError(_death(worker.process)) from error

    def _start(self) -> _Worker:
        with self._guard:
            if self._closed or received() is not None:
                raise JobError("the run was ended")
            here, there = self._context.Pipe()
            process = self._context.Process(
                target=_serve, args=(there, self._function), daemon=True, name="cousins-worker"
            )
            # Starting the tracker would take the signal's block away again.
            resource_tracker.ensure_running()
            with kept_from_children():
                process.start()
            self._all.add(process)
        there.close()
        # The time limit of a job does not count the start of its process.
        if not wait([here], START_LIMIT):
            process.kill()
            raise JobError(f"a worker process did not start within {START_LIMIT:g} s")
        try:
            here.recv()
        except EOFError as error:
            self._reap(process)
            raise _DiedError(f"at its start: {_death(process)}") from error
        return _Worker(process, here)


def _death(process: BaseProcess) -> str:
    code = process.exitcode or 0
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _serve(pipe: Connection[Any, Any], function: Callable[[Any], Any]) -> None:
    """A worker: answers jobs until the pipe closes, and dies with its parent."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # A parent that is gone closes the pipe, or resets it where something is still in there.
    with suppress(EOFError, ConnectionError):
        pipe.send("ready")
        while True:
            argument = pipe.recv()
            pipe.send(guarded(function, argument))


def guarded(function: Callable[[Any], Any], argument: Any) -> Any:
    """The answer, or a `JobFailure`, which can be sent.

    Args:
        function: of one argument.
        argument: is given to it.
    """
    try:
        return function(argument)
    except CousinsError as error:
        return JobFailure(str(error), fatal=error.exit_code == 2)
    except Exception as error:  # the border of a process: the parent raises it again
        told = sentence(error)
        if told is not None:
            return JobFailure(told, fatal=isinstance(error, OSError), machine=True)
        return JobFailure(summary(error), fatal=False, trace=traceback.format_exc())


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class InlinePool(Generic[Argument, Answer]):
    """One worker without a process: runs jobs in the calling thread, for debugging and tests."""

    def __init__(self, function: Callable[[Argument], Answer]) -> None:
        """Keep the function."""
        self._function = function

    def run(self, name: str, argument: Argument) -> Answer:
        """The function's answer.

        Raises:
            JobError: the job failed in an expected way.
        """
        try:
            return self._function(argument)
        except CousinsError as error:
            raise JobError(f"{name}: {error}", fatal=error.exit_code == 2) from error

    def close(self) -> None:
        """Nothing to end."""
