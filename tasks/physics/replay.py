"""Replay: from the saved files alone, does the demonstration happen again?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from ...scenes.model.mujoco_model import compile_model
from ...schemas import Asset, DatasetError, Episode, EpisodeArrays, Scene, TaskSpec
from ..bddl.goals import evaluate
from ..bddl.ordering import OrderWatch, task_order
from ..bddl.problem import scene_problem
from .disturbances import acting
from .execution import STATE, apply
from .predicates import PhysicsFacts


@dataclass(frozen=True)
class ReplayResult:
    """The result of a replay.

    Attributes:
        success: the goal held at the end, and the task's order was kept on the way.
        max_error: greatest difference of any position from the recorded one, metres or radians.
    """

    success: bool
    max_error: float


def replay(
    scene: Scene,
    assets: Mapping[str, Asset],
    task: TaskSpec,
    episode: Episode,
    arrays: EpisodeArrays,
) -> ReplayResult:
    """Restore the initial state, apply the actions open loop, and evaluate goal and order.

    Raises:
        DatasetError: where the saved state does not belong to the scene.
    """
    compiled = compile_model(scene, assets, "physics")
    data = compiled.new_data()
    size = mujoco.mj_stateSize(compiled.model, STATE)
    if arrays.initial_state.shape != (size,):
        raise DatasetError(
            f"{episode.id}: its initial state has {arrays.initial_state.shape} numbers; "
            f"scene {scene.id} has {size}"
        )
    mujoco.mj_setState(compiled.model, data, arrays.initial_state, STATE)
    watch, ends = OrderWatch(task_order(task)), {0, *(x.end for x in episode.subtasks)}

    def look(number: int) -> None:
        if watch.order and number in ends:
            mujoco.mj_forward(compiled.model, data)  # moves nothing
            watch.look(PhysicsFacts(compiled, data))

    look(0)
    error = 0.0
    for number, (action, recorded) in enumerate(zip(arrays.actions, arrays.qpos[1:], strict=True)):
        active = acting(episode.disturbances, number)
        apply(compiled, data, action, episode.hz, number, active)
        error = max(error, float(np.abs(data.qpos - recorded).max()))
        look(number + 1)
    mujoco.mj_forward(compiled.model, data)
    goal = scene_problem(task).goal
    done = evaluate(goal, PhysicsFacts(compiled, data))
    return ReplayResult(done and not watch.broken, error)
