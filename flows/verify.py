"""Verifies a dataset from its files alone: hashes, references, and a replay of every success."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import (
    Dataset,
    read_models,
)
from ..generators.shards import EXPORTS, STAGES, ShardRecord, shard_name
from ..generators.store.hashing import file_hash
from ..generators.store.writer import (
    dataset_hash,
)
from ..schemas import Asset, DatasetError, Episode, EpisodeArrays, Scene, TaskSpec
from .pool import JobError, WorkerPool

Replay = Callable[[Scene, dict[str, Asset], TaskSpec, Episode, EpisodeArrays], tuple[bool, float]]
"""Gives whether the goal held at the end, and the greatest deviation from the stored states."""


@dataclass(frozen=True)
class Verification:
    """What a verification found."""

    dataset_hash: str
    tasks: int
    demonstrations: int
    frames: int
    replayed: float
    """Share of the demonstrations whose replay reached the goal."""
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Shard:
    root: Path
    tasks: tuple[TaskSpec, ...]
    shard: str
    replay: Replay


def production_replay(
    scene: Scene, assets: dict[str, Asset], task: TaskSpec, episode: Episode, arrays: EpisodeArrays
) -> tuple[bool, float]:
    """Replay in the simulator that made the dataset."""
    from ..tasks.physics.replay import replay

    result = replay(scene, assets, task, episode, arrays)
    return result.success, result.max_error


def verify(root: Path, workers: int, replay: Replay = production_replay) -> Verification:
    """Check every file's hash, every reference, and replay every demonstration.

    Args:
        root: the dataset folder.
        workers: fresh processes that replay.
        replay: importable by name.

    Raises:
        DatasetError: the folder is no dataset, or is being written.
    """
    dataset = Dataset(root)
    with _reading(root):
        problems = [*_hash_problems(dataset), *_gaps(dataset)]
        tasks = {task.id: task for task in dataset.tasks()}
        demonstrations, replayed = 0, 0
        if not problems:
            problems += _reference_problems(dataset)
            shards = [
                _Shard(root, _needed(dataset, record, tasks), record.shard, replay)
                for record in dataset.records("episodes")
            ]
            for good, total, found in _replay_all(shards, workers):
                demonstrations += total
                replayed += good
                problems += found
        frames = sum(record.items for record in dataset.records("frames"))
        return Verification(
            dataset_hash=dataset_hash(root),
            tasks=len(tasks),
            demonstrations=demonstrations,
            frames=frames,
            replayed=replayed / demonstrations if demonstrations else 0.0,
            problems=tuple(problems),
        )


@contextmanager
def _reading(root: Path) -> Generator[None]:
    """Hold off writers; a folder without a lock file, such as a copy, has none."""
    path = root / ".lock"
    if not path.exists():
        yield
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DatasetError(f"{root} is being written by a run; wait for it") from error
    finally:
        os.close(descriptor)


def _hash_problems(dataset: Dataset) -> Iterator[str]:
    recorded: set[str] = set()
    for stage in (*STAGES, EXPORTS):
        for record in dataset.records(stage):
            for name, digest in record.files.items():
                recorded.add(name)
                path = dataset.root / name
                if not path.is_file():
                    yield f"{name} is missing"
                elif file_hash(path) != digest:
                    yield f"{name} is not what was written: its hash differs"
    for folder in ("data", "exports"):
        for path in sorted((dataset.root / folder).rglob("*")):
            name = path.relative_to(dataset.root).as_posix()
            if path.is_file() and name not in recorded:
                yield f"{name} belongs to no finished shard"


def _gaps(dataset: Dataset) -> Iterator[str]:
    """Shards that are missing from a stage that has begun."""
    names = {stage: {record.shard for record in dataset.records(stage)} for stage in STAGES}
    count = max(1, dataset.spec.episodes.per_task)
    if not names["tasks"]:
        yield "no tasks are made yet; run `cousins generate`"
        return
    folders = [dataset.root / "data" / "tasks" / shard / "tasks.json" for shard in names["tasks"]]
    tasks = [
        task for path in sorted(folders) if path.is_file() for task in read_models(path, TaskSpec)
    ]
    wanted = {shard_name(task.id, index) for task in tasks for index in range(count)}
    for stage in STAGES[1:]:
        missing = sorted(wanted - names[stage])
        if names[stage] and missing:
            yield (
                f"{len(missing)} shards of {stage} are missing, such as {missing[0]}; "
                "finish with `cousins generate`"
            )


def _reference_problems(dataset: Dataset) -> Iterator[str]:
    scenes = {scene.id for scene in dataset.scenes()}
    episodes = {episode.id: episode for episode in dataset.episodes()}
    for episode in episodes.values():
        if episode.scene not in scenes:
            yield f"episode {episode.id} names the scene {episode.scene}, which is not there"
    for frame in dataset.frames():
        if frame.scene not in scenes:
            yield f"frame {frame.id} names the scene {frame.scene}, which is not there"
        if frame.episode is not None and frame.episode not in episodes:
            yield f"frame {frame.id} names the episode {frame.episode}, which is not there"
        for path in frame.files.values():
            if not (dataset.root / path).is_file():
                yield f"frame {frame.id} names the file {path}, which is not there"
    for video in dataset.videos():
        if video.episode not in episodes or not (dataset.root / video.path).is_file():
            yield f"video {video.path} or its episode {video.episode} is not there"


def _needed(
    dataset: Dataset, record: ShardRecord, tasks: dict[str, TaskSpec]
) -> tuple[TaskSpec, ...]:
    name = record.shard.split("-")[0]
    return (tasks[name],) if name in tasks else ()


Found = tuple[int, int, list[str]]


def _replay_all(shards: list[_Shard], workers: int) -> Iterator[Found]:
    with (
        WorkerPool[_Shard, Found](_replay_shard, workers, 3600.0) as pool,
        ThreadPoolExecutor(workers) as threads,
    ):

        def ask(shard: _Shard) -> Found:
            try:
                return pool.run(f"episodes/{shard.shard}", shard)
            except JobError as error:
                return 0, 0, [str(error)]

        yield from threads.map(ask, shards)


def _replay_shard(shard: _Shard) -> Found:
    """Replayed, demonstrations, and problems of one shard; runs in a fresh process."""
    dataset = Dataset(shard.root)
    folder = shard.root / "data" / "episodes" / shard.shard
    scenes = read_models(shard.root / "data" / "scenes" / shard.shard / "scenes.json", Scene)
    by_id = {scene.id: scene for scene in scenes}
    tasks = {task.id: task for task in shard.tasks}
    good, total, problems = 0, 0, list[str]()
    for episode in read_models(folder / "episodes.json", Episode):
        arrays = dataset.arrays(episode)
        if len(arrays.actions) != episode.steps:
            problems.append(
                f"episode {episode.id} has {len(arrays.actions)} actions, not {episode.steps}"
            )
        if not episode.success:
            continue
        total += 1
        scene = by_id[episode.scene]
        success, error = shard.replay(
            scene, dataset.assets_of(scene), tasks[episode.task], episode, arrays
        )
        good += success
        if not success:
            problems.append(
                f"episode {episode.id}: its replay misses the goal (deviation {error:.3g})"
            )
    return good, total, problems
