"""Demonstrations as arrays to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import DatasetError, Episode, TaskSpec
from ...tasks.rollout.objects import task_objects
from ..dataset import Dataset
from ..decoding import decoding
from ..exports.lerobot.rows import ENVIRONMENT, episode_columns, object_states
from .records.features import Rows, features


@dataclass(frozen=True)
class TrainingEpisode:
    """T steps of one demonstration.

    Attributes:
        episode: its id.
        features: (T, F).
        joints: (T, J) measured, radians.
        actions: (T, J + 1) as in an episode.
        images: (T, H, W, 3) of each camera, by its name; none where they are not learned from.
    """

    episode: str
    features: Rows
    joints: Rows
    actions: Rows
    images: dict[str, npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class Samples:
    """Every step of some demonstrations, as windows of observations and chunks of actions.

    Attributes:
        demonstrations: whose; S steps in all.
        history: observations of a window.
        horizon: actions of a chunk.
    """

    demonstrations: tuple[TrainingEpisode, ...]
    history: int
    horizon: int

    def windows(self) -> Rows:
        """(S, history, F): features up to each step; before the first they are repeated."""
        found = [
            one.features[_back(len(one.features), self.history)] for one in self.demonstrations
        ]
        return np.concatenate(found)

    def chunks(self) -> Rows:
        """(S, horizon, J + 1): actions from each step on; after the last they are repeated.

        Joints are differences from those that are measured at the step.
        """
        found: list[Rows] = []
        for one in self.demonstrations:
            chunk = one.actions[_ahead(len(one.actions), self.horizon)].copy()
            chunk[:, :, :-1] -= one.joints[:, None]
            found.append(chunk)
        return np.concatenate(found)

    def past(self) -> Rows:
        """(S, history, J + 1): the action taken at each step of a window, as differences too."""
        found: list[Rows] = []
        for one in self.demonstrations:
            single = one.actions.copy()
            single[:, :-1] -= one.joints
            found.append(single[_back(len(single), self.history)])
        return np.concatenate(found)

    def images(self, camera: str) -> npt.NDArray[np.uint8]:
        """(S, H, W, 3): what a camera shows at each step."""
        return np.concatenate([one.images[camera] for one in self.demonstrations])


def _back(count: int, history: int) -> npt.NDArray[np.int64]:
    """(count, history) indices of the steps up to each."""
    found: npt.NDArray[np.int64] = np.arange(count)[:, None] - np.arange(history)[::-1]
    return found.clip(0)


def _ahead(count: int, horizon: int) -> npt.NDArray[np.int64]:
    """(count, horizon) indices of the steps from each on."""
    found: npt.NDArray[np.int64] = np.arange(count)[:, None] + np.arange(horizon)
    return found.clip(max=count - 1)


def demonstrations(
    dataset: Dataset,
    tasks: Sequence[TaskSpec],
    count: int | None = None,
    cameras: Sequence[str] = (),
    *,
    objects: bool = True,
) -> tuple[TrainingEpisode, ...]:
    """Demonstrations of some tasks, in the order of the dataset.

    Args:
        dataset: to read from.
        tasks: of it.
        count: how many at most; None takes all.
        cameras: whose videos are read too.
        objects: whether features speak of objects, or of the robot alone.

    Raises:
        DatasetError: there are none, fewer than `count`, or a video is missing.
    """
    named = {task.id: task_objects(task) for task in tasks}
    rows = max(len(task_objects(task)) for task in dataset.tasks())
    chosen = [e for e in dataset.episodes() if e.success and e.steps and e.task in named][:count]
    if not chosen or (count is not None and len(chosen) < count):
        raise DatasetError(
            f"{dataset.root}: {len(chosen)} demonstrations of {', '.join(named)}; "
            f"{count or 'at least one'} asked for"
        )
    videos = {(video.episode, video.camera): video.path for video in dataset.videos()}
    made: list[TrainingEpisode] = []
    for episode in chosen:
        arrays, scene = dataset.arrays(episode), dataset.scene_of(episode)
        seen = object_states(
            scene, dataset.assets_of(scene), named[episode.task], rows, arrays.qpos
        )
        columns = episode_columns(arrays, episode, seen, scene)
        state, tool = columns["observation.state"], columns["observation.tool_pose"]
        blind = np.zeros((len(state), 0), dtype=np.float32)
        made.append(
            TrainingEpisode(
                episode=episode.id,
                features=features(state, tool, columns[ENVIRONMENT] if objects else blind),
                joints=state[:, :-1],
                actions=columns["action"],
                images={
                    name: _film(dataset, episode, name, videos.get((episode.id, name)))
                    for name in cameras
                },
            )
        )
    return tuple(made)


def _film(
    dataset: Dataset, episode: Episode, camera: str, path: str | None
) -> npt.NDArray[np.uint8]:
    """The frames (T, H, W, 3) of a video."""
    if path is None:
        raise DatasetError(
            f"episode {episode.id} has no video of camera {camera!r}; a policy that sees "
            "pictures needs `render.videos: true`"
        )
    file = dataset.file(path)
    with decoding(file):
        frames = np.stack(list(_decoded(str(file))))
    if len(frames) != episode.steps:
        raise DatasetError(f"{path} has {len(frames)} frames, not {episode.steps}")
    return frames


def _decoded(path: str) -> Iterator[npt.NDArray[np.uint8]]:
    import av

    with av.open(path) as container:
        for frame in container.decode(video=0):
            picture: Any = frame.to_ndarray(format="rgb24")
            yield picture
