"""Export to LeRobotDataset v3.0: demonstrations as parquet rows and camera videos.

Row k of an episode holds state k and the action taken from it, k = 0 .. T - 1; the videos show
the same states. Source of the format: https://huggingface.co/docs/lerobot/lerobot-dataset-v3
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import DatasetError, Episode, VideoRecord
from ....tasks.rollout.objects import task_objects
from ...dataset import Dataset, dump_models
from ...licences import AssetUse, asset_uses
from ...quality.measures import without_trace
from ...row_states import object_states
from .._card import Card, card
from .._croissant import croissant
from .cameras import CameraColumns
from .language import SubtaskTable, add_language, language_features
from .rows import Columns, data_table, episode_columns, features, provenance
from .stats import Stats, image_stats, vector_stats
from .tables import CHUNKS_SIZE, MEGABYTE, TableWriter
from .video import CameraTrack, VideoPart

WHAT = "Each row is a state of a robot and the action that it took from there."
LOAD = """from lerobot.datasets.lerobot_dataset import LeRobotDataset

dataset = LeRobotDataset("local/NAME", root=PATH)"""
COLUMNS = {
    "timestamp": "Float",
    **dict.fromkeys(
        ("frame_index", "episode_index", "index", "task_index", "subtask_index"), "Integer"
    ),
    "next.reward": "Float",
    "next.success": "Boolean",
}
"""Those that Croissant is told of."""
EPISODES_AT_ONCE = 100
"""Rows of the episode table that share a row group."""
PATTERN = "chunk-{chunk_index:03d}/file-{file_index:03d}"


@dataclass(frozen=True)
class Options:
    """What is written, and into how large files.

    Attributes:
        failures: also attempts that missed their goal.
        language: also LeRobot's language columns.
        data_mb: upper size of a data file.
        video_mb: upper size of a video file.
    """

    failures: bool
    language: bool
    data_mb: int
    video_mb: int


def write(dataset: Dataset, out: Path, options: Options) -> None:
    """Write the export to `out`, an empty or absent folder.

    Args:
        dataset: finished.
        out: the folder.
        options: what to write.

    Raises:
        DatasetError: where videos are missing for some episodes, or episodes differ in frequency
            or joints.
    """
    # An attempt that ended before it moved has no row to give.
    chosen = [
        without_trace(episode)
        for episode in dataset.episodes()
        if episode.steps and (episode.success or options.failures)
    ]
    cameras = _cameras(dataset, chosen)
    with ExitStack() as stack:
        run = _Run(options, dataset, out, cameras, stack)
        for episode in chosen:
            run.add(episode)
        run.flush()
    run.finish({episode.scene for episode in chosen})


def _cameras(dataset: Dataset, chosen: list[Episode]) -> dict[str, dict[str, VideoRecord]]:
    """Videos by camera and episode; every camera must have filmed every chosen episode."""
    wanted = {episode.id for episode in chosen}
    found: dict[str, dict[str, VideoRecord]] = {}
    for video in dataset.videos():
        if video.episode in wanted:
            found.setdefault(video.camera, {})[video.episode] = video
    for camera, videos in found.items():
        missing = sorted(wanted - set(videos))
        if missing:
            raise DatasetError(
                f"camera {camera!r} has no video of {len(missing)} of {len(wanted)} episodes, "
                f"such as {missing[0]!r}; render them first"
            )
    return {camera: found[camera] for camera in sorted(found)}


@dataclass
class _Totals:
    """The totals over all episodes added so far."""

    frames: int = 0
    tasks: dict[str, int] = field(default_factory=dict[str, int])
    columns: dict[str, list[npt.NDArray[Any]]] = field(
        default_factory=dict[str, list[npt.NDArray[Any]]]
    )
    histograms: dict[str, npt.NDArray[np.int64]] = field(
        default_factory=dict[str, npt.NDArray[np.int64]]
    )
    sampled: dict[str, int] = field(default_factory=dict[str, int])


class _Run:
    """One export in progress."""

    def __init__(
        self,
        options: Options,
        dataset: Dataset,
        out: Path,
        cameras: dict[str, dict[str, VideoRecord]],
        stack: ExitStack,
    ) -> None:
        self._options, self._dataset, self._out = options, dataset, out
        self._fps = int(dataset.spec.episodes.hz)
        self._objects = {task.id: task_objects(task) for task in dataset.tasks()}
        self._object_rows = max(map(len, self._objects.values()), default=0)
        self._subtasks = SubtaskTable()
        self._cameras = CameraColumns(
            {name: dataset.spec.render.size for name, videos in cameras.items() if videos}
        )
        self._videos = {f"observation.images.{name}": v for name, v in cameras.items()}
        self._tracks = {
            key: stack.enter_context(
                CameraTrack(out / "videos" / key, self._fps, options.video_mb * MEGABYTE)
            )
            for key in self._videos
        }
        self._data = stack.enter_context(TableWriter(out / "data", options.data_mb * MEGABYTE))
        self._meta = stack.enter_context(
            TableWriter(out / "meta" / "episodes", options.data_mb * MEGABYTE)
        )
        varied = dataset.spec.physics is not None
        self._varied = {scene.id: scene for scene in dataset.scenes()} if varied else {}
        self._paraphrases = {task.id: task.paraphrases for task in dataset.tasks()}
        self._rows: list[dict[str, Any]] = []
        self._episodes = 0
        self._totals = _Totals()

    def add(self, episode: Episode) -> None:
        """Write one episode's rows and videos and keep its metadata."""
        if episode.hz != self._fps:
            raise DatasetError(f"episode {episode.id}: {episode.hz} Hz, others {self._fps} Hz")
        columns = self._columns(episode)
        totals, count = self._totals, episode.steps
        task = totals.tasks.setdefault(episode.instruction, len(totals.tasks))
        columns["episode_index"] = np.full(count, self._episodes, dtype=np.int64)
        columns["index"] = np.arange(totals.frames, totals.frames + count, dtype=np.int64)
        columns["task_index"] = np.full(count, task, dtype=np.int64)
        columns["subtask_index"] = self._subtasks.column(episode)
        self._check_columns(columns, episode)
        for key, values in columns.items():
            totals.columns.setdefault(key, []).append(values)
        table = data_table(columns)
        if self._options.language:
            table = add_language(table, episode, self._paraphrases.get(episode.task, ()))
        place = self._data.place(table)
        self._data.write(table, place)
        parts = {key: self._film(key, episode) for key in self._videos}
        self._rows.append(self._row(episode, place, columns, parts))
        totals.frames += count
        self._episodes += 1
        if len(self._rows) == EPISODES_AT_ONCE:
            self.flush()

    def _columns(self, episode: Episode) -> Columns:
        """The frame features of an episode that do not depend on other episodes."""
        arrays, scene = self._dataset.arrays(episode), self._dataset.scene_of(episode)
        assets, names = self._dataset.assets_of(scene), self._objects[episode.task]
        seen = object_states(scene, assets, names, self._object_rows, arrays.qpos)
        columns = episode_columns(arrays, episode, seen, scene)
        return columns | self._cameras.of(scene, assets, episode, arrays.qpos[: episode.steps])

    def _check_columns(self, columns: Columns, episode: Episode) -> None:
        missing = [key for key in self._totals.columns if key not in columns]
        if missing:
            raise DatasetError(f"episode {episode.id}: no {', '.join(missing)}, as others have")
        for key, earlier in self._totals.columns.items():
            if columns[key].shape[1:] != earlier[0].shape[1:]:
                raise DatasetError(
                    f"episode {episode.id}: {key} has shape {columns[key].shape[1:]}, "
                    f"others {earlier[0].shape[1:]}"
                )

    def _film(self, key: str, episode: Episode) -> VideoPart:
        video = self._videos[key][episode.id]
        part = self._tracks[key].append(self._dataset.file(video.path), episode.steps)
        totals = self._totals
        known = totals.histograms.get(key)
        totals.histograms[key] = part.histogram if known is None else known + part.histogram
        totals.sampled[key] = totals.sampled.get(key, 0) + part.sampled
        return part

    def _row(
        self,
        episode: Episode,
        place: tuple[int, int],
        columns: Columns,
        parts: dict[str, VideoPart],
    ) -> dict[str, Any]:
        """A row of the episode table, without its own place."""
        row: dict[str, Any] = {
            "episode_index": self._episodes,
            "tasks": [episode.instruction],
            "length": episode.steps,
            "data/chunk_index": place[0],
            "data/file_index": place[1],
            "dataset_from_index": self._totals.frames,
            "dataset_to_index": self._totals.frames + episode.steps,
        }
        stats = {key: vector_stats(values) for key, values in columns.items()}
        for key, part in parts.items():
            row[f"videos/{key}/chunk_index"] = part.chunk
            row[f"videos/{key}/file_index"] = part.file
            row[f"videos/{key}/from_timestamp"] = part.start
            row[f"videos/{key}/to_timestamp"] = part.stop
            stats[key] = image_stats(part.histogram, part.sampled)
        for key, values in stats.items():
            row |= {f"stats/{key}/{name}": value for name, value in values.items()}
        if self._varied:
            physics = self._varied[episode.scene].physics
            row["physics"] = json.dumps(physics, sort_keys=True)
        return row | provenance(episode)

    def flush(self) -> None:
        """Write the episode rows that wait."""
        import pyarrow as pa

        if not self._rows:
            return
        table = pa.Table.from_pylist(self._rows)
        place = self._meta.place(table)
        for name, value in zip(("chunk_index", "file_index"), place, strict=True):
            column = pa.array([value] * len(self._rows), pa.int64())
            table = table.append_column(f"meta/episodes/{name}", column)
        self._meta.write(table, place)
        self._rows = []

    def finish(self, scenes: set[str]) -> None:
        """Write what is known only at the end: info, statistics, tasks, and licences."""
        import pandas as pd

        meta = self._out / "meta"
        meta.mkdir(parents=True, exist_ok=True)
        totals = self._totals
        tasks = pd.DataFrame(
            {"task_index": np.arange(len(totals.tasks), dtype=np.int64)},
            index=pd.Index(list(totals.tasks), name="task", dtype="object"),
        )
        tasks.to_parquet(meta / "tasks.parquet")
        self._subtasks.write(meta / "subtasks.parquet")
        _write_json(meta / "info.json", self._info())
        _write_json(meta / "stats.json", dict(self._stats()))
        used = (scene for scene in self._dataset.scenes() if scene.id in scenes)
        uses = asset_uses(self._dataset, used)
        (meta / "assets.json").write_bytes(dump_models(uses))
        self._tell(uses)

    def _tell(self, uses: Sequence[AssetUse]) -> None:
        """Write the card and the Croissant file."""
        told = Card(
            categories=("robotics",),
            tags=("LeRobot", self._dataset.spec.robot),
            rows=self._totals.frames,
            splits={"train": "data/*/*.parquet"},
            what=WHAT,
            load=LOAD,
            sources=tuple(self._dataset.sources()),
        )
        text = card(self._dataset.spec, uses, told)
        (self._out / "README.md").write_text(text, encoding="utf-8")
        text = croissant(
            self._dataset.spec.name, WHAT, [use.licence for use in uses], self._out, COLUMNS
        )
        (self._out / "croissant.json").write_text(text, encoding="utf-8")

    def _stats(self) -> Iterator[tuple[str, Stats]]:
        for key, parts in self._totals.columns.items():
            yield key, vector_stats(np.concatenate(parts))
        for key, histogram in self._totals.histograms.items():
            yield key, image_stats(histogram, self._totals.sampled[key])

    def _info(self) -> dict[str, Any]:
        videos = {key: track.format for key, track in self._tracks.items() if track.format}
        first = {key: parts[0] for key, parts in self._totals.columns.items()}
        described = features(first, videos, self._fps, self._object_names())
        if self._options.language and first:
            described |= language_features()
        return {
            "codebase_version": "v3.0",
            "robot_type": self._dataset.spec.robot,
            "total_episodes": self._episodes,
            "total_frames": self._totals.frames,
            "total_tasks": len(self._totals.tasks),
            "chunks_size": CHUNKS_SIZE,
            "data_files_size_in_mb": self._options.data_mb,
            "video_files_size_in_mb": self._options.video_mb,
            "fps": self._fps,
            "splits": {"train": f"0:{self._episodes}"},
            "data_path": f"data/{PATTERN}.parquet",
            "video_path": f"videos/{{video_key}}/{PATTERN}.mp4" if self._videos else None,
            "features": described,
        }

    def _object_names(self) -> tuple[str, ...]:
        """A name for each object: those of the tasks where all have the same, else numbers."""
        named = set(self._objects.values())
        if len(named) == 1:
            return named.pop()
        return tuple(f"object_{number}" for number in range(1, self._object_rows + 1))


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=4, allow_nan=False) + "\n", encoding="utf-8")
