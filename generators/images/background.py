"""Work off the critical path: calls that one other thread carries out, in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from types import TracebackType
from typing import Any, Self, TypeVar

Result = TypeVar("Result")
WAITING = 8
"""Calls that wait at most: what they hold is all that memory is needed for."""


class Background:
    """One thread that carries out calls in the order in which they come. Use as a context manager.

    While a call encodes and writes one frame, the caller draws the next. The first error of a
    call is raised by the next `do`, or at the end; what waits then is dropped.
    """

    def __init__(self, waiting: int = WAITING) -> None:
        """Start; `do` waits while `waiting` calls do."""
        self._pool = ThreadPoolExecutor(1, "background")
        self._room = Semaphore(waiting)
        self._error: BaseException | None = None

    def do(self, call: Callable[[], Result]) -> Future[Result]:
        """Have a call carried out after all before it, which may use each other's results.

        Raises:
            BaseException: the error of an earlier call.
        """
        self._room.acquire()
        if self._error is not None:
            self._room.release()
            raise self._error
        future = self._pool.submit(call)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        if not future.cancelled() and self._error is None:
            self._error = future.exception()
        self._room.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        failed = kind is not None or self._error is not None
        self._pool.shutdown(wait=True, cancel_futures=failed)
        if kind is None and self._error is not None:
            raise self._error
