"""A series of datasets, each from the next seed: what a nightly schedule makes."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from ..schemas import DatasetSpec

T = TypeVar("T")
DONE = "logs/summary.json"
"""Written when a dataset is complete; relative to its folder."""

FAILURES = "failures.jsonl"
"""Tries of a series that ended in an error, one a line; relative to the folder of the series."""
TRIES = 3
"""How often a seed may end in an error; then the series goes on without it."""


def next_dataset(spec: DatasetSpec, folder: Path) -> tuple[DatasetSpec, Path]:
    """The first dataset of the series that is not complete: its spec and folder.

    A crashed one is thus finished before the next begins; one that ended in an error is tried
    again, `TRIES` times altogether.

    Args:
        spec: of the series; dataset k has the seed `spec.seed + k`.
        folder: holds one folder for each seed.
    """
    seed, failed = spec.seed, _failed(folder)
    while (folder / f"seed-{seed:08d}" / DONE).is_file() or failed.count(seed) >= TRIES:
        seed += 1
    updated = spec.model_copy(update={"seed": seed})
    return DatasetSpec.model_validate(updated.model_dump()), folder / f"seed-{seed:08d}"


def noted(folder: Path, seed: int, work: Callable[[], T]) -> T:
    """Do the work for the dataset of a seed; an error of it is recorded and passed on.

    Args:
        folder: of the series.
        seed: of the dataset.
        work: makes it.
    """
    try:
        return work()
    except Exception as error:
        _note(folder, seed, error)
        raise


def series_of(folder: Path) -> dict[int, Path]:
    """The folders of a series by their seeds, in order."""
    named = ((re.fullmatch(r"seed-(\d{8,})", path.name), path) for path in folder.glob("seed-*"))
    return dict(sorted((int(found[1]), path) for found, path in named if found))


def skipped_seeds(folder: Path) -> dict[int, int]:
    """The seeds that a series goes on without, and how often each ended in an error."""
    counts = Counter(_failed(folder))
    return {seed: count for seed, count in sorted(counts.items()) if count >= TRIES}


def _note(folder: Path, seed: int, error: Exception) -> None:
    line = {"seed": seed, "error": str(error), "when": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FAILURES).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _failed(folder: Path) -> list[int]:
    """The seeds whose datasets ended in an error, once for each time."""
    path = folder / FAILURES
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [seed for line in lines if (seed := _seed_in(line)) is not None]


def _seed_in(line: str) -> int | None:
    """The seed that a line names; None of one that was torn when the machine stopped."""
    try:
        found: Any = json.loads(line)
    except ValueError:
        return None
    seed: Any = cast("dict[str, Any]", found).get("seed") if isinstance(found, dict) else None
    return seed if isinstance(seed, int) else None
