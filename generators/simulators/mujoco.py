"""The simulator in which tasks are solved; what it does to stored actions is known already."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...scenes.model.mujoco_model import CompiledScene, compile_model
from ...schemas import DatasetError, RunError
from ...schemas.plugins import Needs
from . import Array, StoredAttempt, Trajectory


class MujocoSimulator:
    """Steps as attempts were stepped."""

    summary = "the one that tasks are solved in"
    needs = Needs(packages=("mujoco", "numpy"))

    def check(self) -> None:
        """It comes along with the package."""

    def execute(self, attempt: StoredAttempt) -> Trajectory:
        """See `Simulator`.

        Raises:
            RunError: the attempt's state or actions are not of its scene.
        """
        from ...tasks.physics.replay import recording, repeat

        compiled = compile_model(attempt.scene, attempt.assets, "physics")
        states = [np.asarray(attempt.arrays.qpos[0], dtype=np.float64)]
        try:
            repeat(
                attempt.scene, attempt.assets, attempt.task,
                recording(attempt.episode, attempt.arrays),
                lambda qpos, _: states.append(qpos.copy()),
            )  # fmt: skip
        except DatasetError as error:
            raise RunError(str(error)) from error
        return trajectory_of(compiled, np.array(states))


def trajectory_of(compiled: CompiledScene, qpos: Array) -> Trajectory:
    """Where things were in states of MuJoCo, (T + 1, nq)."""
    import mujoco

    data: Any = mujoco.MjData(compiled.model)
    names = [thing.name for thing in compiled.scene.objects]
    poses: dict[str, list[Array]] = {name: [] for name in names}
    for row in qpos:
        data.qpos[:] = row
        mujoco.mj_kinematics(compiled.model, data)
        for name in names:
            body = compiled.objects[name].body
            poses[name].append(np.concatenate([data.xpos[body], data.xquat[body]]))
    arm = compiled.robot
    return Trajectory(
        poses={name: np.array(rows) for name, rows in poses.items()},
        joints={
            name: {joint: qpos[:, at.qpos].copy() for joint, at in index.joints.items()}
            for name, index in compiled.objects.items()
        },
        arm=qpos[:, arm.arm_qpos].copy(),
        opening=np.array([arm.gripper.opening(row[arm.fingers]) for row in qpos]),
    )


PLUGIN = MujocoSimulator()
