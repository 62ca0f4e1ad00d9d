"""The files of a LeRobot export that are written last: info, statistics, tasks, licences, card."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ....schemas import canonical_json
from ...cards import Card, card
from ...dataset import Dataset, dump_models
from ...licences import AssetUse, asset_uses, joined_uses
from ...splits import held_out
from .._croissant import croissant
from .language import SubtaskTable, language_features
from .options import Options
from .rows import features
from .spool import RowSpool
from .stats import Stats, image_stats
from .tables import CHUNKS_SIZE
from .totals import Totals
from .video import VideoFormat, video_key

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
INFO, COUNTS, ASSETS = "meta/info.json", "meta/pixel_counts.json", "meta/assets.json"
SPLITS = "meta/splits.json"
TASKS, SUBTASKS = "meta/tasks.parquet", "meta/subtasks.parquet"
PATTERN = "chunk-{chunk_index:03d}/file-{file_index:03d}"


@dataclass(frozen=True)
class Written:
    """What is known once all episodes are written.

    Attributes:
        totals: over all of them.
        subtasks: their texts.
        added: the part of the dataset whose episodes were not taken over.
        spool: all rows.
        videos: the format of each camera's videos; None where it filmed nothing.
        fps: rows per second.
        objects: a name for each object of the environment's state.
    """

    totals: Totals
    subtasks: SubtaskTable
    added: Dataset
    spool: RowSpool
    videos: Mapping[str, VideoFormat | None]
    fps: int
    objects: tuple[str, ...]


def write_ending(written: Written, dataset: Dataset, out: Path, options: Options) -> None:
    """Write the last files.

    Args:
        written: what they tell of.
        dataset: all of it.
        out: folder of the export.
        options: what was written.
    """
    import pandas as pd

    totals = written.totals
    tasks = pd.DataFrame(
        {"task_index": np.arange(len(totals.tasks), dtype=np.int64)},
        index=pd.Index(list(totals.tasks), name="task", dtype="object"),
    )
    (out / "meta").mkdir(parents=True, exist_ok=True)
    tasks.to_parquet(out / TASKS)
    written.subtasks.write(out / SUBTASKS)
    _write_json(out / INFO, _info(written, dataset, options))
    _write_json(out / "meta/stats.json", dict(_stats(written)))
    (out / SPLITS).write_text(canonical_json(_splits(totals)) + "\n", encoding="utf-8")
    counts = {
        key: {"frames": totals.sampled[key], "counts": histogram.tolist()}
        for key, histogram in totals.histograms.items()
    }
    (out / COUNTS).write_text(json.dumps(counts) + "\n", encoding="utf-8")
    used = (scene for scene in written.added.scenes() if scene.id in totals.scenes)
    uses = joined_uses(totals.uses, asset_uses(dataset, used))
    (out / ASSETS).write_bytes(dump_models(uses))
    _tell(totals, dataset, out, uses)


def _splits(totals: Totals) -> dict[str, list[int]]:
    """Numbers of episodes, as `lerobot-edit-dataset` takes them to split a dataset.

    The ranges in info.json cannot say it: scenes are held back here and there, and an export that
    grows keeps its order.
    """
    held = held_out(totals.scene_of)
    found: dict[str, list[int]] = {"train": [], "val": []}
    for number, scene in enumerate(totals.scene_of):
        found["val" if scene in held else "train"].append(number)
    return found


def _tell(totals: Totals, dataset: Dataset, out: Path, uses: Sequence[AssetUse]) -> None:
    """Write the card and the Croissant file."""
    told = Card(
        categories=("robotics",),
        tags=("LeRobot", dataset.spec.robot),
        rows=totals.frames,
        splits={"train": "data/*/*.parquet"},
        what=WHAT,
        load=LOAD,
        sources=tuple(dataset.sources()),
    )
    (out / "README.md").write_text(card(dataset.spec, uses, told), encoding="utf-8")
    text = croissant(dataset.spec.name, WHAT, [use.licence for use in uses], out, COLUMNS)
    (out / "croissant.json").write_text(text, encoding="utf-8")


def _stats(written: Written) -> Iterator[tuple[str, Stats]]:
    yield from written.spool.stats()
    for key, histogram in written.totals.histograms.items():
        yield key, image_stats(histogram, written.totals.sampled[key])


def _info(written: Written, dataset: Dataset, options: Options) -> dict[str, Any]:
    totals, rows = written.totals, written.spool.first
    videos = {
        video_key(name): found
        for name, found in written.videos.items()
        if found and video_key(name) not in totals.videos
    }
    described = features(rows, videos, written.fps, written.objects) | totals.videos
    if options.language and rows:
        described |= language_features()
    return {
        "codebase_version": "v3.0",
        "robot_type": dataset.spec.robot,
        "total_episodes": totals.episodes,
        "total_frames": totals.frames,
        "total_tasks": len(totals.tasks),
        "chunks_size": CHUNKS_SIZE,
        "data_files_size_in_mb": options.data_mb,
        "video_files_size_in_mb": options.video_mb,
        "fps": written.fps,
        "splits": {"train": f"0:{totals.episodes}"},
        "data_path": f"data/{PATTERN}.parquet",
        "video_path": f"videos/{{video_key}}/{PATTERN}.mp4" if written.videos else None,
        "features": described,
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=4, allow_nan=False) + "\n", encoding="utf-8")
