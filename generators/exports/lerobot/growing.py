"""A LeRobot export that grows: full files are linked, the last one is continued.

What is dear, looking at the pictures of each video, is done for new episodes alone: the counts of
pixels of the earlier export are in `meta/pixel_counts.json`.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ....schemas import VideoRecord
from ...dataset import Dataset, read_models
from ...licences import AssetUse
from ...quality.measures import without_trace
from ...shards import shard_of
from .._growing import CannotGrowError, EarlierExport
from .ending import ASSETS, COUNTS, INFO, SUBTASKS, TASKS
from .options import Options
from .rows import table_columns
from .tables import CHUNKS_SIZE, EPISODES_PER_FILE, numbered
from .totals import Totals
from .video import VideoFormat, video_key
from .writing import META, OWN_PLACE, ROWS, LeRobotWriter, videos_by_camera


@dataclass(frozen=True)
class _Last:
    """The last files of the earlier export, which are written again.

    Attributes:
        number: theirs.
        rows: of the episode table.
    """

    number: int
    rows: list[dict[str, Any]]


def grow(dataset: Dataset, out: Path, options: Options, earlier: EarlierExport) -> None:
    """Write the export of a dataset of which an earlier export has the first part.

    Raises:
        CannotGrowError: the earlier export is damaged, or new episodes have other features.
        DatasetError: as `write`.
    """
    added = earlier.added(dataset)
    try:
        info, last = _info(earlier), _last(earlier)
        totals = _totals(earlier, info, last)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotGrowError(f"{earlier.folder} is damaged: {error}") from error
    cameras = videos_by_camera(added, options)
    keys = set(totals.videos)
    if cameras and {video_key(name) for name in cameras} != keys:
        raise CannotGrowError("other cameras have filmed the new episodes")
    names = tuple(sorted(key.removeprefix(video_key("")) for key in keys))
    with ExitStack() as stack:
        run = LeRobotWriter(options, dataset, out, names, stack, last.number, totals)
        run.added = added
        for name in names:
            run.tracks[name].format = _format(totals.videos[video_key(name)])
        _take_over(earlier, out, run, last.number, names)
        _write_again(dataset, earlier, run, last, names)
        width = info["features"]["observation.environment_state"]["shape"][0]
        if run.spool.first and run.object_rows and width != _width(run):
            raise CannotGrowError("new tasks have more objects than those before")
        if not cameras and any(map(options.takes, added.episodes())) and names:
            raise CannotGrowError("no camera has filmed the new episodes")
        run.add_all(added, cameras)
        run.finish()


def _width(run: LeRobotWriter) -> int:
    from ....tasks.rollout.objects import FEATURES

    return run.object_rows * len(FEATURES)


def _info(earlier: EarlierExport) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((earlier.folder / INFO).read_bytes())
    return found


def _last(earlier: EarlierExport) -> _Last:
    """The last files; nothing of them where they are full."""
    import pyarrow.parquet as pq

    paths = sorted((earlier.folder / META).glob("*/*.parquet"))
    number = len(paths) - 1
    path = earlier.folder / META / numbered(*divmod(number, CHUNKS_SIZE), "parquet")
    rows = pq.ParquetFile(path).read(use_threads=False).to_pylist()
    if len(rows) == EPISODES_PER_FILE:
        return _Last(number + 1, [])
    return _Last(number, [{k: v for k, v in row.items() if k not in OWN_PLACE} for row in rows])


def _totals(earlier: EarlierExport, info: dict[str, Any], last: _Last) -> Totals:
    """What the earlier export knows of its episodes; the last ones are counted anew."""
    import pandas as pd

    folder = earlier.folder
    tasks = pd.read_parquet(folder / TASKS).index.tolist()
    counts = json.loads((folder / COUNTS).read_bytes())
    again = sum(row["length"] for row in last.rows)
    return Totals(
        episodes=info["total_episodes"] - len(last.rows),
        frames=info["total_frames"] - again,
        tasks={text: number for number, text in enumerate(tasks)},
        subtasks=tuple(pd.read_parquet(folder / SUBTASKS).index.tolist()),
        histograms={k: np.array(v["counts"], dtype=np.int64) for k, v in counts.items()},
        sampled={key: value["frames"] for key, value in counts.items()},
        scene_of=_scenes(earlier)[: info["total_episodes"] - len(last.rows)],
        uses=read_models(folder / ASSETS, AssetUse),
        videos={k: v for k, v in info["features"].items() if v["dtype"] == "video"},
    )


def _scenes(earlier: EarlierExport) -> list[str]:
    """The scene of each episode, in order."""
    import pyarrow.parquet as pq

    found: list[str] = []
    for path in sorted((earlier.folder / META).glob("*/*.parquet")):
        read = pq.ParquetFile(path).read(columns=["scene_id"], use_threads=False)
        found += read["scene_id"].to_pylist()
    return found


def _format(feature: dict[str, Any]) -> VideoFormat:
    """Of a camera's first video; parameter sets are those of whatever is joined first."""
    told = feature["info"]
    return VideoFormat(
        told["video.width"], told["video.height"], told["video.codec"], told["video.pix_fmt"], b""
    )


def _take_over(
    earlier: EarlierExport, out: Path, run: LeRobotWriter, stop: int, cameras: tuple[str, ...]
) -> None:
    """Link the full files, and keep their rows for the statistics of all."""
    import pyarrow.parquet as pq

    for number in range(stop):
        place = divmod(number, CHUNKS_SIZE)
        for folder in (ROWS, META):
            earlier.link(f"{folder}/{numbered(*place, 'parquet')}", out)
        for name in cameras:
            earlier.link(f"videos/{video_key(name)}/{numbered(*place, 'mp4')}", out)
        table = pq.ParquetFile(earlier.folder / ROWS / numbered(*place, "parquet"))
        read = table.read(use_threads=False)
        run.spool.add(table_columns(read, _keys(read)))


def _keys(table: Any) -> list[str]:
    """The columns of rows, without those of language."""
    return [name for name in table.column_names if not name.startswith("language_")]


def _write_again(
    dataset: Dataset,
    earlier: EarlierExport,
    run: LeRobotWriter,
    last: _Last,
    cameras: tuple[str, ...],
) -> None:
    """Write the episodes of the last files as they were, so that more can follow them."""
    import pyarrow.parquet as pq

    if not last.rows:
        return
    place = divmod(last.number, CHUNKS_SIZE)
    file = pq.ParquetFile(earlier.folder / ROWS / numbered(*place, "parquet"))
    if file.num_row_groups != len(last.rows):
        raise CannotGrowError(f"{earlier.folder} has rows of other episodes than it says")
    for group, row in enumerate(last.rows):
        read = file.read_row_group(group, use_threads=False)
        columns = table_columns(read, _keys(read))
        episode = dataset.episode(row["task_id"], row["episode_id"])
        table = run.table(columns, without_trace(episode))
        run.spool.add(columns)
        films = _films(dataset, row["task_id"], row["episode_id"], cameras)
        found, _ = run.write_rows(table, columns, films)
        if found != place:
            raise CannotGrowError(f"{earlier.folder} has files of another size")
        run.keep(row, found)
        run.totals.episodes += 1
        run.totals.scene_of.append(row["scene_id"])
        run.totals.frames += row["length"]


def _films(dataset: Dataset, task: str, episode: str, cameras: tuple[str, ...]) -> dict[str, Path]:
    """The videos of an episode, by camera."""
    told = _videos(dataset.file(f"data/frames/{shard_of(task, episode)}/videos.json"))
    found = {video.camera: dataset.file(video.path) for video in told if video.episode == episode}
    missing = [name for name in cameras if name not in found]
    if missing:
        raise CannotGrowError(f"{episode} has no video of {missing[0]} any more")
    return {name: found[name] for name in cameras}


@lru_cache(maxsize=2)
def _videos(path: Path) -> tuple[VideoRecord, ...]:
    return read_models(path, VideoRecord)
