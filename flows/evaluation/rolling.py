"""The jobs of worker processes: make a suite's scene, and roll a policy out in one."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...generators.environments.task import ResetScene, TaskRollouts, TaskSetting
from ...generators.evaluation.failures import StateTrail
from ...generators.learners.policies import Policy
from ...generators.store.changes import slice_of
from ...generators.store.hashing import item_seed
from ...scenes.core.asset_memory import remember_assets
from ...schemas import (
    ActionError,
    AssemblyError,
    Asset,
    AssetsSpec,
    DatasetSpec,
    PerturbSpec,
    RolloutRecord,
    Scene,
    Shortcoming,
    TaskSpec,
)
from ...tasks.rollout.watching import Watch
from ..stages import production
from ..work import task_index
from .policies import Playback, PolicyRef, open_policy

if TYPE_CHECKING:
    from ...scenes.assets.library import AssetLibrary

EVAL_FROM, PER_SEED = 2_000_000, 1_000_000
"""Numbers of scenes of evaluations begin here, so many for each seed."""
FILM = (256, 256)
"""Width and height of videos, pixels."""


@dataclass(frozen=True)
class SceneJob:
    """Make a scene.

    Attributes:
        spec: of the suite.
        task: that it is for.
        index: number of the scene within the task.
        folder: where it is written.
    """

    spec: DatasetSpec
    task: TaskSpec
    index: int
    folder: Path


@dataclass(frozen=True)
class RollJob:
    """Roll a policy out.

    Attributes:
        policy: which.
        spec: of the suite.
        setting: of the rollout.
        scene: file of the scene.
        number: of the rollout within its suite.
        seed: of the evaluation.
        latency: actions that pass before one takes effect.
        film: where to write a video, if anywhere.
        suite: its name.
        keep: folder of the evaluation, to keep states of failures in, if any.
        states: how many.
    """

    policy: PolicyRef
    spec: DatasetSpec
    setting: TaskSetting
    scene: Path
    number: int
    seed: int
    latency: int
    film: Path | None = None
    suite: str = ""
    keep: Path | None = None
    states: int = 0


_LIBRARIES: dict[str, AssetLibrary] = {}


def _library(spec: AssetsSpec) -> AssetLibrary:
    """The library of a spec, opened once per process."""
    key = spec.canonical_json()
    if key not in _LIBRARIES:
        _LIBRARIES[key] = production().library(spec)
    return _LIBRARIES[key]


def make_scene(job: SceneJob) -> bool:
    """Make a scene and its assets as files; whether there is one."""
    spec = slice_of(job.spec, "scenes", job.index + 1)
    try:
        scene, assets = production().build_scene(spec, job.task, job.index, _library(spec.assets))
    except AssemblyError as error:
        if error.impossible:
            raise
        return False
    for digest, asset in assets.items():
        _written(job.folder / "assets" / f"{digest}.json", asset.canonical_json())
    _written(job.folder / f"{job.index}.json", scene.canonical_json())
    return True


def _written(path: Path, text: str) -> None:
    """Write a file that other processes may write too: the same text, whole at once."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.replace(file.name, path)


def read_scene(path: Path) -> ResetScene:
    """A scene with its assets."""
    scene = Scene.from_json(path.read_bytes(), str(path))
    folder = path.parent / "assets"
    names = sorted({thing.asset_hash for thing in scene.objects})
    return ResetScene(scene, {name: _asset(folder / f"{name}.json") for name in names})


@remember_assets(256)
def _asset(path: Path) -> Asset:
    return Asset.from_json(path.read_bytes(), str(path))


def roll(job: RollJob) -> RolloutRecord:
    """Roll a policy out in a scene.

    What the policy does wrong ends its rollout, and is part of the record.
    """
    placed = read_scene(job.scene)
    rollouts = TaskRollouts(job.setting)
    seen = rollouts.begin(placed)
    watch, trail = Watch(rollouts.rollout), StateTrail(rollouts.rollout)
    seed = int(np.random.SeedSequence((job.seed, job.number)).generate_state(1)[0])
    film = None if job.film is None else _Film(job.film, job.setting.hz)
    late: deque[Any] = deque()
    record = RolloutRecord(number=job.number, scene=placed.scene.id, success=False, steps=0)
    # One that cannot be opened is an error of the command; what it does then is its own.
    policy = _policy(job, placed)
    try:
        policy.reset(seed)
        while True:
            if film is not None:
                film.add(rollouts.picture(size=FILM))
            late.append(policy.act(seen))
            action = late.popleft() if len(late) > job.latency else _still(rollouts)
            done = rollouts.step(action)
            watch.look()
            if job.keep is not None:
                trail.look()
            seen, steps = done.observation, rollouts.rollout.steps
            record = record.model_copy(update={"steps": steps, "success": done.success})
            if done.success or done.truncated:
                break
    except ActionError as error:
        record = _failed(record, Shortcoming.BAD_ACTION, error)
    except Exception as error:  # a policy is other people's code: whatever it raises is its failure
        record = _failed(record, Shortcoming.POLICY_FAILED, error)
    finally:
        if film is not None:
            film.finish()
    if not record.success and record.cause is None:
        record = record.model_copy(update={"cause": watch.verdict()})
    if job.keep is not None:
        trail.keep(job.keep, record, job.suite, job.states)
    return record


def _failed(record: RolloutRecord, cause: Shortcoming, error: Exception) -> RolloutRecord:
    detail = f"{type(error).__name__}: {error}"[:400]
    return record.model_copy(update={"cause": cause, "detail": detail, "success": False})


def _policy(job: RollJob, placed: ResetScene) -> Policy:
    if job.policy.kind != "replay":
        return open_policy(job.policy)
    index = int(placed.scene.id.rpartition("-s")[2])
    seed = item_seed(job.seed, "episodes", task_index(job.setting.task), index)
    # Nothing disturbs a rollout, so a plan that answers to a disturbance would not fit it.
    episodes = job.spec.episodes.model_copy(update={"perturb": PerturbSpec(chance=0.0)})
    _, arrays = production().solve(
        placed.scene, dict(placed.assets), job.setting.task, episodes, seed, "replay", 0
    )
    return Playback(arrays.actions)


def _still(rollouts: TaskRollouts) -> Any:
    """An action that changes nothing."""
    command = rollouts.rollout.command.astype(np.float32)
    if rollouts.setting.control == "joints":
        return command
    return np.array([0.0] * 6 + [command[-1]], dtype=np.float32)


class _Film:
    """A video that is being drawn."""

    def __init__(self, path: Path, hz: int) -> None:
        from ...generators.images.encode import VideoWriter

        self._path, self._writer = path, VideoWriter(*FILM, hz)

    def add(self, picture: Any) -> None:
        self._writer.add(picture)

    def finish(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(self._writer.finish())
