"""The units of work: what a shard is made from, and what each stage is made by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..generators.dataset import (
    Dataset,
)
from ..generators.exports import EarlierExport
from ..generators.store.staging import StagedShard
from ..schemas import (
    Asset,
    AssetsSpec,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    FrameRecord,
    ProposalError,
    Scene,
    SkippedRecord,
    TaskSpec,
    VideoRecord,
)
from .growth import Growth

if TYPE_CHECKING:
    from ..scenes.assets.library import AssetLibrary


class RenderedLike(Protocol):
    """A renderer's output: records, whose paths are relative to the shard."""

    @property
    def frames(self) -> tuple[FrameRecord, ...]:
        """Labelled views."""
        ...

    @property
    def videos(self) -> tuple[VideoRecord, ...]:
        """Videos of an episode."""
        ...

    @property
    def skipped(self) -> tuple[SkippedRecord, ...]:
        """Values of sweeps that the scene could not take."""
        ...


Assets = dict[str, Asset]
Propose = Callable[
    [DatasetSpec, int, int, tuple[TaskSpec, ...], "AssetLibrary"], tuple[TaskSpec, ...]
]
BuildScene = Callable[[DatasetSpec, TaskSpec, int, "AssetLibrary"], tuple[Scene, Assets]]
Solve = Callable[
    [Scene, Assets, TaskSpec, EpisodeSpec, tuple[int, ...], str, int],
    tuple[Episode, EpisodeArrays],
]
Keep = Callable[[str, bytes], None]
"""Takes a finished file, its path relative to the shard; it may be called in another thread."""
RenderScene = Callable[[Scene, Assets, DatasetSpec, Keep], RenderedLike]
RenderEpisode = Callable[[Scene, Assets, Episode, EpisodeArrays, DatasetSpec, Keep], RenderedLike]
Export = Callable[[str, Dataset, Path], None]
Grow = Callable[[str, Dataset, Path, EarlierExport], str]
Report = Callable[[Dataset, Path], Path]


@dataclass(frozen=True)
class Stages:
    """The functions that do the work. All are importable by name, so that they can be sent.

    Attributes:
        name: `production`, or a label that says that this is a fake.
        library: opens the asset library.
        export: writes one format by name into a folder.
        report: writes the report page to a file and gives its path.
        grow: as `export`, and takes over an earlier one; gives the reason where it could not, and
            has written nothing then. None always writes anew.
    """

    name: str
    library: Callable[[AssetsSpec], AssetLibrary]
    propose: Propose
    build_scene: BuildScene
    solve: Solve
    render_scene: RenderScene
    render_episode: RenderEpisode
    export: Export
    report: Report
    grow: Grow | None = None


@dataclass(frozen=True)
class ShardTask:
    """One shard to make.

    Attributes:
        stage: tasks, scenes, episodes, frames or exports.
        shard: its name.
        key: hash of everything that decides its bytes.
        order: the lower, the sooner.
        spec: the slice of the spec that its stage may read.
        task: of all stages but the first and the last.
        start: first item.
        stop: one past the last item.
        inputs: what it is made from, as `ShardRecord.inputs`.
        growth: of an export, what it can take over.
    """

    stage: str
    shard: str
    key: str
    order: tuple[int, int]
    spec: DatasetSpec
    start: int
    stop: int
    task: TaskSpec | None = None
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    growth: Growth = field(default_factory=Growth)

    @property
    def name(self) -> str:
        """Stage and shard, in one word."""
        return f"{self.stage}/{self.shard}"

    @property
    def place(self) -> tuple[str, str]:
        """Stage and shard."""
        return self.stage, self.shard


@dataclass(frozen=True)
class Job:
    """The work on a unit: picklable, for a worker process."""

    root: Path
    stages: Stages
    unit: ShardTask
    workers: int = 1
    """Processes that the run may have: a shard of tasks tries its scenes in as many."""


@dataclass(frozen=True)
class Result:
    """A prepared shard and what it cost."""

    prepared: StagedShard
    cpu_seconds: float
    wall_seconds: float
    note: str = ""
    """Why an export that was there could not be taken over."""


Outcome = tuple[dict[str, int], int]
"""Counts of a shard, and its items."""


def task_index(task: TaskSpec) -> int:
    """The number in a task's id.

    Raises:
        ProposalError: where the id is not `t` and a number.
    """
    if not (task.id[:1] == "t" and task.id[1:].isdigit()):
        raise ProposalError(f"task id {task.id!r}: expected 't' and a number, such as t0003")
    return int(task.id[1:])


_LIBRARIES: dict[tuple[str, str], AssetLibrary] = {}


def library_of(stages: Stages, spec: AssetsSpec) -> AssetLibrary:
    """The library of a spec, opened once per process."""
    key = (stages.name, spec.canonical_json())
    if key not in _LIBRARIES:
        _LIBRARIES[key] = stages.library(spec)
    return _LIBRARIES[key]
