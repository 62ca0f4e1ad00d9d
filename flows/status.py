"""The state of a dataset, or of a series of them, from their folders alone."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..generators.dataset import Dataset
from ..generators.quality.measures import failures_by_cause
from ..generators.quarantine import quarantined
from ..schemas import DatasetError
from .refusals import refusals
from .seeds import DONE, series_of, skipped_seeds
from .survey import StageSurvey, survey
from .work import Stages

LOCKS = Path("/proc/locks")
"""Where Linux lists who holds which lock."""


@dataclass(frozen=True)
class Status:
    """What is known of a dataset.

    Attributes:
        name: of the spec.
        seed: of the spec.
        stages: the shards of each.
        counts: tasks, scenes, attempts and the like, over all shards that are there.
        failures: attempts that missed their goal, by cause.
        refusals: why attempts at scenes that were given up ended.
        quarantined: shards that were left out on purpose, and why each failed.
        process: that makes it now; None where no process is known to.
        last_shard: when the last shard was made, local time; empty where nothing says so.
        summary: of the last run that finished it, as `logs/summary.json`; empty before.
    """

    name: str
    seed: int
    stages: dict[str, StageSurvey]
    counts: dict[str, int]
    failures: dict[str, int]
    refusals: dict[str, int]
    quarantined: dict[str, str]
    process: int | None
    last_shard: str
    summary: dict[str, Any]

    @property
    def finished(self) -> bool:
        """Whether nothing is missing."""
        return all(stage.missing == 0 for stage in self.stages.values())


@dataclass(frozen=True)
class SeriesStatus:
    """What is known of a series.

    Attributes:
        finished: seeds of the complete datasets.
        begun: seeds of the others that have a folder.
        skipped: seeds that ended in an error too often, with the number of times.
    """

    finished: tuple[int, ...]
    begun: tuple[int, ...]
    skipped: dict[int, int]


def status(root: Path, stages: Stages) -> Status:
    """Read the state of a dataset.

    Raises:
        DatasetError: the folder is no dataset, or damaged.
    """
    dataset = Dataset(root)
    counts = Counter[str]()
    for stage in ("tasks", "scenes", "episodes", "frames"):
        for record in dataset.records(stage):
            counts.update(record.counts)
    return Status(
        name=dataset.spec.name,
        seed=dataset.spec.seed,
        stages=survey(root, dataset.spec, stages, dataset.library_version),
        counts=dict(counts),
        failures=failures_by_cause(dataset.episodes()),
        refusals=refusals(root),
        quarantined={"/".join(x.place): x.message for x in quarantined(root)},
        process=holder(root),
        last_shard=_last_shard(root),
        summary=_summary(root),
    )


def series_status(root: Path) -> SeriesStatus | None:
    """The state of a series of datasets; None where the folder holds none."""
    seeds = series_of(root)
    if not seeds:
        return None
    return SeriesStatus(
        finished=tuple(seed for seed, folder in seeds.items() if (folder / DONE).is_file()),
        begun=tuple(seed for seed, folder in seeds.items() if not (folder / DONE).is_file()),
        skipped=skipped_seeds(root),
    )


def holder(root: Path) -> int | None:
    """The process that holds a dataset's lock, or the first of several that have joined."""
    return next(iter(holders(root)), None)


def holders(root: Path) -> tuple[int, ...]:
    """The processes that hold a dataset's lock, as far as this machine's kernel says.

    The lock itself is not tried: a run that starts at this moment would find it taken.
    """
    try:
        file = (root / ".lock").stat()
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return ()
    device = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    found = [int(x[x.index(device) - 1]) for x in map(str.split, lines) if device in x]
    # Of processes in other containers the kernel tells no number.
    return tuple(dict.fromkeys(process for process in found if process > 0))


def _last_shard(root: Path) -> str:
    path = root / "logs" / "timings.jsonl"
    if not path.is_file():
        return ""
    for line in reversed(path.read_text(encoding="utf-8").splitlines()):
        try:
            found: dict[str, Any] = json.loads(line)
        except ValueError:  # torn when the machine stopped
            continue
        return str(found["finished"])
    return ""


def _summary(root: Path) -> dict[str, Any]:
    path = root / DONE
    if not path.is_file():
        return {}
    try:
        read: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise DatasetError(f"{path} is damaged; remove it, and finish the dataset") from error
    return read
