"""Demonstrations as arrays, the same in every export that trains policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas import DatasetError, Episode
from ..converting import rgb_converter
from ..dataset import Dataset
from ..decoding import decoding
from ..quality.measures import without_trace
from ..splits import held_out, training_order
from ._attempts import no_attempts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]
    Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ExportedAttempt:
    """An attempt of T actions; row k of a state is before action k, the last after all of them.

    Attributes:
        episode: its record, without the planner's trace.
        joints: (T + 1, J) radians.
        sensed: (T + 1, J) radians, as the scene's sensors give them, which may be noisy.
        opening: (T + 1, 1) between the fingertips, metres.
        tool: (T + 1, 7) `world_from_tool`, metres, quaternion wxyz.
        objects: (T + 1, N * 12) of the task's objects; see `observation.environment_state`.
        actions: (T, J + 1) joint targets, radians, and the commanded opening, metres.
        deltas: (T, 7) motions of the tool: metres, rotation vector, commanded opening.
        states: (T + 1, nq + nv) float64, all positions and velocities of the simulation.
        initial: (S,) float64, the simulator's full state before the first action.
        films: videos of states 0 to T - 1 by camera.
    """

    episode: Episode
    joints: Array
    sensed: Array
    opening: Array
    tool: Array
    objects: Array
    actions: Array
    deltas: Array
    states: npt.NDArray[np.float64]
    initial: npt.NDArray[np.float64]
    films: Mapping[str, Path]

    @property
    def rewards(self) -> Array:
        """(T,): 1 at the end of what reached its goal."""
        import numpy as np

        found = np.zeros(self.episode.steps, dtype=np.float32)
        found[-1] = self.episode.success
        return found


def refuse_nothing(dataset: Dataset, name: str, *, failures: bool = False) -> None:
    """Refuse a dataset without demonstrations.

    Args:
        dataset: whose episodes are looked through.
        name: of the export.
        failures: attempts that missed their goal will do.

    Raises:
        DatasetError: saying why there are none, and what to do.
    """
    attempts = 0
    for episode in dataset.episodes():
        attempts += 1
        if episode.steps and (episode.success or failures):
            return
    if not attempts:
        raise no_attempts(name, dataset)
    raise DatasetError(
        f"{name}: no demonstrations: none of the {attempts} attempts that are kept reached its "
        "goal; the report says why they failed"
    )


def told(episode: Episode) -> dict[str, str | bool]:
    """What is known of an attempt beside its arrays, as attributes of a file."""
    subtasks = [part.model_dump(mode="json") for part in episode.subtasks]
    return {
        "episode_id": episode.id,
        "task_id": episode.task,
        "scene_id": episode.scene,
        "instruction": episode.instruction,
        "success": episode.success,
        "cause": episode.cause or "",
        "seed": json.dumps(list(episode.seed)),
        "subtasks": json.dumps(subtasks, sort_keys=True),
    }


@dataclass(frozen=True)
class AttemptSurvey:
    """What a first pass over the attempts to export finds.

    Attributes:
        scenes: that of each attempt, by its id, in order.
        tasks: likewise.
        steps: of all.
        low: (J + 1,) the smallest value of each component of the joint targets in any of them.
        high: (J + 1,) the greatest.
    """

    scenes: dict[str, str]
    tasks: dict[str, str]
    steps: int
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def validation(self) -> frozenset[str]:
        """The scenes for validation."""
        return held_out(self.scenes.values())

    def training_order(self) -> tuple[str, ...]:
        """See `splits.training_order`."""
        return training_order(self.scenes, self.tasks)


def survey_attempts(dataset: Dataset, *, failures: bool = False) -> AttemptSurvey:
    """Look once through those that `demonstrations` gives, of which there must be some.

    Args:
        dataset: finished.
        failures: also attempts that missed their goal, once they moved.
    """
    import numpy as np

    scenes: dict[str, str] = {}
    tasks: dict[str, str] = {}
    lows: list[npt.NDArray[np.float64]] = []
    highs: list[npt.NDArray[np.float64]] = []
    steps = 0
    for episode in dataset.episodes():
        if episode.steps and (episode.success or failures):
            actions = dataset.arrays(episode).actions.astype(np.float64)
            lows.append(actions.min(axis=0))
            highs.append(actions.max(axis=0))
            scenes[episode.id], tasks[episode.id] = episode.scene, episode.task
            steps += episode.steps
    return AttemptSurvey(scenes, tasks, steps, np.min(lows, axis=0), np.max(highs, axis=0))


def demonstrations(dataset: Dataset, *, failures: bool = False) -> Iterator[ExportedAttempt]:
    """Those of a dataset in its order, one in memory at a time.

    Args:
        dataset: finished.
        failures: also attempts that missed their goal, once they moved.

    Raises:
        DatasetError: files are damaged, or some episodes lack a video that others have.
    """
    from ...tasks.rollout.objects import task_objects

    objects = {task.id: task_objects(task) for task in dataset.tasks()}
    rows = max(map(len, objects.values()), default=0)
    films = _films(dataset)
    cameras: frozenset[str] | None = None
    for episode in dataset.episodes():
        if not episode.steps or not (episode.success or failures):
            continue
        made = _made(dataset, without_trace(episode), objects[episode.task], rows, films)
        found = frozenset(made.films)
        if cameras is not None and found != cameras:
            raise DatasetError(
                f"episode {episode.id} has videos of {_said(found)}, others of {_said(cameras)}; "
                "render them first"
            )
        cameras = found
        yield made


def _said(cameras: frozenset[str]) -> str:
    return ", ".join(sorted(cameras)) or "no camera"


def _films(dataset: Dataset) -> dict[str, dict[str, str]]:
    """Paths of videos by episode and camera."""
    found: dict[str, dict[str, str]] = {}
    for video in dataset.videos():
        found.setdefault(video.episode, {})[video.camera] = video.path
    return found


def _made(
    dataset: Dataset,
    episode: Episode,
    names: tuple[str, ...],
    rows: int,
    films: Mapping[str, Mapping[str, str]],
) -> ExportedAttempt:
    import numpy as np

    from ...scenes.physics.sensing import sensed
    from ..row_states import delta_actions, object_states

    arrays, scene = dataset.arrays(episode), dataset.scene_of(episode)
    joints = arrays.actions.shape[1] - 1
    seen = object_states(scene, dataset.assets_of(scene), names, rows, arrays.qpos)
    shot = sorted(films.get(episode.id, {}).items())
    return ExportedAttempt(
        episode=episode,
        joints=arrays.qpos[:, :joints].astype(np.float32),
        sensed=sensed(scene, arrays.qpos[:, :joints]).astype(np.float32),
        opening=arrays.gripper[:, None].astype(np.float32),
        tool=arrays.tool.astype(np.float32),
        objects=seen,
        actions=arrays.actions.astype(np.float32),
        deltas=delta_actions(arrays),
        states=np.hstack([arrays.qpos, arrays.qvel]),
        initial=arrays.initial_state,
        films={camera: dataset.file(path) for camera, path in shot},
    )


def pictures(path: Path, frames: int) -> Iterator[Picture]:
    """The pictures (H, W, 3) of a video, one at a time.

    Args:
        path: the video.
        frames: how many it must have.

    Raises:
        DatasetError: it is missing or damaged, or has another number of frames.
    """
    import av

    count = 0
    with decoding(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        convert = rgb_converter()
        for frame in container.decode(stream):
            count += 1
            yield convert(frame)
    if count != frames:
        raise DatasetError(f"{path}: {count} frames instead of {frames}")
