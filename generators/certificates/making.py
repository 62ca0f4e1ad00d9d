"""Certificates of a dataset's attempts, written from its files alone; nothing is simulated."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...schemas import Episode, EpisodeArrays, Scene, TaskSpec
from ...schemas.certificate import FORMAT, VERSION, Certificate, CertifiedOutcome, CertifiedScene
from ..dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

SCENES, ASSETS = "scenes", "assets"
"""Folders beside certificates."""


def states_hash(states: Iterable[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]) -> str:
    """SHA-256 of positions and velocities, state by state.

    Args:
        states: (nq,) positions and (nv,) velocities of each.
    """
    digest = hashlib.sha256()
    for qpos, qvel in states:
        digest.update(np.asarray(qpos, dtype="<f8").tobytes())
        digest.update(np.asarray(qvel, dtype="<f8").tobytes())
    return digest.hexdigest()


def scene_text(scene: Scene) -> bytes:
    """A scene as the file that certificates name."""
    return scene.canonical_json().encode() + b"\n"


def certificate(
    scene: Scene, task: TaskSpec, episode: Episode, arrays: EpisodeArrays
) -> Certificate:
    """The certificate of an attempt of at least one action.

    Args:
        scene: where it took place.
        task: what was to be done.
        episode: its record.
        arrays: its numbers.
    """
    final = np.concatenate([arrays.qpos[-1], arrays.qvel[-1]])
    return Certificate(
        format=FORMAT,
        version=VERSION,
        id=episode.id,
        scene=CertifiedScene(
            file=f"{SCENES}/{scene.id}.json", sha256=hashlib.sha256(scene_text(scene)).hexdigest()
        ),
        # It is about what was done, and not about who thought of it.
        task=task.model_copy(update={"seed": (), "reason": "", "derived": None, "layout": ()}),
        hz=episode.hz,
        initial_state=tuple(arrays.initial_state.tolist()),
        actions=tuple(map(tuple, arrays.actions.tolist())),
        disturbances=episode.disturbances,
        looks=tuple(sorted(episode.boundaries)),
        outcome=CertifiedOutcome(
            reached=episode.success,
            states=states_hash(zip(arrays.qpos[1:], arrays.qvel[1:], strict=True)),
            final=tuple(final.tolist()),
        ),
        versions=episode.versions,
    )


def write_certificates(dataset: Dataset, out: Path, *, failures: bool) -> int:
    """Write the certificates of a dataset's demonstrations to a folder.

    Args:
        dataset: finished.
        out: folder, empty or absent.
        failures: also of attempts that missed their goal, once they moved.

    Returns:
        How many there are.
    """
    tasks = {task.id: task for task in dataset.tasks()}
    (out / SCENES).mkdir(parents=True)
    (out / ASSETS).mkdir()
    written, scenes, assets = 0, set[str](), set[str]()
    for episode in dataset.episodes():
        if not episode.steps or not (episode.success or failures):
            continue
        scene = dataset.scene_of(episode)
        if scene.id not in scenes:
            scenes.add(scene.id)
            (out / SCENES / f"{scene.id}.json").write_bytes(scene_text(scene))
        for key, asset in dataset.assets_of(scene).items():
            if key not in assets:
                assets.add(key)
                (out / ASSETS / f"{key}.json").write_bytes(asset.canonical_json().encode() + b"\n")
        made = certificate(scene, tasks[episode.task], episode, dataset.arrays(episode))
        (out / f"{episode.id}.json").write_bytes(made.canonical_json().encode() + b"\n")
        written += 1
    return written
