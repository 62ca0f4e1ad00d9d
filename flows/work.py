"""The units of work, and the plain functions that carry them out in a worker process."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..generators.dataset import (
    Dataset,
    dump_arrays,
    dump_models,
    load_arrays,
    read_models,
)
from ..generators.proposing.ledger import Usage
from ..generators.proposing.review import as_proposed, reviewed
from ..generators.proposing.verdicts import hearing
from ..generators.store.hashing import item_seed
from ..generators.store.writer import ShardWriter, StagedShard
from ..schemas import (
    AssemblyError,
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
    canonical_json,
)
from ..schemas.budget import Budget

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
Report = Callable[[Dataset, Path], Path]


@dataclass(frozen=True)
class Stages:
    """The functions that do the work. All are importable by name, so that they can be sent.

    Attributes:
        name: `production`, or a label that says that this is a fake.
        library: opens the asset library.
        export: writes one format by name into a folder.
        report: writes the report page to a file and gives its path.
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


@dataclass(frozen=True)
class Result:
    """A prepared shard and what it cost."""

    prepared: StagedShard
    cpu_seconds: float
    wall_seconds: float


def run_shard(job: Job) -> Result:
    """Make one shard in a temporary folder, which is removed where that fails."""
    cpu, wall = time.process_time(), time.perf_counter()
    writer = ShardWriter.create(job.root, job.unit.stage, job.unit.shard)
    try:
        counts, items = _WORK[job.unit.stage](job, writer)
        prepared = writer.finish(counts, items)
    except BaseException:
        shutil.rmtree(writer.folder, ignore_errors=True)
        raise
    return Result(prepared, time.process_time() - cpu, time.perf_counter() - wall)


PROPOSED = "proposed.json"
"""In a shard of tasks: those that a review rejected or edited, as they were proposed."""
ASKING = "asking.jsonl"
"""Log of a language model's use: the running total after each round of requests."""
TRANSCRIPT = "transcript"
"""Folder of a language model's answers, in the dataset's."""
Outcome = tuple[dict[str, int], int]


def task_index(task: TaskSpec) -> int:
    """The number in a task's id.

    Raises:
        ProposalError: where the id is not `t` and a number.
    """
    if not (task.id[:1] == "t" and task.id[1:].isdigit()):
        raise ProposalError(f"task id {task.id!r}: expected 't' and a number, such as t0003")
    return int(task.id[1:])


_LIBRARIES: dict[tuple[str, str], AssetLibrary] = {}


def _library(stages: Stages, spec: AssetsSpec) -> AssetLibrary:
    """The library of a spec, opened once per process."""
    key = (stages.name, spec.canonical_json())
    if key not in _LIBRARIES:
        _LIBRARIES[key] = stages.library(spec)
    return _LIBRARIES[key]


@lru_cache(maxsize=100_000)
def _tasks_in(path: Path, size: int) -> tuple[TaskSpec, ...]:
    del size  # a shard that was made anew has another size
    return read_models(path, TaskSpec)


def proposed_in(shard: Path) -> tuple[TaskSpec, ...]:
    """The tasks of a finished shard as they were before their review."""
    sizes = {name: _size(shard / name) for name in ("tasks.json", PROPOSED)}
    found = {name: _tasks_in(shard / name, size) for name, size in sizes.items() if size}
    return as_proposed(found.get("tasks.json", ()), found.get(PROPOSED, ()))


def _size(path: Path) -> int:
    """Bytes of a file; 0 of one that is not there."""
    return path.stat().st_size if path.is_file() else 0


def _make_tasks(job: Job, writer: ShardWriter) -> Outcome:
    unit = job.unit
    folder = job.root / "data" / "tasks"
    paths = [path for path in sorted(folder.glob("*/tasks.json")) if path.parent.name < unit.shard]
    earlier = tuple(task for path in paths for task in proposed_in(path.parent))
    library = _library(job.stages, unit.spec.assets)
    spec = _with_transcript(unit.spec, job.root)
    with hearing(_teller(job.root, spec)) as heard:
        tasks = job.stages.propose(spec, unit.start, unit.stop, earlier, library)
    got = [task_index(task) for task in tasks]
    if got != sorted(set(got)) or not all(unit.start <= index < unit.stop for index in got):
        raise ProposalError(
            f"the proposer gave the task ids {[task.id for task in tasks]}; "
            f"expected numbers from {unit.start} to {unit.stop - 1}, in order"
        )
    after = reviewed(tasks, unit.start, spec, library)
    writer.add("tasks.json", dump_models(after.kept))
    counts = {"tasks": len(after.kept)}
    if after.proposed:
        writer.add(PROPOSED, dump_models(after.proposed))
        counts |= {"rejected": after.rejected, "edited": after.edited}
    verdicts = heard.verdicts
    if not verdicts:
        return counts, len(after.kept)
    if heard.used.requests:
        counts |= {"requests": heard.used.requests, "tokens": heard.used.tokens}
    verdicts.sort(key=lambda verdict: (verdict.number, verdict.attempt))
    writer.add("proposals.json", dump_models(verdicts))
    unfit = sum(verdict.task is None for verdict in verdicts)
    return {**counts, "answers": len(verdicts), "unfit": unfit}, len(after.kept)


def _teller(root: Path, spec: DatasetSpec) -> Callable[[Usage], None]:
    """Writes the running total of what a model was asked for to a log of the dataset."""
    budget, path = spec.tasks.budget or Budget(), root / "logs" / ASKING
    before: list[Usage] = []

    def tell(total: Usage) -> None:
        if before[-1:] == [total]:
            return
        before.append(total)
        line = {**asdict(total), "money": total.money(budget)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{canonical_json(line)}\n")

    return tell


def _with_transcript(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """The spec with a place for a model's answers."""
    if spec.tasks.transcript is not None:
        return spec
    tasks = spec.tasks.model_copy(update={"transcript": str(root / TRANSCRIPT)})
    return spec.model_copy(update={"tasks": tasks})


def _make_scenes(job: Job, writer: ShardWriter) -> Outcome:
    unit, task = job.unit, _task(job.unit)
    library = _library(job.stages, unit.spec.assets)
    scenes: list[Scene] = []
    refused: list[dict[str, object]] = []
    kept: set[str] = set()
    for index in range(unit.start, unit.stop):
        try:
            scene, assets = job.stages.build_scene(unit.spec, task, index, library)
        except AssemblyError as error:
            if error.impossible:
                raise
            refused.append({"index": index, "message": str(error), "reasons": error.sentences})
            continue
        scenes.append(scene)
        for digest, asset in assets.items():
            if digest not in kept:
                kept.add(digest)
                writer.add(f"assets/{digest}.json", asset.canonical_json().encode() + b"\n")
    writer.add("scenes.json", dump_models(scenes))
    writer.add("refused.json", canonical_json(refused).encode() + b"\n")
    return {"scenes": len(scenes), "refused": len(refused)}, len(scenes)


def _make_episodes(job: Job, writer: ShardWriter) -> Outcome:
    unit, task, spec = job.unit, _task(job.unit), job.unit.spec.episodes
    episodes: list[Episode] = []
    attempts = solved = 0
    for scene, assets in _scenes(job):
        index = int(scene.id.rpartition("-s")[2])
        for number in range(spec.per_scene):
            seed = item_seed(unit.spec.seed, "episodes", task_index(task), index, number)
            name = f"{task.id}-e{index:02d}" + (f"-a{number}" if number else "")
            episode, arrays = job.stages.solve(scene, assets, task, spec, seed, name, number)
            attempts += 1
            solved += episode.success
            if episode.success or spec.keep_failures:
                episodes.append(episode)
                writer.add(f"{episode.id}.npz", dump_arrays(arrays))
    writer.add("episodes.json", dump_models(episodes))
    return {"attempts": attempts, "solved": solved, "episodes": len(episodes)}, len(episodes)


def _make_frames(job: Job, writer: ShardWriter) -> Outcome:
    unit = job.unit
    prefix = f"data/frames/{unit.shard}/"
    folder = job.root / "data" / "episodes" / unit.shard
    made: tuple[Episode, ...] = ()
    if (folder / "episodes.json").is_file():
        made = read_models(folder / "episodes.json", Episode)
    frames: list[FrameRecord] = []
    videos: list[VideoRecord] = []
    skipped: list[SkippedRecord] = []
    for scene, assets in _scenes(job):
        tried = [episode for episode in made if episode.scene == scene.id]
        for part in _pictures(job, writer, scene, assets, tried):
            frames += [_placed(frame, prefix) for frame in part.frames]
            skipped += part.skipped
            videos += [v.model_copy(update={"path": prefix + v.path}) for v in part.videos]
    writer.add("frames.json", dump_models(frames))
    writer.add("videos.json", dump_models(videos))
    counts = {"frames": len(frames), "videos": len(videos)}
    if skipped:
        writer.add("skipped.json", dump_models(skipped))
        counts["skipped"] = len(skipped)
    return counts, len(frames)


def _pictures(
    job: Job, writer: ShardWriter, scene: Scene, assets: Assets, tried: list[Episode]
) -> Iterator[RenderedLike]:
    """The renderings of a scene: its stills, then each attempt in it."""
    folder = job.root / "data" / "episodes" / job.unit.shard
    spec, keep = job.unit.spec, writer.add
    yield job.stages.render_scene(scene, assets, spec, keep)
    for episode in tried:
        arrays = load_arrays((folder / f"{episode.id}.npz").read_bytes(), episode.id)
        yield job.stages.render_episode(scene, assets, episode, arrays, spec, keep)


def _make_export(job: Job, writer: ShardWriter) -> Outcome:
    job.stages.export(job.unit.shard, Dataset(job.root), writer.folder)
    writer.adopt()
    return {"files": len(writer.files)}, 1


def _placed(frame: FrameRecord, prefix: str) -> FrameRecord:
    files = {label: prefix + path for label, path in frame.files.items()}
    return frame.model_copy(update={"files": files})


def _scenes(job: Job) -> Iterator[tuple[Scene, Assets]]:
    folder = job.root / "data" / "scenes" / job.unit.shard
    for scene in read_models(folder / "scenes.json", Scene):
        names = {thing.asset_hash for thing in scene.objects}
        yield (
            scene,
            {
                name: Asset.from_json((folder / "assets" / f"{name}.json").read_bytes(), name)
                for name in sorted(names)
            },
        )


def _task(unit: ShardTask) -> TaskSpec:
    if unit.task is None:
        raise ValueError(f"{unit.name} has no task")
    return unit.task


_WORK: dict[str, Callable[[Job, ShardWriter], Outcome]] = {
    "tasks": _make_tasks,
    "scenes": _make_scenes,
    "episodes": _make_episodes,
    "frames": _make_frames,
    "exports": _make_export,
}
