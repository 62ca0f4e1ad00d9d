"""Rows of demonstrations as exports and learners have them: motions of the tool, and objects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..scenes.core.geometry import Array, quaternion, rotation
from ..schemas import Asset, EpisodeArrays, Scene
from ..tasks.rollout.objects import ObjectStates, padded

DELTAS = ("delta_x", "delta_y", "delta_z", "delta_rx", "delta_ry", "delta_rz", "gripper.pos")
"""Numbers of a motion of the tool, in the words of the environment's `end_effector` actions."""
SMALL = 1e-12


def delta_actions(arrays: EpisodeArrays) -> npt.NDArray[np.float32]:
    """How each action moved the tool, (T, 7): as the environment's `end_effector` actions.

    Metres along the world's axes, a rotation vector about them in radians, and the commanded
    opening in metres. It is the measured motion: from each state to the next.
    """
    tool = arrays.tool
    turned = [
        _rotation_vector(rotation(after) @ rotation(before).T)
        for before, after in zip(tool[:-1, 3:], tool[1:, 3:], strict=True)
    ]
    turns = np.array(turned, dtype=np.float64).reshape(-1, 3)
    shifts = np.diff(tool[:, :3], axis=0)
    return np.column_stack([shifts, turns, arrays.actions[:, -1]]).astype(np.float32)


def _rotation_vector(matrix: Array) -> Array:
    """Axis times angle of a rotation matrix, radians."""
    w, *axis = quaternion(matrix)
    vector: Array = np.asarray(axis)
    length = float(np.linalg.norm(vector))
    if length < SMALL:
        return 2 * vector
    angle = 2 * np.arctan2(length, abs(w))
    turned: Array = vector / length * (angle if w >= 0 else -angle)
    return turned


def object_states(
    scene: Scene,
    assets: Mapping[str, Asset],
    names: tuple[str, ...],
    rows: int,
    qpos: npt.NDArray[np.float64],
) -> npt.NDArray[np.float32]:
    """What is observed of a task's objects in an episode, (T + 1, rows * 12).

    Args:
        scene: of the episode.
        assets: by content hash.
        names: of the objects.
        rows: objects of the task that has most; those that this one lacks are zeros.
        qpos: (T + 1, nq) states.

    Raises:
        DatasetError: the states do not belong to the scene.
    """
    return padded(ObjectStates(scene, assets, names, qpos.shape[1]).at(qpos), rows)
