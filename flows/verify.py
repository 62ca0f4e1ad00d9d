"""Verifies a dataset from its files alone: hashes, references, and a replay of every success."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import Dataset, read_models
from ..generators.shards import EXPORTS, STAGES, ShardRecord, is_own, shard_folder, shard_name
from ..generators.store.hashing import file_hash
from ..generators.store.writer import dataset_hash, seal_broken
from ..schemas import Asset, DatasetError, Episode, EpisodeArrays, Scene, TaskSpec, hash_of
from ..schemas.plugins import names
from .graph import contents_of
from .pool import JobError, WorkerPool
from .run import run_session
from .session import RunRequest, Session
from .work import Stages

Replay = Callable[[Scene, dict[str, Asset], TaskSpec, Episode, EpisodeArrays], tuple[bool, float]]
"""Gives whether the goal held at the end, and the greatest deviation from the stored states."""


@dataclass(frozen=True)
class Damage:
    """Something that is wrong with a dataset.

    Attributes:
        text: a sentence that names the place.
        shard: the stage and name of the shard that has to be made again, where one has.
        stray: a file that belongs to no shard but lies in the folder of one.
    """

    text: str
    shard: tuple[str, str] | None = None
    stray: str | None = None


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
        found = [*_shard_problems(dataset)]
        found += _gaps(dataset)
        found += [] if found else [*_reference_problems(dataset)]
        problems = [problem.text for problem in found]
        tasks: dict[str, TaskSpec] = {}
        demonstrations, replayed = 0, 0
        if not problems:
            tasks = {task.id: task for task in dataset.tasks()}
            shards = [
                _Shard(root, _needed(dataset, record, tasks), record.shard, replay)
                for record in dataset.records("episodes")
            ]
            for good, total, missed in _replay_all(shards, workers):
                demonstrations += total
                replayed += good
                problems += missed
        frames = sum(record.items for record in _readable(dataset, "frames"))
        return Verification(
            dataset_hash=dataset_hash(root),
            tasks=len(tasks),
            demonstrations=demonstrations,
            frames=frames,
            replayed=replayed / demonstrations if demonstrations else 0.0,
            problems=tuple(problems),
        )


def repair(root: Path, workers: int, stages: Stages) -> tuple[str, ...]:
    """Make again what is damaged, from the dataset's own spec.

    Damaged shards are removed and made anew; strange files inside of shards are moved to
    `set_aside/`. The bytes are those of the first time, where the versions are.

    Args:
        root: the dataset folder.
        workers: processes.
        stages: the functions that made it.

    Returns:
        A sentence for each thing that was done.

    Raises:
        DatasetError: the folder is no dataset, is in use, or was made by other versions.
        CousinsError: as `execute`.
    """
    spec = Dataset(root).spec
    exports = tuple(sorted(path.stem for path in (root / "manifest" / EXPORTS).glob("[!.]*.json")))
    done: list[str] = []
    plan = RunRequest(spec, root, stages, workers, exports=exports)
    with Session(plan) as session:
        done += session.store.notes
        for problem in [*_shard_problems(Dataset(root))]:
            record = session.store.record(*problem.shard) if problem.shard else None
            if record is not None:
                session.store.discard(record)
                done.append(f"{problem.text}: made again")
            elif problem.stray is not None:
                place = session.store.set_aside(problem.stray)
                done.append(f"{problem.text}: moved to {place}")
        run_session(session)
    return tuple(done)


def _readable(dataset: Dataset, stage: str) -> Iterator[ShardRecord]:
    for path in sorted((dataset.root / "manifest" / stage).glob("[!.]*.json")):
        with suppress(DatasetError):  # it is among the problems already
            yield ShardRecord.read(path)


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


def _shard_problems(dataset: Dataset) -> Iterator[Damage]:
    """Files that are not what was written, and shards that were not made from what is there."""
    if seal_broken(dataset.root):
        yield Damage("spec.json is not what was written")
    found: dict[tuple[str, str], ShardRecord] = {}
    for stage in (*STAGES, EXPORTS):
        for path in sorted((dataset.root / "manifest" / stage).glob("[!.]*.json")):
            try:
                record = ShardRecord.read(path)
            except DatasetError as error:
                yield Damage(str(error))
                continue
            found[record.place] = record
            for name, digest in record.files.items():
                said = _file_problem(dataset.root / name, digest)
                if said is not None:
                    yield Damage(f"{name} {said}", record.place)
    yield from _chain_problems(dataset, found)
    recorded = {name for record in found.values() for name in record.files}
    for folder in (shard_folder(*place) for place in found):
        for path in sorted((dataset.root / folder).rglob("*")):
            name = path.relative_to(dataset.root).as_posix()
            if not path.is_dir() and name not in recorded:
                yield Damage(f"{name} belongs to no finished shard", stray=name)
    formats = names("exporters")
    for stage in (*STAGES, EXPORTS):
        for path in sorted((dataset.root / shard_folder(stage, "x")).parent.glob("*")):
            if (stage, path.name) not in found and is_own(stage, path.name, formats):
                name = path.relative_to(dataset.root).as_posix()
                yield Damage(f"{name} belongs to no finished shard")


def _file_problem(path: Path, digest: str) -> str | None:
    if path.is_symlink():
        return "is a link; links in a dataset are not followed"
    if not path.is_file():
        return "is missing"
    return None if file_hash(path) == digest else "is not what was written: its hash differs"


def _chain_problems(
    dataset: Dataset, found: dict[tuple[str, str], ShardRecord]
) -> Iterator[Damage]:
    """Shards that were made from other inputs than those that are there now."""
    tasks = {
        f"task/{task.id}": task.content_hash() for task in _sound_tasks(dataset, found.values())
    }
    content = contents_of(found.values())
    now = {**content, **tasks, "data": hash_of(content)}
    for record in found.values():
        for place, made_from in record.inputs.items():
            if place in now and now[place] != made_from:
                yield Damage(
                    f"{'/'.join(record.place)} was made from another {place} than is there now",
                    record.place,
                )


def _sound_tasks(dataset: Dataset, records: Iterable[ShardRecord]) -> Iterator[TaskSpec]:
    """The tasks of the batches whose file is what was written."""
    for record in records:
        name = f"data/tasks/{record.shard}/tasks.json"
        if record.stage != "tasks" or name not in record.files:
            continue
        if _file_problem(dataset.root / name, record.files[name]) is None:
            yield from read_models(dataset.root / name, TaskSpec)


def _gaps(dataset: Dataset) -> Iterator[Damage]:
    """Shards that are missing from a stage that has begun."""
    names = {stage: {record.shard for record in _readable(dataset, stage)} for stage in STAGES}
    count = max(1, dataset.spec.episodes.per_task)
    if not names["tasks"]:
        yield Damage("no tasks are made yet; run `cousins generate`")
        return
    tasks = list(_sound_tasks(dataset, _readable(dataset, "tasks")))
    wanted = {shard_name(task.id, index) for task in tasks for index in range(count)}
    for stage in STAGES[1:]:
        missing = sorted(wanted - names[stage])
        if names[stage] and missing:
            yield Damage(
                f"{len(missing)} shards of {stage} are missing, such as {missing[0]}; "
                "finish with `cousins generate`"
            )


def _reference_problems(dataset: Dataset) -> Iterator[Damage]:
    scenes = {scene.id for scene in dataset.scenes()}
    episodes = {episode.id: episode for episode in dataset.episodes()}
    for episode in episodes.values():
        if episode.scene not in scenes:
            yield Damage(
                f"episode {episode.id} names the scene {episode.scene}, which is not there"
            )
    for frame in dataset.frames():
        if frame.scene not in scenes:
            yield Damage(f"frame {frame.id} names the scene {frame.scene}, which is not there")
        if frame.episode is not None and frame.episode not in episodes:
            yield Damage(f"frame {frame.id} names the episode {frame.episode}, which is not there")
        for path in frame.files.values():
            if not (dataset.root / path).is_file():
                yield Damage(f"frame {frame.id} names the file {path}, which is not there")
    for video in dataset.videos():
        if video.episode not in episodes or not (dataset.root / video.path).is_file():
            yield Damage(f"video {video.path} or its episode {video.episode} is not there")


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
