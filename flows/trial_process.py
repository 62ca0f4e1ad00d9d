"""A process that tries tasks: pickled jobs come on its input, results go to its output.

It ends when its input does, so that it never outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from .trials import TrialJob


def main() -> None:
    """Answer until the input ends."""
    # What a library prints must not come between the results.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    sys.path[:] = pickle.load(source)
    jobs: queue.SimpleQueue[TrialJob] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(source, jobs), daemon=True).start()
    while True:
        pickle.dump(_tried(jobs.get()), answers)
        answers.flush()


def _read(source: IO[bytes], jobs: queue.SimpleQueue[TrialJob]) -> None:
    """Take jobs; end the process, whatever it does, once there will be no more."""
    while True:
        try:
            jobs.put(pickle.load(source))
        except EOFError:
            os._exit(0)


def _tried(job: TrialJob) -> object:
    """The result, or None where the trial itself fails: then it fails where it was asked for."""
    from ..generators.proposing.ahead import Tried
    from ..generators.proposing.trial import trial
    from .work import library_of

    try:
        return Tried(trial(job.spec, job.task, library_of(job.stages, job.spec.assets)))
    except Exception:  # the border of a process: whoever asked tries again, and sees it
        return None


if __name__ == "__main__":
    main()
