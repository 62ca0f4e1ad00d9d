"""The process in which OmniGibson runs, as this side sees it."""

from __future__ import annotations

from dataclasses import dataclass

from ..outside.apart.messages import Message
from ..process import WorkerDiedError, WorkerFailedError, WorkerProcess, apart_environment
from .environment import interpreter

MODULE = "apart.omnigibson"


@dataclass(frozen=True)
class WorkerLimits:
    """Seconds that things may take.

    Attributes:
        start: until OmniGibson is imported.
        opening: until Isaac Sim has started, and a scene is open in it.
        request: until another request is answered.
    """

    start: float = 300.0
    opening: float = 1800.0
    request: float = 600.0


class OmniGibsonError(Exception):
    """The process died, or OmniGibson refused; the text has its last words.

    Attributes:
        kind: the name of the exception that OmniGibson or the worker raised; empty where the
            process died.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        """Say why."""
        super().__init__(message)
        self.kind = kind


class OmniGibsonClient:
    """One process with one open environment. Not for several threads at once."""

    def __init__(
        self, command: tuple[str, ...] | None = None, limits: WorkerLimits | None = None
    ) -> None:
        """Prepare; the process starts with the first request.

        Args:
            command: what answers; None is OmniGibson.
            limits: how long things may take.

        Raises:
            BackendMissingError: OmniGibson cannot be used here.
        """
        self._command = command or (str(interpreter()), "-m", MODULE)
        self._limits = limits or WorkerLimits()
        self._process: WorkerProcess | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process; None where none runs."""
        return None if self._process is None else self._process.id

    @property
    def running(self) -> bool:
        """Whether a process runs."""
        return self._process is not None

    def ask(self, request: Message) -> Message:
        """The answer to a request.

        Raises:
            OmniGibsonError: the process died or refused; it is ended.
        """
        opening = request.head["do"] == "open"
        limit = self._limits.opening if opening else self._limits.request
        try:
            if self._process is None:
                self._process = WorkerProcess(
                    self._command, apart_environment(), self._limits.start
                )
            return self._process.ask(request, limit)
        except WorkerDiedError as death:
            self.close()
            raise OmniGibsonError(str(death)) from death
        except WorkerFailedError as failure:
            self.close()
            raise OmniGibsonError(str(failure), failure.kind) from failure

    def close(self) -> None:
        """End the process; the next request starts another."""
        if self._process is not None:
            self._process.close()
        self._process = None
