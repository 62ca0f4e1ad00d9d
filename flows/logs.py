"""What the logs in a dataset's folder say: when shards were made, and why some failed."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..generators.dataset import Dataset
from ..schemas import DatasetError
from .status import holders

TIMINGS = "logs/timings.jsonl"
FAILURES = "logs/failures.log"
"""Both relative to the dataset's folder."""


def shard_lines(root: Path, last: int) -> list[str]:
    """One line for each of the last shards that were made: when, which, and seconds.

    Args:
        root: the dataset's folder.
        last: how many.

    Raises:
        DatasetError: the folder is no dataset.
    """
    Dataset(root)
    path = root / TIMINGS
    if not path.is_file():
        return []
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines()[-last:]:
        with suppress(ValueError, KeyError):  # torn when the machine stopped
            found: dict[str, Any] = json.loads(line)
            lines.append(f"{found['finished']}  {found['shard']}  {found['wall_seconds']:.1f} s")
    return lines


def failure_lines(root: Path) -> list[str]:
    """Tracebacks of shards that failed, then what is quarantined and why.

    Raises:
        DatasetError: the folder is no dataset.
    """
    dataset, path = Dataset(root), root / FAILURES
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return lines + [f"quarantined: {record.message}" for record in dataset.quarantined()]


def cancel(root: Path) -> tuple[int, ...]:
    """Ask the processes of this machine that make a dataset to end; they keep what is finished.

    Raises:
        DatasetError: no process of this machine makes it.
    """
    found = holders(root)
    if not found:
        raise DatasetError(f"no process of this machine makes {root}")
    for process in found:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGTERM)
    return found
