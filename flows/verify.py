"""Verifies a dataset from its files alone: hashes, references, and a replay of every success."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import Dataset, read_models
from ..generators.exports import EXPORTERS
from ..generators.quarantine import quarantined
from ..generators.records import stored_shards
from ..generators.shards import EXPORTS, ShardRecord
from ..generators.store.claims import others_at_work
from ..generators.store.identity import dataset_hash
from ..schemas import Asset, DatasetError, Episode, EpisodeArrays, Scene, TaskSpec
from .damage import broken_references, gaps, readable, shard_damage
from .pool import JobError, WorkerPool
from .robots import check_robot_of
from .run import run_session
from .session import RunRequest, Session
from .work import Stages

Replay = Callable[[Scene, dict[str, Asset], TaskSpec, Episode, EpisodeArrays], tuple[bool, float]]
"""Gives whether the goal held at the end, and the greatest deviation from the stored states."""


@dataclass(frozen=True)
class Verification:
    """The findings of a verification."""

    dataset_hash: str
    tasks: int
    demonstrations: int
    frames: int
    replayed: float
    """Share of the demonstrations whose replay reached the goal."""
    problems: tuple[str, ...]
    quarantined: tuple[str, ...] = ()
    """Shards that were left out on purpose, and why each failed; no problem."""


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
        UnknownRobotError, BackendMissingError: its files are whole, and its robot is not here.
    """
    dataset = Dataset(root)
    with _reading(root):
        found = [*shard_damage(dataset)]
        found += gaps(dataset)
        found += [] if found else [*broken_references(dataset)]
        problems = [problem.text for problem in found]
        tasks: dict[str, TaskSpec] = {}
        demonstrations, replayed = 0, 0
        if not problems:
            tasks = {task.id: task for task in dataset.tasks()}
            shards = [
                _Shard(root, _needed(dataset, record, tasks), record.shard, replay)
                for record in dataset.records("episodes")
            ]
            check_robot_of(dataset)
            for good, total, missed in _replay_all(shards, workers):
                demonstrations += total
                replayed += good
                problems += missed
        frames = sum(record.items for record in readable(dataset, "frames"))
        return Verification(
            dataset_hash=dataset_hash(root),
            tasks=len(tasks),
            demonstrations=demonstrations,
            frames=frames,
            replayed=replayed / demonstrations if demonstrations else 0.0,
            problems=tuple(problems),
            quarantined=tuple(record.message for record in quarantined(root)),
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
    exports = _exported(root)
    done: list[str] = []
    share = _share_left_out(root)
    plan = RunRequest(spec, root, stages, workers, exports=exports, allow_failures=share)
    with Session(plan) as session:
        done += session.store.notes
        for problem in [*shard_damage(Dataset(root))]:
            record = session.store.record(*problem.shard) if problem.shard else None
            if record is not None:
                session.store.discard(record)
                done.append(f"{problem.text}: made again")
            elif problem.stray is not None:
                place = session.store.set_aside(problem.stray)
                done.append(f"{problem.text}: moved to {place}")
        run_session(session)
    return tuple(done)


def _exported(root: Path) -> tuple[str, ...]:
    """The formats that were written: also those whose records a damaged pack has lost."""
    folders = (path.name for path in (root / EXPORTS).glob("*") if path.is_dir())
    known = EXPORTERS.names()
    return tuple(sorted(stored_shards(root, EXPORTS) | {x for x in folders if x in known}))


def _share_left_out(root: Path) -> float:
    """The share of shards that the quarantine holds; one more failure would be too many."""
    records = list(quarantined(root))
    made = len(stored_shards(root, "scenes"))
    shards = made + sum(record.stage == "scenes" for record in records)
    return min(1.0, (len(records) + 0.5) / shards) if records and shards else 0.0


@contextmanager
def _reading(root: Path) -> Generator[None]:
    """Hold off writers; a folder without a lock file, such as a copy, has none."""
    path = root / ".lock"
    if others_at_work(root):
        raise DatasetError(f"{root} is being written by processes that joined; wait for them")
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
        if episode.scene not in by_id or episode.task not in tasks:
            problems.append(
                f"episode {episode.id} is of scene {episode.scene} and task {episode.task}, and "
                "the dataset does not have both"
            )
            continue
        scene, task = by_id[episode.scene], tasks[episode.task]
        success, error = shard.replay(scene, dataset.assets_of(scene), task, episode, arrays)
        good += success
        if not success:
            problems.append(
                f"episode {episode.id}: its replay misses the goal (deviation {error:.3g})"
            )
    return good, total, problems
