"""What a run would cost: shards, time, disk and memory, from rates of shards that were made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..generators.shards import EXPORTS
from ..schemas import DatasetSpec
from .survey import StageSurvey, survey
from .work import Stages

MIB = 1024 * 1024
WORKER_BYTES = 600 * MIB
"""Memory of a worker process, as seen with tabletop scenes; furnished rooms take more."""
MAIN_BYTES = 400 * MIB
"""Memory of the process that schedules."""
RECENT = 400
"""Shards from whose times rates are taken, the last ones."""
SECONDS = {"tasks": 0.4, "scenes": 2.0, "episodes": 2.0, "frames": 1.0, EXPORTS: 10.0}
"""Default rates on one core: of a task, a scene, an attempt, a frame, and a format."""
BYTES = {"tasks": 1500, "scenes": 170_000, "episodes": 240_000, "frames": 300_000, EXPORTS: 0}
"""Default rates: of the same."""


@dataclass(frozen=True)
class StageEstimate:
    """What is left of a stage.

    Attributes:
        shards: to be made.
        seconds: of work on one core, for all of them.
        bytes: that they will take, all of them.
        measured: whether the rates are those of this dataset's own shards.
    """

    shards: int
    seconds: float
    bytes: int
    measured: bool


@dataclass(frozen=True)
class RunEstimate:
    """What a run would cost.

    Attributes:
        stages: what is left of each.
        workers: processes that were reckoned with.
    """

    stages: dict[str, StageEstimate]
    workers: int

    @property
    def seconds(self) -> float:
        """Wall time: what is left, shared by the workers."""
        return sum(stage.seconds for stage in self.stages.values()) / self.workers

    @property
    def bytes(self) -> int:
        """Disk that will be taken."""
        return sum(stage.bytes for stage in self.stages.values())

    @property
    def memory(self) -> int:
        """Memory of all processes, bytes."""
        return MAIN_BYTES + self.workers * WORKER_BYTES


def estimate_run(
    root: Path, spec: DatasetSpec, stages: Stages, version: str, workers: int
) -> RunEstimate:
    """Estimate what is left of a dataset.

    Args:
        root: its folder; it need not exist.
        spec: what is asked for.
        stages: named in every shard's key.
        version: of the asset libraries, also part of the keys.
        workers: processes.

    Raises:
        DatasetError: a record is damaged.
    """
    found, seconds = survey(root, spec, stages, version), _seconds(root)
    return RunEstimate(
        {stage: _of(stage, state, spec, seconds.get(stage)) for stage, state in found.items()},
        workers,
    )


def _of(stage: str, state: StageSurvey, spec: DatasetSpec, measured: float | None) -> StageEstimate:
    there = state.made + state.outdated
    items = _items(stage, spec) / state.expected
    seconds = measured if measured is not None else SECONDS[stage] * items
    size = state.bytes / there if there else BYTES[stage] * items
    return StageEstimate(
        state.missing, seconds * state.missing, round(size * state.missing), measured is not None
    )


def _items(stage: str, spec: DatasetSpec) -> int:
    """Tasks, scenes, attempts, frames or formats that a spec asks for, about."""
    scenes = spec.tasks.count * spec.scenes_per_task
    attempts = spec.tasks.count * spec.episodes.per_task * spec.episodes.per_scene
    views = max(1, len(spec.cameras))
    number = {
        "tasks": spec.tasks.count,
        "scenes": scenes,
        "episodes": attempts,
        "frames": (scenes + attempts) * views,
    }
    return number.get(stage, len(spec.export))


def _seconds(root: Path) -> dict[str, float]:
    """Mean wall seconds of a shard of each stage, from the log of times."""
    path = root / "logs" / "timings.jsonl"
    if not path.is_file():
        return {}
    times = dict[str, list[float]]()
    for line in path.read_text(encoding="utf-8").splitlines()[-RECENT:]:
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:  # torn when the machine stopped
            continue
        stage = str(entry["shard"]).partition("/")[0]
        times.setdefault(stage, []).append(float(entry["wall_seconds"]))
    return {stage: sum(values) / len(values) for stage, values in times.items()}
