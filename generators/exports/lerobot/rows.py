"""Contents of a LeRobot dataset's rows: frame columns, features, and provenance."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.physics.sensing import sensed
from ....schemas import DatasetError, Episode, EpisodeArrays, Scene
from ....tasks.rollout.objects import FEATURES
from ...row_states import DELTAS, delta_actions
from .cameras import EXTRINSICS, INTRINSICS, extrinsics_key, intrinsics_key
from .language import recovering
from .video import VideoFormat

Columns = dict[str, npt.NDArray[Any]]
Feature = dict[str, Any]


ENVIRONMENT = "observation.environment_state"
"""Of the objects that the task speaks of; policies that see no picture need it."""
DELTA = "delta_action"
"""Its name must not begin with `action`, which LeRobot takes for a second thing to predict."""


def episode_columns(
    arrays: EpisodeArrays,
    episode: Episode,
    objects: npt.NDArray[np.float32],
    scene: Scene | None = None,
) -> Columns:
    """The frame features of one episode that do not depend on other episodes.

    Args:
        arrays: of the episode, T actions.
        episode: its record.
        objects: (T + 1, N * 12) what is observed of the objects.
        scene: where it took place: its sensors may be noisy; None stands for exact ones.

    Returns:
        Arrays of T rows by feature name; float32 except for the indices and flags.

    Raises:
        DatasetError: where the arrays do not have the lengths that the record states.
    """
    count, width = arrays.actions.shape
    if count != episode.steps or len(arrays.qpos) != count + 1:
        raise DatasetError(
            f"episode {episode.id}: {count} actions and {len(arrays.qpos)} states "
            f"for {episode.steps} steps"
        )
    joints = arrays.qpos[:count, : width - 1]
    if scene is not None:
        joints = sensed(scene, joints)
    last = np.arange(count) == count - 1
    won = last & episode.success
    return {
        "observation.state": np.column_stack([joints, arrays.gripper[:count]]).astype(np.float32),
        "observation.tool_pose": arrays.tool[:count].astype(np.float32),
        ENVIRONMENT: objects[:count],
        "action": arrays.actions.astype(np.float32),
        DELTA: delta_actions(arrays),
        "recovering": recovering(episode),
        "next.reward": won.astype(np.float32),
        "next.done": last,
        "next.success": won,
        "timestamp": (np.arange(count) / episode.hz).astype(np.float32),
        "frame_index": np.arange(count, dtype=np.int64),
    }


def _names(key: str, width: int, objects: tuple[str, ...]) -> list[str] | None:
    """The names of a feature's components, if it has any."""
    if key == ENVIRONMENT:
        return [f"{name}.{feature}" for name in objects for feature in FEATURES]
    if key == DELTA:
        return list(DELTAS)
    if key in ("observation.state", "action"):
        return [*(f"joint_{i}.pos" for i in range(1, width)), "gripper.pos"]
    if key == "observation.tool_pose":
        return list(EXTRINSICS)
    return _camera_names(key)


def _camera_names(key: str) -> list[str] | None:
    """What the components of a camera's column are called; None of another column."""
    first, _, last = key.partition(".")
    name = last.rpartition(".")[0]
    known = {intrinsics_key(name): INTRINSICS, extrinsics_key(name): EXTRINSICS}
    return list(known[key]) if first == "camera" and key in known else None


def features(
    columns: Columns, videos: dict[str, VideoFormat], fps: int, objects: tuple[str, ...]
) -> dict[str, Feature]:
    """The `features` of info.json.

    Args:
        columns: of one episode.
        videos: of the cameras, by feature.
        fps: rows per second.
        objects: a name for each object of the environment's state.
    """
    described: dict[str, Feature] = {}
    for key, values in columns.items():
        width = values.shape[1] if values.ndim == 2 else 1
        described[key] = {
            "dtype": str(values.dtype),
            "shape": [width],
            "names": _names(key, width, objects),
        }
    for key, video in videos.items():
        described[key] = _video_feature(video, fps)
    return described


def _video_feature(video: VideoFormat, fps: int) -> Feature:
    return {
        "dtype": "video",
        "shape": [video.height, video.width, 3],
        "names": ["height", "width", "channels"],
        "info": {
            "video.height": video.height,
            "video.width": video.width,
            "video.codec": video.codec,
            "video.pix_fmt": video.pix_fmt,
            "video.fps": fps,
            "video.channels": 3,
            "has_audio": False,
            "is_depth_map": False,
        },
    }


def provenance(episode: Episode) -> dict[str, Any]:
    """Columns beyond the format, which its readers leave alone: they join with our ids."""
    subtasks = [part.model_dump(mode="json") for part in episode.subtasks]
    return {
        "episode_id": episode.id,
        "task_id": episode.task,
        "scene_id": episode.scene,
        "seed": json.dumps(list(episode.seed)),
        "success": episode.success,
        "recovered": episode.recovered,
        "disturbed": episode.disturbed,
        "style": episode.style,
        "cause": episode.cause or "",
        "versions": json.dumps(episode.versions, sort_keys=True),
        "subtasks": json.dumps(subtasks, sort_keys=True),
    }


def table_columns(table: Any, keys: Sequence[str]) -> Columns:
    """The inverse of `data_table`, of some of its columns."""
    found: Columns = {}
    for key in keys:
        column = table[key].combine_chunks()
        if hasattr(column.type, "list_size"):
            flat = column.flatten().to_numpy(zero_copy_only=False)
            found[key] = flat.reshape(-1, column.type.list_size)
        else:
            found[key] = column.to_numpy(zero_copy_only=False)
    return found


def data_table(columns: Columns) -> Any:
    """An Arrow table: vectors as lists of fixed length, scalars as they are."""
    import pyarrow as pa

    arrays: dict[str, Any] = {}
    for key, values in columns.items():
        flat = pa.array(values.reshape(-1))
        arrays[key] = (
            pa.FixedSizeListArray.from_arrays(flat, values.shape[1]) if values.ndim == 2 else flat
        )
    return pa.table(arrays)
