"""Faults at the edge: what a user reads where something goes wrong that no check has foreseen."""

from __future__ import annotations

import errno
import os
from pathlib import Path

DEBUG = "COUSINS_DEBUG"
"""Environment variable: tracebacks are printed where it is set."""
DEFECT = 3
"""Exit code where the fault lies in this program."""
_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}


def debugging() -> bool:
    """Whether tracebacks are to be printed."""
    return bool(os.environ.get(DEBUG))


def sentence(error: BaseException) -> str | None:
    """A sentence for the user about a fault of the machine; None where the fault is another."""
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f" ({error.filename})" if error.filename else ""
        return f"{_FULL[error.errno]}{where}; free some space, and the same command goes on"
    if isinstance(error, MemoryError):
        return "there is too little memory; try fewer --workers, and the same command goes on"
    return None


def summary(error: BaseException) -> str:
    """Kind, text and place of an unforeseen error in one line."""
    from ..schemas import defects  # not before it is needed: start-up stays light

    return defects.summary(error)


def write_log(error: BaseException) -> Path:
    """Keep the traceback in a file of its own among the temporary files."""
    from ..schemas import defects

    return defects.write_log(error)
