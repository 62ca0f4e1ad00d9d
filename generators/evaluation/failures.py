"""Keeps the states of failed rollouts, and gives them back to begin demonstrations in."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import (
    Asset,
    DatasetError,
    FailedRollout,
    Failures,
    RolloutRecord,
    Scene,
    SpecError,
    StartState,
    TaskSpec,
)
from ...tasks.rollout.simulation import Rollout
from ..durable import write_atomic

FOLDER, INDEX = "failures", "failures.json"
EVERY_SECONDS = 0.5
"""Between the states of which some are kept."""
FORWARD = 0.02
"""How much more progress counts as having come forward."""


@dataclass
class StateTrail:
    """The states that a rollout passes through, now and then.

    Attributes:
        rollout: begun.
    """

    rollout: Rollout
    _steps: list[int] = field(default_factory=list[int])
    _progress: list[float] = field(default_factory=list[float])
    _states: list[Array] = field(default_factory=list[Array])

    def look(self) -> None:
        """After each action."""
        if self.rollout.steps % max(1, round(EVERY_SECONDS * self.rollout.hz)) == 0:
            self._steps.append(self.rollout.steps)
            self._progress.append(round(self.rollout.progress, 6))
            self._states.append(self.rollout.state().physics)

    def keep(self, folder: Path, record: RolloutRecord, suite: str, count: int) -> None:
        """Write some of the states with all that they are in; nothing where there are none.

        Args:
            folder: of the evaluation.
            record: of the rollout, which failed.
            suite: that it is of.
            count: how many, at most.
        """
        chosen = self._chosen(count)
        if not chosen or record.cause is None:
            return
        compiled = self.rollout.compiled
        raw = io.BytesIO()
        np.save(raw, np.array([self._states[n] for n in chosen]), allow_pickle=False)
        scene = compiled.scene.canonical_json().encode()
        kept = FailedRollout(
            suite=suite,
            rollout=record.number,
            cause=record.cause,
            scene=hashlib.sha256(scene).hexdigest(),
            states=hashlib.sha256(raw.getvalue()).hexdigest(),
            steps=tuple(self._steps[n] for n in chosen),
            progress=tuple(self._progress[n] for n in chosen),
        )
        place = folder / FOLDER
        for digest, asset in compiled.assets.items():
            write_atomic(place / "assets" / f"{digest}.json", asset.canonical_json().encode())
        write_atomic(place / "scenes" / f"{kept.scene}.json", scene)
        write_atomic(place / "states" / f"{kept.states}.npy", raw.getvalue())
        write_atomic(_note(folder, suite, record.number), kept.canonical_json().encode())

    def _chosen(self, count: int) -> list[int]:
        """From the last that came forward to the end, evenly spaced."""
        if not self._steps or count == 0:
            return []
        best, turn = -1.0, 0
        for number, value in enumerate(self._progress):
            if value > best + FORWARD:
                best, turn = value, number
        spaced = np.linspace(turn, len(self._steps) - 1, count)
        return sorted({round(x) for x in spaced})


def _note(folder: Path, suite: str, number: int) -> Path:
    """Where a rollout says what it kept."""
    return folder / FOLDER / "rollouts" / suite / f"{number:05d}.json"


def gather(
    folder: Path,
    failed: Iterable[tuple[str, RolloutRecord]],
    task: TaskSpec,
    policy_hash: str,
    dataset_hash: str,
) -> Failures:
    """Write the list of what the failed rollouts of an evaluation kept.

    Args:
        folder: of the evaluation.
        failed: suite and record of each.
        task: that was tried.
        policy_hash: of what tried it.
        dataset_hash: of the dataset that the task is of.
    """
    notes = [_note(folder, suite, record.number) for suite, record in failed]
    found = Failures(
        policy_hash=policy_hash,
        dataset_hash=dataset_hash,
        task=task,
        rollouts=tuple(
            FailedRollout.from_json(path.read_bytes(), str(path))
            for path in notes
            if path.is_file()
        ),
    )
    write_atomic(folder / FOLDER / INDEX, found.canonical_json().encode() + b"\n")
    return found


@dataclass(frozen=True)
class FailureStore:
    """The failures of an evaluation, from its folder.

    Attributes:
        folder: of the evaluation.
    """

    folder: Path

    @cached_property
    def _raw(self) -> bytes:
        path = self.folder / FOLDER / INDEX
        if not path.is_file():
            raise DatasetError(
                f"{path} is missing; `cousins evaluate --out {self.folder}` writes it where the "
                "evaluation's `states` is not 0"
            )
        return path.read_bytes()

    @cached_property
    def failures(self) -> Failures:
        """The kept failures.

        Raises:
            DatasetError: the folder holds no failures.
        """
        return Failures.from_json(self._raw, str(self.folder / FOLDER / INDEX))

    @cached_property
    def digest(self) -> str:
        """Of all of it: files are named by their hashes, and the list names them."""
        return hashlib.sha256(self._raw).hexdigest()

    @cached_property
    def _states(self) -> tuple[tuple[FailedRollout, int], ...]:
        return tuple((one, n) for one in self.failures.rollouts for n in range(len(one.steps)))

    def __len__(self) -> int:
        """How many states there are."""
        return len(self._states)

    def of_task(self, task: TaskSpec) -> None:
        """Refuse another task than the one that was tried.

        Raises:
            SpecError: its objects or its goal are others.
        """
        tried = self.failures.task
        if (tried.objects, tried.bddl) != (task.objects, task.bddl):
            raise SpecError(
                f"episodes.from: {self.folder} is of the task {tried.instruction!r}; {task.id} of "
                f"this spec is {task.instruction!r}. Take the `tasks` of the spec that the "
                "evaluated dataset was made by",
                place=("episodes", "from"),
            )

    def scene(self, number: int) -> tuple[Scene, dict[str, Asset]]:
        """The scene of a state, with its assets by content hash.

        Raises:
            DatasetError: a file is missing or was changed.
        """
        kept, _ = self._states[number]
        raw = self._read("scenes", f"{kept.scene}.json", kept.scene)
        scene = Scene.from_json(raw, kept.scene)
        names = sorted({thing.asset_hash for thing in scene.objects})
        assets = {name: self._asset(name) for name in names}
        return scene, assets

    def start(self, number: int) -> tuple[Array, StartState]:
        """A state (S,), MuJoCo's full integration state, and where it comes from.

        Raises:
            DatasetError: a file is missing or was changed.
        """
        kept, place = self._states[number]
        raw = self._read("states", f"{kept.states}.npy", kept.states)
        states: Array = np.load(io.BytesIO(raw), allow_pickle=False)
        record = StartState(
            evaluation=self.digest, suite=kept.suite, rollout=kept.rollout, step=kept.steps[place]
        )
        return states[place], record

    def _asset(self, name: str) -> Asset:
        path = self.folder / FOLDER / "assets" / f"{name}.json"
        asset = Asset.from_json(_bytes(path), str(path))
        if asset.content_hash() != name:
            raise _changed(path)
        return asset

    def _read(self, kind: str, name: str, digest: str) -> bytes:
        path = self.folder / FOLDER / kind / name
        raw = _bytes(path)
        if hashlib.sha256(raw).hexdigest() != digest:
            raise _changed(path)
        return raw


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DatasetError(f"{path} is missing; run `cousins evaluate` again")
    return path.read_bytes()


def _changed(path: Path) -> DatasetError:
    return DatasetError(f"{path} was changed; run `cousins evaluate` again")
