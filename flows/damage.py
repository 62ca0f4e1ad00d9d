"""Damage to a dataset's files: each finding names its place, and what to make again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import Dataset, read_models
from ..generators.quarantine import quarantined
from ..generators.records import readings
from ..generators.shards import EXPORTS, STAGES, ShardRecord, is_own, shard_folder, shard_name
from ..generators.store.hashing import file_hash
from ..generators.store.identity import seal_broken
from ..schemas import DatasetError, TaskSpec, hash_of
from ..schemas.plugins import names
from .graph import contents_of


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


def shard_damage(dataset: Dataset) -> Iterator[Damage]:
    """Files that are not what was written, and shards that were not made from what is there."""
    if seal_broken(dataset.root):
        yield Damage("spec.json is not what was written")
    found: dict[tuple[str, str], ShardRecord] = {}
    for record in readings(dataset.root, (*STAGES, EXPORTS)):
        if isinstance(record, DatasetError):
            yield Damage(str(record))
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


def gaps(dataset: Dataset) -> Iterator[Damage]:
    """Shards that are missing from a stage that has begun."""
    names = {stage: {record.shard for record in readable(dataset, stage)} for stage in STAGES}
    count, counts = dataset.spec.scenes_per_task, dict[str, int]()
    if not names["tasks"]:
        yield Damage("no tasks are made yet; run `cousins generate`")
        return
    tasks = list(_sound_tasks(dataset, readable(dataset, "tasks")))
    for record in readable(dataset, "tasks"):
        with suppress(DatasetError):  # it is among the problems already
            source = dataset.source_of(record)
            if source is not None:
                counts |= dict.fromkeys(source.tasks, source.spec.scenes_per_task)
    wanted = {
        shard_name(task.id, index) for task in tasks for index in range(counts.get(task.id, count))
    }
    left_out = {(x.stage, x.shard) for x in quarantined(dataset.root)}
    for stage in STAGES[1:]:
        # Nothing follows from a shard that was left out on purpose.
        wanted -= {shard for of, shard in left_out if of == stage}
        missing = sorted(wanted - names[stage])
        if names[stage] and missing:
            yield Damage(
                f"{len(missing)} shards of {stage} are missing, such as {missing[0]}; "
                "finish with `cousins generate`"
            )


def broken_references(dataset: Dataset) -> Iterator[Damage]:
    """Scenes, episodes and files that something names and that are not there."""
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


def readable(dataset: Dataset, stage: str) -> Iterator[ShardRecord]:
    """The records of a stage but for those that are damaged."""
    for record in readings(dataset.root, (stage,)):
        if isinstance(record, ShardRecord):  # an error is among the problems already
            yield record
