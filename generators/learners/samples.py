"""Demonstrations as arrays to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import compile_model
from ...schemas import DatasetError, Episode, Scene, TaskSpec
from ...tasks.rollout.objects import task_objects
from ..converting import rgb_converter
from ..dataset import Dataset
from ..decoding import decoding
from ..environments.points import Keypoints
from ..exports.lerobot.rows import ENVIRONMENT, episode_columns
from ..row_states import object_states
from .records.features import Rows, features, marks
from .records.motions import Motions, motions_of
from .records.pictures import shrunk
from .records.rotations import about_vertical

TURN = 1.2
"""By how much copies of demonstrations are turned at most, radians."""
COMMON, MOSTLY = 0.02, 0.98
"""Share of the steps that have an opening, for it to count; and of those that have one of these,
for the hand to know no others."""


@dataclass(frozen=True)
class TrainingEpisode:
    """T steps of one demonstration.

    Attributes:
        episode: its id.
        state: (T, J + 1) joints as measured, radians, then the opening.
        tool: (T, 7) pose of the tool in the world.
        objects: (T, N * 12) as the environment observes them; (T, 0) where they are not learned
            from.
        marked: (T, N * 16) marks of the objects; None where they are not learned from.
        actions: (T, J + 1) as in an episode.
        reached: (T, 4, 4) `base_from_tool` as measured.
        targets: (T, 4, 4) `base_from_tool` of the actions.
        images: (T, H, W, 3) of each camera, by its name; none where they are not learned from.
    """

    episode: str
    state: Rows
    tool: Rows
    objects: Rows
    marked: Rows | None
    actions: Rows
    reached: Array
    targets: Array
    images: dict[str, npt.NDArray[np.uint8]]

    @property
    def joints(self) -> Rows:
        """(T, J) as measured, radians."""
        return self.state[:, :-1]

    def features(self) -> Rows:
        """(T, F) what a policy is given."""
        return features(self.state, self.tool, self.objects, self.reached, self.marked)

    def turned(self, angle: float) -> TrainingEpisode:
        """The same, with all of it turned about the robot's first axis, radians."""
        shift = np.zeros(self.state.shape[1], dtype=np.float32)
        shift[0] = angle
        turn = about_vertical(angle)
        return replace(
            self, state=self.state + shift, actions=self.actions + shift,
            reached=turn @ self.reached, targets=turn @ self.targets,
        )  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """Every step of some demonstrations, as windows of observations and chunks of actions.

    Attributes:
        demonstrations: whose; S steps in all.
        history: observations of a window.
        horizon: actions of a chunk.
        motions: of the robot.
    """

    demonstrations: tuple[TrainingEpisode, ...]
    history: int
    horizon: int
    motions: Motions

    @property
    def count(self) -> int:
        """S."""
        return sum(len(one.actions) for one in self.demonstrations)

    def windows(self) -> Rows:
        """(S, history, F): features up to each step; before the first they are repeated."""
        found = [
            one.features()[_back(len(one.actions), self.history)] for one in self.demonstrations
        ]
        return np.concatenate(found)

    def chunks(self) -> Rows:
        """(S, horizon, J + 7): motions from each step on; after the last they are repeated.

        They are differences from what is measured at the step; see `Motions.rows`.
        """
        found: list[Rows] = []
        for one in self.demonstrations:
            ahead = _ahead(len(one.actions), self.horizon)
            now = (one.joints[:, None], one.reached[:, None])
            found.append(self.motions.rows(*now, one.actions[ahead], one.targets[ahead]))
        return np.concatenate(found)

    def past(self) -> Rows:
        """(S, history, J + 7): the motion of each step of a window, as it was then."""
        found: list[Rows] = []
        for one in self.demonstrations:
            single = self.motions.rows(one.joints, one.reached, one.actions, one.targets)
            found.append(single[_back(len(single), self.history)])
        return np.concatenate(found)

    def images(self, cameras: Sequence[str]) -> npt.NDArray[np.uint8]:
        """(S, C, 3, H, W): what the cameras show at each step."""
        height, width, _ = self.demonstrations[0].images[cameras[0]].shape[1:]
        found = np.empty((self.count, len(cameras), 3, height, width), dtype=np.uint8)
        end = 0
        for one in self.demonstrations:
            begin, end = end, end + len(one.actions)
            for number, camera in enumerate(cameras):
                found[begin:end, number] = np.moveaxis(one.images[camera], -1, 1)
        return found

    def openings(self) -> Rows:
        """The gripper's commanded openings, (N,) metres, where they are few; else none."""
        told = np.concatenate([one.actions[:, -1] for one in self.demonstrations])
        levels, counts = np.unique(np.round(told, 3), return_counts=True)
        often = levels[counts >= COMMON * len(told)]
        few = np.isin(np.round(told, 3), often).mean() >= MOSTLY
        return often.astype(np.float32) if few else np.zeros(0, dtype=np.float32)

    def also_turned(self, copies: int, seed: int) -> Samples:
        """With so many copies of each demonstration, turned about the robot's first axis.

        What is asked of the arm is the same wherever it faces, and few demonstrations show it.
        Nothing is added where the first axis is not that of the base, or where pictures are seen.
        """
        rng = np.random.default_rng(seed)
        first = self.demonstrations[0]
        seen = any(one.images for one in self.demonstrations)
        if copies == 0 or seen or not self.motions.turns_with(first.joints[0]):
            return self
        more = [
            one.turned(float(rng.uniform(-TURN, TURN)))
            for one in self.demonstrations
            for _ in range(copies)
        ]
        return replace(self, demonstrations=(*self.demonstrations, *more))


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
    pixels: int = 1024,
    objects: bool = True,
    keypoints: bool = False,
) -> tuple[TrainingEpisode, ...]:
    """Demonstrations of some tasks, in the order of the dataset.

    Args:
        dataset: to read from.
        tasks: of it.
        count: how many at most; None takes all.
        cameras: whose videos are read too.
        pixels: of the longer side of their pictures, at most.
        objects: whether features speak of objects, or of the robot alone.
        keypoints: whether they speak of the objects' keypoints, too.

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
    motions = motions_of(dataset.spec.robot)
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
                state=state,
                tool=tool,
                objects=columns[ENVIRONMENT] if objects else blind,
                marked=_marks(dataset, scene, named[episode.task], rows, arrays.qpos[: len(state)])
                if keypoints
                else None,
                actions=columns["action"],
                reached=motions.poses(state[:, :-1]),
                targets=motions.poses(columns["action"][:, :-1]),
                images={
                    name: _film(dataset, episode, name, videos.get((episode.id, name)), pixels)
                    for name in cameras
                },
            )
        )
    return tuple(made)


def _marks(
    dataset: Dataset,
    scene: Scene,
    names: tuple[str, ...],
    rows: int,
    qpos: npt.NDArray[np.float64],
) -> Rows:
    """Marks (T, N * 16) in recorded positions (T, nq)."""
    compiled = compile_model(scene, dataset.assets_of(scene), "physics")
    points, data = Keypoints(compiled, compiled.assets, names, rows), compiled.new_data()
    found: list[npt.NDArray[np.float32]] = []
    for row in qpos:
        data.qpos[:] = row
        mujoco.mj_kinematics(compiled.model, data)
        found.append(points.at(data.xpos, data.xmat))
    return marks(np.stack(found), points.present)


def _film(
    dataset: Dataset, episode: Episode, camera: str, path: str | None, pixels: int
) -> npt.NDArray[np.uint8]:
    """The frames (T, H, W, 3) of a video, made smaller where they are larger."""
    if path is None:
        raise DatasetError(
            f"episode {episode.id} has no video of camera {camera!r}; a policy that sees "
            "pictures needs `render.videos: true`"
        )
    file = dataset.file(path)
    with decoding(file):
        frames = np.stack([shrunk(frame, pixels) for frame in _decoded(str(file))])
    if len(frames) != episode.steps:
        raise DatasetError(f"{path} has {len(frames)} frames, not {episode.steps}")
    return frames


def _decoded(path: str) -> Iterator[npt.NDArray[np.uint8]]:
    import av

    with av.open(path) as container:
        convert = rgb_converter()
        for frame in container.decode(video=0):
            yield convert(frame)
