"""Replay: from the saved files alone, does the demonstration happen again?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.model.mujoco_model import compile_model
from ...schemas import (
    Asset,
    DatasetError,
    Disturbance,
    Episode,
    EpisodeArrays,
    Scene,
    TaskSpec,
)
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


@dataclass(frozen=True)
class Recording:
    """What a replay needs of an attempt.

    Attributes:
        name: of the attempt, for messages.
        initial_state: (S,) MuJoCo's full integration state before the first action.
        actions: (T, J + 1) as in an episode.
        hz: actions per second.
        disturbances: what was done to it on purpose.
        looks: numbers of states, 0 to T, at which the task's order was looked at.
    """

    name: str
    initial_state: npt.NDArray[np.float64]
    actions: npt.NDArray[np.float32]
    hz: int
    disturbances: tuple[Disturbance, ...] = ()
    looks: frozenset[int] = frozenset()


def recording(episode: Episode, arrays: EpisodeArrays) -> Recording:
    """What a replay needs of an episode."""
    return Recording(
        name=episode.id,
        initial_state=arrays.initial_state,
        actions=arrays.actions,
        hz=episode.hz,
        disturbances=episode.disturbances,
        looks=episode.boundaries,
    )


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
    if len(arrays.qpos) != len(arrays.actions) + 1:
        raise DatasetError(
            f"{episode.id}: {len(arrays.actions)} actions and {len(arrays.qpos)} states; there is "
            "one state more than actions"
        )
    error, recorded = 0.0, iter(arrays.qpos[1:])

    def compare(qpos: npt.NDArray[np.float64], qvel: npt.NDArray[np.float64]) -> None:
        nonlocal error
        error = max(error, float(np.abs(qpos - next(recorded)).max()))

    success = repeat(scene, assets, task, recording(episode, arrays), compare)
    return ReplayResult(success, error)


def repeat(
    scene: Scene,
    assets: Mapping[str, Asset],
    task: TaskSpec,
    recorded: Recording,
    seen: Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], None],
) -> bool:
    """Repeat a recording, and judge the goal and the task's order.

    Args:
        scene: where it took place.
        assets: by content hash.
        task: its goal and order.
        recorded: the attempt.
        seen: is told (nq,) positions and (nv,) velocities after each action; they change later.

    Returns:
        Whether the goal held at the end, and the task's order was kept on the way.

    Raises:
        DatasetError: where the saved state or an action does not belong to the scene.
    """
    compiled = compile_model(scene, assets, "physics")
    data = compiled.new_data()
    size = mujoco.mj_stateSize(compiled.model, STATE)
    if recorded.initial_state.shape != (size,):
        raise DatasetError(
            f"{recorded.name}: its initial state has {recorded.initial_state.shape} numbers; "
            f"scene {scene.id} has {size}"
        )
    width = len(compiled.robot.arm_ctrl) + 1
    if recorded.actions.ndim != 2 or recorded.actions.shape[1] != width:
        raise DatasetError(
            f"{recorded.name}: its actions have shape {recorded.actions.shape}; the robot of "
            f"scene {scene.id} takes (T, {width})"
        )
    mujoco.mj_setState(compiled.model, data, recorded.initial_state, STATE)
    watch = OrderWatch(task_order(task))

    def look(number: int) -> None:
        if watch.order and number in recorded.looks:
            mujoco.mj_forward(compiled.model, data)  # moves nothing
            watch.look(PhysicsFacts(compiled, data))

    look(0)
    for number, action in enumerate(recorded.actions):
        active = acting(recorded.disturbances, number)
        apply(compiled, data, action, recorded.hz, number, active)
        seen(data.qpos, data.qvel)
        look(number + 1)
    mujoco.mj_forward(compiled.model, data)
    goal = scene_problem(task).goal
    return evaluate(goal, PhysicsFacts(compiled, data)) and not watch.broken
