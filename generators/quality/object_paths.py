"""Where objects and the tool were in stored states, and how one looks from the other."""

from __future__ import annotations

import mujoco
import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene


def object_poses(compiled: CompiledScene, qpos: Array, names: list[str]) -> dict[str, Array]:
    """Where objects are in each state.

    Args:
        compiled: the scene.
        qpos: (N, nq).
        names: of objects.

    Returns:
        By name (N, 7): `world_from_object` of the root link as position and quaternion wxyz.
    """
    data = compiled.new_data()
    bodies = [compiled.objects[name].body for name in names]
    found = np.empty((len(names), len(qpos), 7))
    for state, values in enumerate(qpos):
        data.qpos[:] = values
        mujoco.mj_kinematics(compiled.model, data)
        found[:, state, :3] = data.xpos[bodies]
        found[:, state, 3:] = data.xquat[bodies]
    return dict(zip(names, found, strict=True))


def relative(frames: Array, poses: Array) -> Array:
    """Poses as seen from frames.

    Args:
        frames: (N, 7) `world_from_frame`, position and quaternion wxyz.
        poses: (N, 7) `world_from_pose`.

    Returns:
        (N, 7) `frame_from_pose`; w is not negative.
    """
    seen = np.empty((len(frames), 7))
    back, turned, shift = np.empty(4), np.empty(4), np.empty(3)
    for row, frame, pose in zip(seen, frames, poses, strict=True):
        mujoco.mju_negQuat(back, frame[3:])
        mujoco.mju_rotVecQuat(shift, pose[:3] - frame[:3], back)
        mujoco.mju_mulQuat(turned, back, pose[3:])
        row[:3], row[3:] = shift, turned if turned[0] >= 0 else -turned
    return seen
