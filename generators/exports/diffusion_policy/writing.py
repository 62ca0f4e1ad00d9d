"""Export to the replay buffer of Diffusion Policy: one Zarr group, rows of all episodes in a line.

```
replay_buffer.zarr                    Zarr, format 2; attributes: assets and licences, rate, robot
  data/action                         (N, J + 1) joint targets, radians, and the opening, metres
  data/delta_action                   (N, 7) motions of the tool
  data/robot0_joint_pos, ...          what is seen before each action, as in the export robomimic
  data/<camera>_image                 (N, H, W, 3) uint8
  meta/episode_ends                   (E,) int64, the row after the last of each episode
  meta/train, meta/val                (E,) bool, splits by scene
  meta/training_rank                  (E,) int64, place among nested training sets; -1 in val
  meta/episode_id, task_id, scene_id, instruction, success    (E,)
```

Source of the format: the class `ReplayBuffer` of Diffusion Policy (Chi et al., 2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import Episode
from ...dataset import Dataset
from ...licences import asset_uses
from .._demonstrations import (
    AttemptSurvey,
    ExportedAttempt,
    demonstrations,
    pictures,
    survey_attempts,
)
from .._observed import observations, reduced

FILE = "replay_buffer.zarr"
CHUNK_BYTES = 2_000_000
"""Of rows that are compressed together; as Diffusion Policy has it."""
Rows = npt.NDArray[Any]
Shape = tuple[int, ...]


def write(dataset: Dataset, out: Path, *, failures: bool, side: int) -> None:
    """Write the export to `out`, an empty or absent folder.

    Args:
        dataset: with demonstrations.
        out: the folder.
        failures: also export attempts that missed their goal.
        side: pixels of the longer side of pictures; those of larger ones are averaged.

    Raises:
        DatasetError: files are damaged, or some episodes lack a video that others have.
    """
    found = survey_attempts(dataset, failures=failures)
    out.mkdir(parents=True, exist_ok=True)
    zarr: Any = import_module("zarr")
    root = zarr.open_group(store=str(out / FILE), mode="w", zarr_format=2)
    buffer = _Buffer(root.create_group("data"), found.steps)
    episodes: list[Episode] = []
    for demo in demonstrations(dataset, failures=failures):
        count = demo.episode.steps
        for key, rows in _rows(demo, count):
            buffer.add(key, rows)
        for camera, path in demo.films.items():
            for place, picture in enumerate(pictures(path, count)):
                if place < count:
                    buffer.add(f"{camera}_image", reduced(picture, side)[None])
        episodes.append(demo.episode)
    buffer.finish()
    meta = root.create_group("meta")
    for key, values in _meta(episodes, found):
        _array(meta, key, values.shape, values.dtype, values.shape)[:] = values
    scenes = set(found.scenes.values())
    uses = asset_uses(dataset, (x for x in dataset.scenes() if x.id in scenes))
    told = {"name": dataset.spec.name, "robot": dataset.spec.robot, "hz": dataset.spec.episodes.hz}
    root.attrs.update({**told, "assets": [use.model_dump(mode="json") for use in uses]})


def _rows(demo: ExportedAttempt, count: int) -> Iterator[tuple[str, Rows]]:
    """What is known before each of an attempt's actions."""
    yield "action", demo.actions
    yield "delta_action", demo.deltas
    for key, values in observations(demo).items():
        yield key, values[:count]


def _meta(episodes: list[Episode], found: AttemptSurvey) -> Iterator[tuple[str, Rows]]:
    """What is known of each episode."""
    held = found.validation
    ranks = {name: rank for rank, name in enumerate(found.training_order())}
    val = np.array([episode.scene in held for episode in episodes])
    yield "episode_ends", np.cumsum([episode.steps for episode in episodes], dtype=np.int64)
    yield "train", ~val
    yield "val", val
    yield "training_rank", np.array([ranks.get(x.id, -1) for x in episodes], dtype=np.int64)
    yield "success", np.array([episode.success for episode in episodes])
    yield "episode_id", np.array([episode.id for episode in episodes])
    yield "task_id", np.array([episode.task for episode in episodes])
    yield "scene_id", np.array([episode.scene for episode in episodes])
    yield "instruction", np.array([episode.instruction for episode in episodes])


class _Buffer:
    """Arrays of rows that are written chunk by chunk as rows come.

    Args:
        group: to hold them.
        total: rows of each.
    """

    def __init__(self, group: Any, total: int) -> None:
        self._group, self._total = group, total
        self._arrays: dict[str, Any] = {}
        self._waiting: dict[str, list[Rows]] = {}
        self._written: dict[str, int] = {}

    def add(self, key: str, rows: Rows) -> None:
        """Append rows (K, ...)."""
        if key not in self._arrays:
            size = max(1, rows.dtype.itemsize * int(np.prod(rows.shape[1:])))
            length = min(self._total, -(-CHUNK_BYTES // size))
            shape, chunk = (self._total, *rows.shape[1:]), (length, *rows.shape[1:])
            self._arrays[key] = _array(self._group, key, shape, rows.dtype, chunk)
            self._waiting[key], self._written[key] = [], 0
        self._waiting[key].append(rows)
        self._flush(key, self._arrays[key].chunks[0])

    def finish(self) -> None:
        """Write what waits."""
        for key in self._arrays:
            self._flush(key, 1)

    def _flush(self, key: str, length: int) -> None:
        """Write what waits, in whole chunks of a length."""
        count = sum(map(len, self._waiting[key])) // length * length
        if not count:
            return
        rows, start = np.concatenate(self._waiting[key]), self._written[key]
        self._arrays[key][start : start + count] = rows[:count]
        self._waiting[key], self._written[key] = [rows[count:]], start + count


def _array(group: Any, key: str, shape: Shape, kind: Any, chunk: Shape) -> Any:
    """An empty array; zlib is a codec that every release of Zarr knows, and gives equal bytes."""
    codec = import_module("numcodecs").Zlib(level=1)
    return group.create_array(key, shape=shape, dtype=kind, chunks=chunk, compressors=codec)
