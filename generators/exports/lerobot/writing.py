"""Export to LeRobotDataset v3.0: demonstrations as parquet rows and camera videos.

Row k of an episode holds state k and the action taken from it, k = 0 .. T - 1; the videos show
the same states. Source of the format: https://huggingface.co/docs/lerobot/lerobot-dataset-v3
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ....schemas import DatasetError, Episode, VideoRecord
from ....tasks.rollout.objects import task_objects
from ...dataset import Dataset
from ...quality.measures import without_trace
from ...row_states import object_states
from .cameras import CameraColumns
from .ending import Written, write_ending
from .language import SubtaskTable, add_language
from .options import Options
from .rows import Columns, data_table, episode_columns, provenance
from .spool import RowSpool
from .stats import image_stats, vector_stats
from .tables import MEGABYTE, EpisodeFiles, TableWriter
from .totals import Totals
from .video import CameraTrack, VideoPart, colour_histogram, video_key

ROWS, META = "data", "meta/episodes"
SPOOL = ".rows"
"""A folder that is there while an export is written."""
OWN_PLACE = ("meta/episodes/chunk_index", "meta/episodes/file_index")
"""Columns of the episode table that are added when its rows are written."""


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
    cameras = videos_by_camera(dataset, options)
    with ExitStack() as stack:
        run = LeRobotWriter(options, dataset, out, tuple(cameras), stack)
        run.add_all(dataset, cameras)
        run.finish()


def videos_by_camera(dataset: Dataset, options: Options) -> dict[str, dict[str, VideoRecord]]:
    """Videos by camera and episode; every camera must have filmed every episode to export.

    Raises:
        DatasetError: one is missing.
    """
    wanted = {episode.id for episode in dataset.episodes() if options.takes(episode)}
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


class LeRobotWriter:
    """One export in progress.

    Args:
        options: what to write.
        dataset: all of it.
        out: folder of the export.
        cameras: whose videos are written, by name.
        stack: closes what is opened.
        number: of the first file that is written.
        totals: of the episodes in files before it; None where there are none.
    """

    def __init__(
        self,
        options: Options,
        dataset: Dataset,
        out: Path,
        cameras: tuple[str, ...],
        stack: ExitStack,
        number: int = 0,
        totals: Totals | None = None,
    ) -> None:
        """Make the folders."""
        self._options, self._dataset, self._out = options, dataset, out
        self.added = dataset
        """The part whose episodes are written here, and were not taken over."""
        self.fps = int(dataset.spec.episodes.hz)
        self._objects = {task.id: task_objects(task) for task in dataset.tasks()}
        self.object_rows = max(map(len, self._objects.values()), default=0)
        self._cameras = CameraColumns(dict.fromkeys(cameras, dataset.spec.render.size))
        self.tracks = {
            name: stack.enter_context(CameraTrack(out / "videos" / video_key(name), self.fps))
            for name in cameras
        }
        self._data = stack.enter_context(TableWriter(out / ROWS))
        self._meta = stack.enter_context(TableWriter(out / META))
        self.spool = stack.enter_context(RowSpool(out / SPOOL))
        limits = dict.fromkeys(cameras, options.video_mb * MEGABYTE)
        self._files = EpisodeFiles({**limits, ROWS: options.data_mb * MEGABYTE}, number)
        self._paraphrases = {task.id: task.paraphrases for task in dataset.tasks()}
        self._waiting: list[dict[str, Any]] = []
        self._waiting_for = (0, 0)
        self.totals = totals or Totals()
        self.subtasks = SubtaskTable(self.totals.subtasks)

    def add_all(self, dataset: Dataset, videos: dict[str, dict[str, VideoRecord]]) -> None:
        """Write all episodes of a dataset, or of a part of one, that are to be exported."""
        for episode in dataset.episodes():
            if self._options.takes(episode):
                self.add(
                    without_trace(episode),
                    {camera: dataset.file(x[episode.id].path) for camera, x in videos.items()},
                )

    def add(self, episode: Episode, films: dict[str, Path]) -> None:
        """Write one episode's rows and videos and keep its metadata.

        Args:
            episode: its record.
            films: its videos by camera.
        """
        if episode.hz != self.fps:
            raise DatasetError(f"episode {episode.id}: {episode.hz} Hz, others {self.fps} Hz")
        columns = self._columns(episode)
        totals, count = self.totals, episode.steps
        task = totals.tasks.setdefault(episode.instruction, len(totals.tasks))
        columns["episode_index"] = np.full(count, totals.episodes, dtype=np.int64)
        columns["index"] = np.arange(totals.frames, totals.frames + count, dtype=np.int64)
        columns["task_index"] = np.full(count, task, dtype=np.int64)
        columns["subtask_index"] = self.subtasks.column(episode)
        self.check_columns(columns, episode.id)
        self.spool.add(columns)
        place, parts = self.write_rows(self.table(columns, episode), columns, films)
        self.keep(self._row(episode, place, columns, parts, films), place)
        totals.frames += count
        totals.episodes += 1
        totals.scenes.add(episode.scene)
        totals.scene_of.append(episode.scene)

    def table(self, columns: Columns, episode: Episode) -> Any:
        """An episode's rows as an Arrow table, with its language where that is wanted."""
        table = data_table(columns)
        if self._options.language:
            table = add_language(table, episode, self._paraphrases.get(episode.task, ()))
        return table

    def write_rows(
        self, table: Any, columns: Columns, films: dict[str, Path]
    ) -> tuple[tuple[int, int], dict[str, VideoPart]]:
        """Write an episode's table and join its videos.

        Args:
            table: its rows.
            columns: the same, as arrays, whose bytes count.
            films: its videos by camera.

        Returns:
            Chunk and number of its files, and where it lies in each camera's video.
        """
        count = table.num_rows
        with ExitStack() as stack:
            sources = {
                camera: stack.enter_context(self.tracks[camera].opened(path, count))
                for camera, path in films.items()
            }
            sizes = {camera: source.nbytes for camera, source in sources.items()}
            sizes[ROWS] = sum(values.nbytes for values in columns.values())
            differs = any(self.tracks[camera].differs(x) for camera, x in sources.items())
            place = self._files.place(sizes, differs=differs)
            self._data.write(table, place)
            parts = {camera: self.tracks[camera].append(x, place) for camera, x in sources.items()}
        return place, parts

    def keep(self, row: dict[str, Any], place: tuple[int, int]) -> None:
        """Keep a row of the episode table, without its own place, until its file is full."""
        if self._waiting and place != self._waiting_for:
            self._flush()
        self._waiting_for = place
        self._waiting.append(row)

    def check_columns(self, columns: Columns, name: str) -> None:
        """Refuse rows of other columns than those before.

        Raises:
            DatasetError: naming the episode.
        """
        first = self.spool.first
        missing = [key for key in first if key not in columns]
        if missing:
            raise DatasetError(f"episode {name}: no {', '.join(missing)}, as others have")
        for key, earlier in first.items():
            if columns[key].shape[1:] != earlier.shape[1:]:
                raise DatasetError(
                    f"episode {name}: {key} has shape {columns[key].shape[1:]}, "
                    f"others {earlier.shape[1:]}"
                )

    def _columns(self, episode: Episode) -> Columns:
        """The frame features of an episode that do not depend on other episodes."""
        arrays, scene = self._dataset.arrays(episode), self._dataset.scene_of(episode)
        assets, names = self._dataset.assets_of(scene), self._objects[episode.task]
        seen = object_states(scene, assets, names, self.object_rows, arrays.qpos)
        columns = episode_columns(arrays, episode, seen, scene)
        return columns | self._cameras.of(scene, assets, episode, arrays.qpos[: episode.steps])

    def _row(
        self,
        episode: Episode,
        place: tuple[int, int],
        columns: Columns,
        parts: dict[str, VideoPart],
        films: dict[str, Path],
    ) -> dict[str, Any]:
        """A row of the episode table, without its own place."""
        totals = self.totals
        row: dict[str, Any] = {
            "episode_index": totals.episodes,
            "tasks": [episode.instruction],
            "length": episode.steps,
            "data/chunk_index": place[0],
            "data/file_index": place[1],
            "dataset_from_index": totals.frames,
            "dataset_to_index": totals.frames + episode.steps,
        }
        stats = {key: vector_stats(values) for key, values in columns.items()}
        for camera, part in parts.items():
            key = video_key(camera)
            row[f"videos/{key}/chunk_index"] = part.chunk
            row[f"videos/{key}/file_index"] = part.file
            row[f"videos/{key}/from_timestamp"] = part.start
            row[f"videos/{key}/to_timestamp"] = part.stop
            histogram, sampled = colour_histogram(films[camera], episode.steps)
            totals.count_pixels(key, histogram, sampled)
            stats[key] = image_stats(histogram, sampled)
        for key, values in stats.items():
            row |= {f"stats/{key}/{name}": value for name, value in values.items()}
        if self._dataset.spec.physics is not None:
            physics = self._dataset.scene_of(episode).physics
            row["physics"] = json.dumps(physics, sort_keys=True)
        return row | provenance(episode)

    def _flush(self) -> None:
        """Write the episode rows that wait: those of one file."""
        import pyarrow as pa

        if not self._waiting:
            return
        table = pa.Table.from_pylist(self._waiting)
        for name, value in zip(OWN_PLACE, self._waiting_for, strict=True):
            column = pa.array([value] * len(self._waiting), pa.int64())
            table = table.append_column(name, column)
        self._meta.write(table, self._waiting_for)
        self._waiting = []

    def finish(self) -> None:
        """Write what is known only at the end: info, statistics, tasks, and licences."""
        self._flush()
        # What follows tells of the bytes of these.
        for table in (self._data, self._meta):
            table.close()
        for track in self.tracks.values():
            track.close()
        written = Written(
            totals=self.totals,
            subtasks=self.subtasks,
            added=self.added,
            spool=self.spool,
            videos={name: track.format for name, track in self.tracks.items()},
            fps=self.fps,
            objects=tuple(self._object_names()),
        )
        write_ending(written, self._dataset, self._out, self._options)

    def _object_names(self) -> Iterator[str]:
        """A name for each object: those of the tasks where all have the same, else numbers."""
        named = set(self._objects.values())
        if len(named) == 1:
            yield from named.pop()
            return
        for number in range(1, self.object_rows + 1):
            yield f"object_{number}"
