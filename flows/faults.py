"""Faults at the edge: what a user reads where something goes wrong that no check has foreseen."""

from __future__ import annotations

import errno
import os

from ..schemas.defects import summary, write_log

__all__ = ["DEBUG", "DEFECT", "debugging", "sentence", "summary", "write_log"]

DEBUG = "COUSINS_DEBUG"
"""Environment variable: tracebacks are printed where it is set."""
DEFECT = 3
"""Exit code where the fault lies in this program."""
_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up"}


def debugging() -> bool:
    """Whether tracebacks are to be printed."""
    return bool(os.environ.get(DEBUG))


def sentence(error: BaseException) -> str | None:
    """What a fault of the machine means for the user; None where the fault is another."""
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f" ({error.filename})" if error.filename else ""
        return f"{_FULL[error.errno]}{where}; free some space, and the same command goes on"
    if isinstance(error, MemoryError):
        return "there is too little memory; try fewer --workers, and the same command goes on"
    return None
