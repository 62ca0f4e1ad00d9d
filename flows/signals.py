"""Signals: an interruption ends every command within seconds, with one sentence.

A dataset's folder is whole at every moment, so ending is always safe: what is under way gets a
moment to end in order, and the process then ends whatever still holds it up. Only the standard
library is imported here: it is the first thing that a command runs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

GRACE = 2.5
"""Seconds that an interrupted command may take to end in order."""
SENTENCE = "interrupted; the same command goes on from here"
HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked this process to end.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        """Keep the signal's number."""
        super().__init__(SENTENCE)
        self.number = number


class _State:
    """Of this process."""

    received: int | None = None
    said = False


def install() -> None:
    """Handle interruptions from now to the end of this process; shells may have ignored them."""
    for number in HANDLED:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)
    sys.unraisablehook = partial(_unraised, sys.unraisablehook)


def received() -> int | None:
    """The number of the signal that interrupted this process, if one has."""
    return _State.received


def again() -> None:
    """Raise the interruption once more, if there was one.

    Libraries that catch whatever their own imports raise would otherwise let a run go on.

    Raises:
        Interrupted: a signal has asked this process to end.
    """
    if _State.received is not None:
        raise Interrupted(_State.received)


def say() -> None:
    """The sentence on standard error, once."""
    if not _State.said:
        _State.said = True
        os.write(2, f"{SENTENCE}\n".encode())


def exit_code(error: BaseException | None = None) -> int:
    """128 and the number of the signal, as shells count."""
    number = error.number if isinstance(error, Interrupted) else _State.received
    return 128 + (number or signal.SIGINT)


@contextmanager
def kept_from_children() -> Generator[None]:
    """Processes that are started within do not get the terminal's interrupt; their parent does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unraised(before: Callable[[Any], object], problem: Any) -> None:
    """Show what a callback could not raise, but for an interruption: `again` raises that."""
    if not isinstance(problem.exc_value, Interrupted):
        before(problem)


def _on_signal(number: int, frame: FrameType | None) -> None:
    del frame
    if _State.received is not None:
        _end(number)
    _State.received = number
    timer = threading.Timer(GRACE, _end, (number,))
    timer.daemon = True
    timer.start()
    raise Interrupted(number)


def _end(number: int) -> None:
    """End at once. The embedded server ends with this process; workers may still be starting."""
    say()
    processes = sys.modules.get("multiprocessing")
    for child in processes.active_children() if processes is not None else ():
        child.kill()
    sys.stdout.flush()
    os._exit(128 + number)
