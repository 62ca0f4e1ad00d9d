"""Tries inputs in a child process that is started again after a death."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from mutation import Case

ROOT = Path(__file__).resolve().parents[2]
START = 900.0
"""Seconds that a child may take to start, on a busy machine and with an empty cache."""
IMPORTS = 10.0
"""Seconds of the processor that the first input may take besides: it imports libraries."""


@dataclass(frozen=True)
class Outcome:
    """What came of an input.

    Attributes:
        kind: accepted, refused, or crashed.
        sign: equal for crashes that are alike; empty otherwise.
        text: the refusal, or the traceback.
        seconds: of the processor.
    """

    kind: Literal["accepted", "refused", "crashed"]
    sign: str = ""
    text: str = ""
    seconds: float = 0.0


def processor_seconds(pid: int) -> float:
    """That a process has used so far; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ChildError(Exception):
    """The process in which inputs are tried cannot be started."""


class Child:
    """A process that tries inputs. Use as a context manager.

    Attributes:
        deaths: how often it died or was ended.
    """

    def __init__(self, target: str, megabytes: int, seconds: float) -> None:
        """Prepare; the process starts with the first input.

        Args:
            target: what to try.
            megabytes: of address space.
            seconds: of the processor that an input may take; ten times as many by the clock.
        """
        self.target, self.megabytes, self.seconds = target, megabytes, seconds
        self.deaths = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def ask(self, case: Case) -> Outcome:
        """Try one input."""
        process = self._process or self.start()
        assert process.stdin is not None
        assert process.stdout is not None
        raw = pickle.dumps(case)
        try:
            process.stdin.write(struct.pack("<I", len(raw)) + raw)
            process.stdin.flush()
        except BrokenPipeError:
            return self._dead()
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            if not self._answers(ready, process.pid):
                self._end()
                self.deaths += 1
                return Outcome("crashed", "hangs", f"no answer within {self.seconds:g} s")
        line = process.stdout.readline()
        if not line:
            return self._dead()
        self._fresh = False
        said = json.loads(line)
        if said["outcome"] != "crashed" and said["seconds"] > self.seconds:
            return Outcome("crashed", "slow", f"{said['seconds']} s; at most {self.seconds} s")
        return Outcome(said["outcome"], said.get("sign", ""), said.get("text", ""), said["seconds"])

    def _answers(self, ready: selectors.BaseSelector, pid: int) -> bool:
        """Whether an answer comes in time; a machine that is busy with other things counts less."""
        grace = IMPORTS if self._fresh else 0.0
        began, used = time.monotonic(), processor_seconds(pid)
        while not ready.select(0.25):
            if processor_seconds(pid) - used > self.seconds + grace:
                return False
            if time.monotonic() - began > 10 * (self.seconds + grace):
                return False
        return True

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, and wait until it has imported what it needs.

        Raises:
            ChildError: it does not say so in time.
        """
        command = [sys.executable, str(Path(__file__).with_name("child.py")), self.target]
        environment = {
            **os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [*command, str(self.megabytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, process_group=0,
        )  # fmt: skip
        self._fresh = True
        ready = self._process.stdout
        assert ready is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(ready, selectors.EVENT_READ)
            if not waiting.select(START) or ready.readline() != b"ready\n":
                self._end()
                raise ChildError(f"the process for {self.target} did not start")
        return self._process

    def _dead(self) -> Outcome:
        process = self._process
        assert process is not None
        code = process.wait()
        self._end()
        self.deaths += 1
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Outcome("crashed", f"died: {name}", "the process ended")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
