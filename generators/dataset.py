"""The Dataset: a folder that is canonical and complete. This file only reads.

```
spec.json                          the DatasetSpec and the format's version
manifest/<stage>/<shard>.json      a ShardRecord for each finished shard; of a large dataset,
manifest/records-<number>.tsv      most of them in one file
data/tasks/<shard>/tasks.json      TaskSpecs
data/tasks/<shard>/proposals.json  Verdicts on answers, where there were any
data/tasks/<shard>/proposed.json   TaskSpecs that a review rejected or edited, as proposed
data/tasks/<shard>/source.json     a MergedSource, of datasets that were merged
data/scenes/<task>/scenes.json     Scenes, and assets/<hash>.json beside it
data/episodes/<task>/episodes.json Episodes, and <episode>.npz beside it
data/frames/<task>/frames.json     FrameRecords, videos.json, and their images and videos;
                                   skipped.json where a sweep had values no scene could take
exports/<format>/                  pure functions of the above
quarantine/<stage>/<shard>.json    a QuarantineRecord for each shard left out on purpose
```

The first ten scenes and episodes of task `t0003` are in shard `t0003`, the next in `t0003-c001`.

Shards and their contents are read in the order of their names, so that every reader sees one
order whatever the order of the work was.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import GenericAlias
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ..scenes.core.asset_memory import remember_assets
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
    SpecError,
    TaskSpec,
    Verdict,
    VideoRecord,
)
from .quarantine import QuarantineRecord, quarantined
from .records import readings
from .shards import ShardRecord, shard_folder, shard_of, stored_path
from .sources import SOURCE, MergedSource

FORMAT_VERSION = 1
ARRAYS_LIMIT = 256 * 2**20
"""Greatest size of an episode's arrays when they are unpacked, bytes."""
Item = TypeVar("Item", bound=Model)


class Dataset:
    """Read access to a dataset folder.

    Attributes:
        root: the folder.
        spec: the specification it is made from.

    Raises:
        DatasetError: where the folder is no dataset of this format.
    """

    def __init__(self, root: Path | str) -> None:
        """Read the spec; everything else is read when asked for."""
        self.root = root = Path(root)
        self._real = os.path.realpath(root)
        self._plain = set[str]()
        path = root / "spec.json"
        if not path.is_file():
            raise DatasetError(f"{root} is no dataset: it has no spec.json")
        saved = read_saved(path)
        if saved.get("format") != FORMAT_VERSION:
            raise DatasetError(
                f"{path}: format {saved.get('format')!r}; this version reads {FORMAT_VERSION}"
            )
        try:
            self.spec = DatasetSpec.model_validate(saved["spec"])
            self._versions: dict[str, str] = dict(saved.get("versions", {}))
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(damaged(path)) from error

    @property
    def library_version(self) -> str:
        """Of the asset libraries it was made with."""
        return self._versions.get("assets", "")

    @property
    def versions(self) -> dict[str, str]:
        """Of the packages that it was made with."""
        return {name: which for name, which in self._versions.items() if name != "assets"}

    def file(self, name: str) -> Path:
        """Where a file that a record names lies.

        Args:
            name: relative to the dataset's folder, as records give it.

        Raises:
            DatasetError: the path leads out of the dataset, also by a link.
        """
        try:
            path = self.root / stored_path(name)
        except ValueError as error:
            raise DatasetError(f"{self.root}: {error}") from error
        folder = name.rpartition("/")[0]
        if os.path.islink(path) or not (folder in self._plain or self._is_plain(folder)):
            raise DatasetError(f"{path} is reached by a link; links in a dataset are not followed")
        return path

    def _is_plain(self, folder: str) -> bool:
        """Whether a folder is reached without a link; each is looked at once."""
        plain = os.path.realpath(self.root / folder) == os.path.normpath(f"{self._real}/{folder}")
        if plain:
            self._plain.add(folder)
        return plain

    def records(self, stage: str) -> Iterator[ShardRecord]:
        """The records of all finished shards of a stage, by name."""
        for found in readings(self.root, (stage,)):
            if isinstance(found, DatasetError):
                raise found
            yield found

    def quarantined(self) -> Iterator[QuarantineRecord]:
        """The shards that were left out on purpose after they failed."""
        return quarantined(self.root)

    def tasks(self) -> Iterator[TaskSpec]:
        """All tasks."""
        return self._items("tasks", "tasks.json", TaskSpec)

    def sources(self) -> Iterator[MergedSource]:
        """The datasets that it was merged from; none of one that was made."""
        for record in self.records("tasks"):
            found = self.source_of(record)
            if found is not None:
                yield found

    def source_of(self, record: ShardRecord) -> MergedSource | None:
        """Where the tasks from a shard of tasks on are from; None where it does not say.

        Raises:
            DatasetError: what says so is missing or damaged.
        """
        name = f"{shard_folder(*record.place)}/{SOURCE}"
        if name not in record.files:
            return None
        path = self.file(name)
        try:
            return MergedSource.from_json(path.read_bytes(), str(path))
        except (OSError, SpecError) as error:
            raise DatasetError(f"{path} is damaged: {error}; merge the datasets again") from error

    def proposals(self) -> Iterator[Verdict]:
        """What became of each answer, where a model or a file gave them."""
        for record in self.records("tasks"):
            if f"{shard_folder(*record.place)}/proposals.json" in record.files:
                yield from self._of(record, "proposals.json", Verdict)

    def scenes(self) -> Iterator[Scene]:
        """All scenes."""
        return self._items("scenes", "scenes.json", Scene)

    def episodes(self) -> Iterator[Episode]:
        """All episodes, failures included where the spec keeps them."""
        return self._items("episodes", "episodes.json", Episode)

    def frames(self) -> Iterator[FrameRecord]:
        """All labelled frames."""
        for record in self.records("frames"):
            for frame in self._of(record, "frames.json", FrameRecord):
                self._refuse_strangers(record, frame.id, frame.files.values())
                yield frame

    def videos(self) -> Iterator[VideoRecord]:
        """All videos of episodes."""
        for record in self.records("frames"):
            for video in self._of(record, "videos.json", VideoRecord):
                self._refuse_strangers(record, video.episode, [video.path])
                yield video

    def skipped(self) -> Iterator[SkippedRecord]:
        """Values of sweeps that some scene could not take."""
        for record in self.records("frames"):
            if f"{shard_folder(*record.place)}/skipped.json" in record.files:
                yield from self._of(record, "skipped.json", SkippedRecord)

    def assets_of(self, scene: Scene) -> dict[str, Asset]:
        """The assets of a scene, by content hash."""
        folder = f"data/scenes/{shard_of(str(scene.task), scene.id)}/assets"
        names = {thing.asset_hash for thing in scene.objects}
        return {name: _asset(self.file(f"{folder}/{name}.json"), name) for name in sorted(names)}

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

    def episode(self, task: str, name: str) -> Episode:
        """One episode, by the ids of its task and its own.

        Raises:
            DatasetError: it is not there.
        """
        path = self.file(f"data/episodes/{shard_of(task, name)}/episodes.json")
        for found in read_models(path, Episode):
            if found.id == name:
                return found
        raise DatasetError(f"{path} has no episode {name}")

    def arrays(self, episode: Episode) -> EpisodeArrays:
        """The arrays of an episode."""
        shard = shard_of(episode.task, episode.id)
        path = self.file(f"data/episodes/{shard}/{episode.id}.npz")
        if not path.is_file():
            raise DatasetError(f"{path} is missing")
        return load_arrays(path.read_bytes(), str(path))

    def _items(self, stage: str, name: str, model: type[Item]) -> Iterator[Item]:
        for record in self.records(stage):
            yield from self._of(record, name, model)

    def _of(self, record: ShardRecord, name: str, model: type[Item]) -> tuple[Item, ...]:
        return read_models(self.file(f"{shard_folder(*record.place)}/{name}"), model)

    def _refuse_strangers(self, record: ShardRecord, item: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in record.files:
                raise DatasetError(
                    f"{self.root}: {item} names the file {name!r}, which is none of its shard "
                    f"{'/'.join(record.place)}"
                )


@remember_assets(512)
def _asset(path: Path, content_hash: str) -> Asset:
    if not path.is_file():
        raise DatasetError(
            f"{path} is missing, though a scene names it; `cousins verify --repair` makes it again"
        )
    asset = Asset.from_json(path.read_bytes(), str(path))
    if asset.content_hash() != content_hash:
        raise DatasetError(f"{path} is damaged: its content does not have the hash in its name")
    return asset


@lru_cache(maxsize=4)
def _scenes_in(path: Path, size: int) -> dict[str, Scene]:
    del size  # a shard that was made anew has another size
    return {scene.id: scene for scene in read_models(path, Scene)}


@lru_cache(maxsize=64)
def _list_of(model: type[Model]) -> TypeAdapter[Any]:
    shape: Any = GenericAlias(tuple, (model, ...))
    return TypeAdapter(shape)


def read_models(path: Path, model: type[Item]) -> tuple[Item, ...]:
    """Read a JSON list of models.

    Raises:
        DatasetError: where the file is missing or not valid.
    """
    try:
        found: tuple[Item, ...] = _list_of(model).validate_json(path.read_bytes())
        return found
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is missing") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise DatasetError(f"{path} is damaged: {first['loc']}: {first['msg']}") from error


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


def load_arrays(raw: bytes, source: str = "arrays") -> EpisodeArrays:
    """The inverse of `dump_arrays`.

    Args:
        raw: an npz file.
        source: names the file in the error.

    Raises:
        DatasetError: it is damaged, or unpacks to more than any episode has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > ARRAYS_LIMIT:
            raise DatasetError(
                f"{source} unpacks to {size} bytes; an episode has at most {ARRAYS_LIMIT}"
            )
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            return EpisodeArrays(**{name: stored[name] for name in stored.files})
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, KeyError, EOFError) as error:
        raise DatasetError(f"{source} is damaged: {error}") from error


def read_saved(path: Path) -> dict[str, Any]:
    """The content of a dataset's spec.json.

    Raises:
        DatasetError: it is a link, no JSON, or no mapping.
    """
    if path.is_symlink():
        raise DatasetError(f"{path} is a link; links in a dataset are not followed")
    try:
        saved: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DatasetError(damaged(path)) from error
    if not isinstance(saved, dict):
        raise DatasetError(damaged(path))
    return cast("dict[str, Any]", saved)


def damaged(path: Path) -> str:
    """The message about a spec.json that cannot be read."""
    return (
        f"{path} is damaged; write it anew with `cousins generate SPEC --out {path.parent}`, "
        "which keeps everything that was made from that spec"
    )
