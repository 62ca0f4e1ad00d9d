"""The record of an unforeseen error: one line, and its traceback in a file."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from pathlib import Path


def summary(error: BaseException) -> str:
    """Kind, text and place of an unforeseen error in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{place}: {text}" if text else f"{type(error).__name__}{place}"


def write_log(error: BaseException) -> Path:
    """Keep the traceback in a file of its own among the temporary files."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    descriptor, name = tempfile.mkstemp(prefix=f"cousins-{stamp}-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    return Path(name)
