"""The process in which inputs are tried, one after the other, within limits.

    python tests/fuzz/child.py TARGET MEGABYTES

Each input comes on standard input as its length in four bytes and a pickled Case from the parent;
each answer goes to standard output as a line of JSON.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KEPT = 300
"""Inputs between two emptyings of the cache."""
OURS = ("/schemas/", "/scenes/", "/tasks/", "/generators/", "/flows/")
PLACES = 3
"""Innermost places of a traceback that tell one crash from another."""


def main(target: str, megabytes: int) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    if not os.environ.get("FUZZ_STDERR"):
        os.dup2(nothing, 2)
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    inputs = sys.stdin.buffer
    with tempfile.TemporaryDirectory() as work:
        import targets

        from cousins.scenes.importing import decompose

        decompose.TIME_LIMIT = 20.0
        targets.PREPARED.get(target, dict)()
        # From here on, nothing is kept in the user's own cache.
        cache = Path(work, "cache")
        os.environ["COUSINS_CACHE"] = str(cache)
        tempfile.tempdir = work  # what native code leaves goes with it
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        answers.write("ready\n")
        answers.flush()
        number = 0
        while len(head := inputs.read(4)) == 4:
            case = pickle.loads(inputs.read(struct.unpack("<I", head)[0]))
            answers.write(json.dumps(_answer(targets, target, case, Path(work, "case"))) + "\n")
            answers.flush()
            number += 1
            if number % KEPT == 0:
                shutil.rmtree(cache, ignore_errors=True)


def _answer(targets: Any, target: str, case: dict[str, bytes], folder: Path) -> dict[str, object]:
    """Try one input."""
    from cousins.schemas import CousinsError

    shutil.rmtree(folder, ignore_errors=True)
    for name, raw in case.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    folder.mkdir(exist_ok=True)
    began = _cpu()
    try:
        try:
            targets.TARGETS[target](folder)
            said = {"outcome": "accepted"}
        except CousinsError as error:
            said = {"outcome": "refused", "text": targets.shown(error)}
    except BaseException as error:
        said = {"outcome": "crashed", "sign": _sign(error), "text": _told(error)}
    return {**said, "seconds": round(_cpu() - began, 3)}


def _cpu() -> float:
    """Seconds of this process and its children."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _sign(error: BaseException) -> str:
    """The kind of a crash and where it is; equal for inputs that fail alike."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        f for f in frames if any(room in f.filename for room in OURS) and "site-p" not in f.filename
    ]
    places = [*own[-PLACES:], *frames[-1:]]
    return " < ".join(
        [type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(places))]
    )


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-6000:]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
