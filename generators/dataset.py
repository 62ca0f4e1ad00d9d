"""The Dataset: a folder that is canonical and complete. This file only reads.

```
spec.json                          the DatasetSpec and the format's version
manifest/<stage>/<shard>.json      a ShardRecord for each finished shard
data/tasks/<shard>/tasks.json      TaskSpecs
data/scenes/<task>/scenes.json     Scenes, and assets/<hash>.json beside it
data/episodes/<task>/episodes.json Episodes, and <episode>.npz beside it
data/frames/<task>/frames.json     FrameRecords, videos.json, and their images and videos;
                                   skipped.json where a sweep had values no scene could take
exports/<format>/                  pure functions of the above
```

The first ten scenes and episodes of task `t0003` are in shard `t0003`, the next in `t0003-c001`.

Shards and their contents are read in the order of their names, so that every reader sees one
order whatever the order of the work was.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import GenericAlias
from typing import Any, TypeVar

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from ..schemas import (
    Asset,
    DatasetError,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    FrameRecord,
    Model,
    Scene,
    SkippedRecord,
    TaskSpec,
    VideoRecord,
)

FORMAT_VERSION = 1
STAGES = ("tasks", "scenes", "episodes", "frames")
PER_SHARD = 10
"""Scenes and episodes of a task that share a shard."""
Item = TypeVar("Item", bound=Model)


class ShardRecord(Model):
    """What a finished shard holds; written last, so that its presence means completeness."""

    stage: str
    shard: str
    key: str
    """Hash of everything that decides the shard's bytes."""
    files: dict[str, str]
    """Path relative to the dataset folder, to SHA-256."""
    items: int
    sizes: dict[str, int] = Field(default_factory=dict)
    """Path to bytes: a cheap check that the files are there."""
    counts: dict[str, int] = Field(default_factory=dict)
    """What a summary needs: tasks, scenes, refused, attempts, solved, frames, videos."""


class Dataset:
    """Read access to a dataset folder.

    Attributes:
        root: the folder.
        spec: the specification it is made from.

    Raises:
        DatasetError: where the folder is no dataset of this format.
    """

    def __init__(self, root: Path) -> None:
        """Read the spec; everything else is read when asked for."""
        self.root = root
        path = root / "spec.json"
        if not path.is_file():
            raise DatasetError(f"{root} is no dataset: it has no spec.json")
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved.get("format") != FORMAT_VERSION:
            raise DatasetError(
                f"{path}: format {saved.get('format')!r}; this version reads {FORMAT_VERSION}"
            )
        self.spec = DatasetSpec.model_validate(saved["spec"])

    @property
    def library_version(self) -> str:
        """Of the asset libraries it was made with."""
        saved = json.loads((self.root / "spec.json").read_text(encoding="utf-8"))
        return str(saved["versions"]["assets"])

    def records(self, stage: str) -> Iterator[ShardRecord]:
        """The records of all finished shards of a stage, by name."""
        paths = (self.root / "manifest" / stage).glob("*.json")
        for path in sorted(paths, key=lambda path: path.stem):
            yield ShardRecord.from_json(path.read_bytes(), str(path))

    def tasks(self) -> Iterator[TaskSpec]:
        """All tasks."""
        return self._items("tasks", "tasks.json", TaskSpec)

    def scenes(self) -> Iterator[Scene]:
        """All scenes."""
        return self._items("scenes", "scenes.json", Scene)

    def episodes(self) -> Iterator[Episode]:
        """All episodes, failures included where the spec keeps them."""
        return self._items("episodes", "episodes.json", Episode)

    def frames(self) -> Iterator[FrameRecord]:
        """All labelled frames."""
        return self._items("frames", "frames.json", FrameRecord)

    def videos(self) -> Iterator[VideoRecord]:
        """All videos of episodes."""
        return self._items("frames", "videos.json", VideoRecord)

    def skipped(self) -> Iterator[SkippedRecord]:
        """Values of sweeps that some scene could not take."""
        for record in self.records("frames"):
            path = self.root / "data" / "frames" / record.shard / "skipped.json"
            if path.is_file():
                yield from read_models(path, SkippedRecord)

    def assets_of(self, scene: Scene) -> dict[str, Asset]:
        """The assets of a scene, by content hash."""
        folder = self.root / "data" / "scenes" / shard_of(str(scene.task), scene.id) / "assets"
        return {thing.asset_hash: _asset(folder, thing.asset_hash) for thing in scene.objects}

    def scene_of(self, episode: Episode) -> Scene:
        """The scene of an episode.

        Raises:
            DatasetError: it is not there.
        """
        shard = shard_of(episode.task, episode.scene)
        path = self.root / "data" / "scenes" / shard / "scenes.json"
        found = _scenes_in(path, path.stat().st_size if path.is_file() else 0)
        if episode.scene not in found:
            raise DatasetError(
                f"episode {episode.id} names the scene {episode.scene}, which is not in {path}"
            )
        return found[episode.scene]

    def arrays(self, episode: Episode) -> EpisodeArrays:
        """The arrays of an episode."""
        shard = shard_of(episode.task, episode.id)
        path = self.root / "data" / "episodes" / shard / f"{episode.id}.npz"
        return load_arrays(path.read_bytes())

    def _items(self, stage: str, name: str, model: type[Item]) -> Iterator[Item]:
        for record in self.records(stage):
            path = self.root / "data" / stage / record.shard / name
            yield from read_models(path, model)


def shard_name(task: str, index: int) -> str:
    """The shard that holds the scene or episode of this index within its task."""
    chunk = index // PER_SHARD
    return f"{task}-c{chunk:03d}" if chunk else task


def shard_of(task: str, item: str) -> str:
    """The shard of a scene or episode by its id, such as `t0003-s12`, `t0003-e12-a1`.

    Raises:
        DatasetError: where the id is not of that form.
    """
    number = item.removeprefix(f"{task}-")[1:].partition("-a")[0]
    if not number.isdigit():
        raise DatasetError(f"id {item!r}: expected {task}-s or {task}-e and a number")
    return shard_name(task, int(number))


@lru_cache(maxsize=512)
def _asset(folder: Path, content_hash: str) -> Asset:
    path = folder / f"{content_hash}.json"
    return Asset.from_json(path.read_bytes(), str(path))


@lru_cache(maxsize=4)
def _scenes_in(path: Path, size: int) -> dict[str, Scene]:
    del size  # a shard that was made anew has another size
    return {scene.id: scene for scene in read_models(path, Scene)}


def read_models(path: Path, model: type[Item]) -> tuple[Item, ...]:
    """Read a JSON list of models.

    Raises:
        DatasetError: where the file is missing or not valid.
    """
    try:
        shape: Any = GenericAlias(tuple, (model, ...))
        adapter: TypeAdapter[tuple[Item, ...]] = TypeAdapter(shape)
        return adapter.validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is missing") from error
    except ValidationError as error:
        raise DatasetError(f"{path} is damaged: {error}") from error


def dump_models(items: Sequence[Model]) -> bytes:
    """A JSON list of models, one per line, canonical."""
    return ("[\n" + ",\n".join(item.canonical_json() for item in items) + "\n]\n").encode()


def dump_arrays(arrays: EpisodeArrays) -> bytes:
    """An episode's arrays as a compressed npz: equal arrays, equal bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, **{field.name: getattr(arrays, field.name) for field in dataclasses.fields(arrays)}
    )
    return buffer.getvalue()


def load_arrays(raw: bytes) -> EpisodeArrays:
    """The inverse of `dump_arrays`."""
    with np.load(io.BytesIO(raw)) as stored:
        return EpisodeArrays(**{name: stored[name] for name in stored.files})
