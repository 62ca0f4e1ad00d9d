"""A dataset to measure exports with: one demonstration, written down as many."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...generators.dataset import FORMAT_VERSION, Dataset, dump_arrays, dump_models
from ...generators.frames import render_episode
from ...generators.shards import PER_SHARD, ShardRecord, shard_name
from ...generators.store.hashing import item_seed
from ...schemas import (
    AssemblyError,
    DatasetSpec,
    FrameRecord,
    Model,
    RunError,
    Scene,
    TaskSpec,
    VideoRecord,
    canonical_json,
)
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ..stages import production
from ._suites.case import case

TRIES = 12
"""Scenes that are tried for the demonstration."""
LABELS = (
    "rgb", "depth_linear", "seg_instance", "bbox_2d_tight", "bbox_2d_loose", "poses",
    "camera_params", "predicate_states", "keypoints",
)  # fmt: skip
SIZE, KEYFRAMES, HZ = (256, 256), 8, 10
Files = dict[str, bytes]


@dataclass(frozen=True)
class ExportSet:
    """What was written.

    Attributes:
        dataset: opened.
        attempts: in it.
        steps: actions of each.
        frames: labelled frames of all.
    """

    dataset: Dataset
    attempts: int
    steps: int
    frames: int


def write_sets(roots: Mapping[Path, int], seed: int) -> tuple[ExportSet, ...]:
    """Write datasets whose attempts differ in nothing but their names: ten of each task.

    The smaller of two is the beginning of the larger. Equal files are one file with many names, so
    that large sets take little room.

    Args:
        roots: how many attempts each has, by its folder.
        seed: of the one demonstration.

    Raises:
        RunError: no scene of `TRIES` could be solved.
    """
    wanted = case(seed, {"apple": "apple.n.01", "basket": "wicker_basket.n.01"},
                  "(inside apple basket)")  # fmt: skip
    told = {
        "episodes": {"hz": HZ, "per_task": PER_SHARD},
        "cameras": [{"name": "front"}],
        "render": {"size": SIZE, "labels": LABELS, "keyframes": KEYFRAMES},
    }
    spec = DatasetSpec.model_validate({**wanted.spec.model_dump(), **told})
    made = _demonstration(spec, wanted.task, seed)
    return tuple(_write_set(root, count, made, wanted.task) for root, count in roots.items())


def _write_set(root: Path, attempts: int, made: _Made, task: TaskSpec) -> ExportSet:
    starts = range(0, attempts, PER_SHARD)
    spec = made.spec.model_copy(
        update={"tasks": made.spec.tasks.model_copy(update={"count": len(starts)})}
    )
    _save(root, "spec.json", canonical_json(_saved(spec)).encode())
    tasks = [task.model_copy(update={"id": _task_id(start)}) for start in starts]
    _shard(root, "tasks", "b00000", {"tasks.json": dump_models(tasks)}, len(tasks))
    frames = 0
    for start in starts:
        frames += _chunk(root, made, _task_id(start), range(min(PER_SHARD, attempts - start)))
    return ExportSet(Dataset(root), attempts, made.scene_steps, frames)


def _task_id(attempt: int) -> str:
    return f"t{attempt // PER_SHARD:04d}"


def _saved(spec: DatasetSpec) -> dict[str, object]:
    return {"format": FORMAT_VERSION, "spec": spec.model_dump(mode="json")}


@dataclass(frozen=True)
class _Made:
    """A demonstration with its spec, its scene, its pictures, and the files of both."""

    spec: DatasetSpec
    scene: Scene
    assets: Files
    episode: Model
    arrays: bytes
    frames: tuple[FrameRecord, ...]
    videos: tuple[VideoRecord, ...]
    pictures: Files
    scene_steps: int


def _demonstration(spec: DatasetSpec, task: TaskSpec, seed: int) -> _Made:
    library = production().library(spec.assets)
    for index in range(TRIES):
        try:
            scene, assets = build_scene(spec, task, index, library)
        except AssemblyError:
            continue  # a scene that is refused is no scene to act in
        given = item_seed(seed, "episodes", 0, index)
        episode, arrays = solve(scene, assets, task, spec.episodes, given, "t0000-e00")
        if episode.success:
            drawn = render_episode(scene, assets, episode, arrays, spec)
            stored = {key: kind.canonical_json().encode() for key, kind in assets.items()}
            return _Made(
                spec, scene, stored, episode.model_copy(update={"trace": ()}), dump_arrays(arrays),
                drawn.frames, drawn.videos, drawn.files, episode.steps,
            )  # fmt: skip
    raise RunError(f"no demonstration in {TRIES} scenes")


def _chunk(root: Path, made: _Made, task: str, numbers: Sequence[int]) -> int:
    """Write the shards of some attempts; how many frames they have."""
    shard = shard_name(task, numbers[0])
    names = [(f"{task}-s{number:02d}", f"{task}-e{number:02d}") for number in numbers]
    scenes = [made.scene.model_copy(update={"id": s, "task": task}) for s, _ in names]
    files = {"scenes.json": dump_models(scenes)}
    files |= {f"assets/{key}.json": raw for key, raw in made.assets.items()}
    _shard(root, "scenes", shard, files, len(numbers))
    episodes = [
        made.episode.model_copy(update={"id": e, "scene": s, "task": task}) for s, e in names
    ]
    files = {"episodes.json": dump_models(episodes)}
    files |= {f"{e}.npz": made.arrays for _, e in names}
    _shard(root, "episodes", shard, files, len(numbers))
    frames = [x for s, e in names for x in _frames(made, shard, s, e)]
    videos = [
        x.model_copy(update={"episode": e, "path": _path(shard, x.path, e)})
        for _, e in names
        for x in made.videos
    ]
    files = {"frames.json": dump_models(frames), "videos.json": dump_models(videos)}
    files |= {_renamed(p, e): raw for _, e in names for p, raw in made.pictures.items()}
    _shard(root, "frames", shard, files, len(frames))
    return len(frames)


def _frames(made: _Made, shard: str, scene: str, episode: str) -> Iterator[FrameRecord]:
    for frame in made.frames:
        files = {label: _path(shard, path, episode) for label, path in frame.files.items()}
        named = {"id": _renamed(frame.id, episode), "scene": scene, "episode": episode}
        yield frame.model_copy(update={**named, "files": files})


def _path(shard: str, path: str, episode: str) -> str:
    return f"data/frames/{shard}/{_renamed(path, episode)}"


def _renamed(text: str, episode: str) -> str:
    return text.replace("t0000-e00", episode)


def _shard(root: Path, stage: str, shard: str, files: Files, items: int) -> None:
    folder = f"data/{stage}/{shard}"
    for name, raw in files.items():
        _save(root, f"{folder}/{name}", raw)
    hashes = {f"{folder}/{name}": hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    told = {"stage": stage, "shard": shard, "key": "bench", "items": items, "files": hashes}
    record = ShardRecord.model_validate(told)
    _save(root, f"manifest/{stage}/{shard}.json", record.canonical_json().encode())


def _save(root: Path, name: str, raw: bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    first = root / "equal" / hashlib.sha256(raw).hexdigest()
    if not first.is_file():
        first.parent.mkdir(exist_ok=True)
        first.write_bytes(raw)
    try:
        os.link(first, path)
    except OSError:  # a disk without hard links, or with as many as it takes
        path.write_bytes(raw)
