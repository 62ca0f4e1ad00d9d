"""Makes one shard, in a worker process: the plain function of each stage."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..generators.dataset import (
    Dataset,
    dump_arrays,
    dump_models,
    load_arrays,
    read_models,
)
from ..generators.exports import EarlierExport
from ..generators.shards import STAGES
from ..generators.store.checked import damaged_shard, is_sound
from ..generators.store.files import is_file
from ..generators.store.hashing import file_hash, item_seed
from ..generators.store.staging import ShardWriter
from ..schemas import (
    AssemblyError,
    Episode,
    FrameRecord,
    Scene,
    SkippedRecord,
    TaskSpec,
    VideoRecord,
    canonical_json,
)
from .growth import known_files
from .task_shards import make_tasks
from .work import (
    Assets,
    Job,
    Outcome,
    RenderedLike,
    Result,
    ShardTask,
    library_of,
    task_index,
)


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
    return Result(prepared, time.process_time() - cpu, time.perf_counter() - wall, writer.note)


def _make_scenes(job: Job, writer: ShardWriter) -> Outcome:
    unit, task = job.unit, _task(job.unit)
    library = library_of(job.stages, unit.spec.assets)
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
    unit, dataset = job.unit, Dataset(job.root)
    known: dict[tuple[int, int], str] = {}
    grown = False
    if unit.growth.shards and job.stages.grow is not None:
        folder = job.root / unit.growth.folder
        earlier = EarlierExport(folder, unit.growth.shards)
        # Some of its bytes are copied into the new export, whose hashes would then vouch for them.
        if damaged := _damaged_file(folder, unit.growth.files):
            writer.note = f"{damaged} of the earlier export is not what was written"
        else:
            writer.note = job.stages.grow(unit.shard, dataset, writer.folder, earlier)
        if writer.note:
            _refuse_damage(earlier.known(dataset))
        grown = not writer.note
        known = known_files(folder, unit.growth.files) if grown else known
    if not grown:
        job.stages.export(unit.shard, dataset, writer.folder)
    writer.adopt(known)
    return {"files": len(writer.files), "grown": int(grown)}, 1


def _refuse_damage(dataset: Dataset) -> None:
    """Refuse shards that were to be taken over, and perhaps not read before, if they are damaged.

    Raises:
        DatasetError: naming the shard, and what to do.
    """
    for stage in STAGES:
        for record in dataset.records(stage):
            if not is_sound(dataset.root, record):
                raise damaged_shard(dataset.root, record.place)


def _damaged_file(folder: Path, files: Mapping[str, str]) -> str | None:
    """The first file of an earlier export that is missing or not what was written."""
    for name, digest in files.items():
        if not is_file(f"{folder}/{name}") or file_hash(f"{folder}/{name}") != digest:
            return name
    return None


def _placed(frame: FrameRecord, prefix: str) -> FrameRecord:
    files = {label: prefix + path for label, path in frame.files.items()}
    return frame.model_copy(update={"files": files})


def _scenes(job: Job) -> Iterator[tuple[Scene, Assets]]:
    dataset = Dataset(job.root)
    folder = job.root / "data" / "scenes" / job.unit.shard
    for scene in read_models(folder / "scenes.json", Scene):
        yield scene, dataset.assets_of(scene)


def _task(unit: ShardTask) -> TaskSpec:
    if unit.task is None:
        raise ValueError(f"{unit.name} has no task")
    return unit.task


_WORK: dict[str, Callable[[Job, ShardWriter], Outcome]] = {
    "tasks": make_tasks,
    "scenes": _make_scenes,
    "episodes": _make_episodes,
    "frames": _make_frames,
    "exports": _make_export,
}
