"""The scene that is checked, and how it rests and looks in MuJoCo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...generators.exports import Staged
from ...generators.simulators import Array
from ...scenes.model.mujoco_model import CompiledScene, compile_model
from ...schemas import CameraParams, DatasetSpec

SPEC: dict[str, Any] = {
    "name": "omnigibson-check",
    "seed": 17,
    "robot": "none",
    "tasks": "none",
    "scene": {
        "objects": [
            {"name": "cabinet", "category": "cabinet.n.01"},
            {"name": "mug", "category": "mug.n.04"},
            {"name": "bowl", "category": "bowl.n.01"},
            {"name": "apple", "category": "apple.n.01"},
        ]
    },
    "cameras": [{"name": "front"}],
    "render": {"size": [256, 256]},
}
"""Without an arm: OmniGibson's robots come with assets that need not be there."""
SECONDS = 2.0


@dataclass(frozen=True)
class CheckedScene:
    """A scene of ours, and what is compared with.

    Attributes:
        part: the scene with its assets.
    """

    part: Staged

    @cached_property
    def compiled(self) -> CompiledScene:
        """For physics."""
        return compile_model(self.part.scene, self.part.assets, "physics")

    @cached_property
    def visual(self) -> CompiledScene:
        """For drawing."""
        return compile_model(self.part.scene, self.part.assets, "visual")

    @cached_property
    def rested(self) -> Array:
        """MuJoCo's positions after `SECONDS`, (nq,)."""
        import mujoco

        data = self.compiled.new_data()
        for _ in range(round(SECONDS / float(self.compiled.model.opt.timestep))):
            mujoco.mj_step(self.compiled.model, data)
        return np.array(data.qpos)

    def placed(self, qpos: Array, *, visual: bool = False) -> Any:
        """A `mujoco.MjData` in these positions, with contacts."""
        import mujoco

        compiled = self.visual if visual else self.compiled
        data = mujoco.MjData(compiled.model)
        data.qpos[:] = qpos
        mujoco.mj_forward(compiled.model, data)
        return data

    def camera(self, data: Any) -> CameraParams:
        """The scene's camera as it stands."""
        from ...generators.images.camera.cameras import camera_params

        return camera_params(self.visual, data, self.part.scene.cameras[0], self.part.size)


def subject() -> CheckedScene:
    """Assemble the scene; it is the same each time."""
    from ..preview import assemble_one

    spec = DatasetSpec.model_validate(SPEC)
    made = assemble_one(spec, 0, 0)
    return CheckedScene(Staged(made.scene, made.assets, None, spec.render.size))
