"""One action in physics, as `execution.apply` carries it out, in one call into MuJoCo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt
from mujoco import rollout

from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Disturbance
from ..physics.execution import apply, control, substeps
from ..physics.noise import action_noise

FULL = mujoco.mjtState.mjSTATE_FULLPHYSICS


class Stepper:
    """Steps one simulation, bit for bit as `apply` does.

    All physics steps of an action run in one native call, which saves the way into Python and
    back for each. What is disturbed takes the slower way: its forces depend on every step.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, stepped in place.
        hz: actions per second.
    """

    def __init__(self, compiled: CompiledScene, data: Any, hz: int) -> None:
        """Allocate what the native call reads and writes."""
        self._compiled, self._data, self._hz = compiled, data, hz
        count, model = substeps(compiled, hz), compiled.model
        size = mujoco.mj_stateSize(model, FULL)
        self._count = count
        self._shares = (np.arange(1, count + 1) / count)[:, None]
        self._state = np.empty((1, size))
        self._passed = np.empty((1, count, size))
        # Without threads of its own: processes are what runs side by side.
        self._run = rollout.Rollout(nthread=0)

    def step(
        self,
        action: npt.NDArray[np.float32],
        number: int = 0,
        disturbances: Sequence[Disturbance] = (),
    ) -> None:
        """Carry out one action, in place.

        Args:
            action: (J + 1,) as in an episode.
            number: of the action.
            disturbances: what acts during it.
        """
        if disturbances:
            apply(self._compiled, self._data, action, self._hz, number, disturbances)
            return
        data, model = self._data, self._compiled.model
        start = data.ctrl.copy()
        goal = control(self._compiled, action)
        controls = start + (goal - start) * self._shares
        noise = action_noise(self._compiled, data, self._hz)
        if noise is not None:
            controls[:, self._compiled.robot.arm_ctrl] += noise
        mujoco.mj_getState(model, data, self._state[0], FULL)
        self._run.rollout(  # pyright: ignore[reportUnknownMemberType]
            [model],
            [data],
            self._state,
            controls[None],
            skip_checks=True,
            nstep=self._count,
            initial_warmstart=data.qacc_warmstart[None].copy(),
            state=self._passed,
        )
        if noise is not None:
            data.ctrl[:] = goal
