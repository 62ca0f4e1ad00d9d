"""What a trajectory amounts to: the goal by our predicates, and a record as an Episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..scenes.core.geometry import quaternion, rotation
from ..scenes.model.mujoco_model import CompiledScene, compile_model
from ..schemas import Episode, EpisodeArrays, RunError
from .simulators import Array, StoredAttempt, Trajectory

MOVED = 0.001
"""How far what is fixed may seem to move, metres."""
CAUSE = "goal_unmet_elsewhere"
"""Of an attempt that misses its goal in another simulator."""


@dataclass(frozen=True)
class ExecutedAttempt:
    """An attempt as another simulator carried it out.

    Attributes:
        episode: its record; `success` is what our predicates say of its end.
        arrays: its numbers; velocities are differences of positions.
        apart: the greatest distance of an object from where it was in the stored attempt at the
            same time, metres.
        ended_apart: the same at the end.
    """

    episode: Episode
    arrays: EpisodeArrays
    apart: float
    ended_apart: float


def judged(attempt: StoredAttempt, run: Trajectory, simulator: str) -> ExecutedAttempt:
    """Judge a trajectory by the goal and the order of the attempt's task.

    Contacts are those that MuJoCo finds between things that lie where the trajectory says.

    Args:
        attempt: what was carried out.
        run: what came of it.
        simulator: its name, which the record says.

    Raises:
        RunError: the trajectory lacks an object or a joint of the scene, has another length, or
            something that is fixed moved.
    """
    import mujoco

    from ..tasks.bddl.goals import evaluate, explain
    from ..tasks.bddl.ordering import OrderWatch, task_order
    from ..tasks.bddl.problem import scene_problem
    from ..tasks.physics.execution import full_state, tool_pose
    from ..tasks.physics.predicates import PhysicsFacts

    compiled = compile_model(attempt.scene, attempt.assets, "physics")
    states = positions(compiled, run)
    if len(states) != len(attempt.arrays.actions) + 1:
        raise RunError(
            f"{attempt.episode.id}: {simulator} gave {len(states)} states for "
            f"{len(attempt.arrays.actions)} actions; there is one state more than actions"
        )
    data: Any = compiled.new_data()
    watch = OrderWatch(task_order(attempt.task))
    tools: list[Array] = []
    initial: Array | None = None
    for number, row in enumerate(states):
        data.qpos[:], data.qvel[:] = row, 0.0
        mujoco.mj_forward(compiled.model, data)
        initial = full_state(compiled, data) if initial is None else initial
        pose = tool_pose(compiled, data)
        tools.append(np.concatenate([pose[:3, 3], quaternion(pose[:3, :3])]))
        if watch.order and number in attempt.episode.boundaries:
            watch.look(PhysicsFacts(compiled, data))
    assert initial is not None
    goal, facts = scene_problem(attempt.task).goal, PhysicsFacts(compiled, data)
    success = evaluate(goal, facts) and not watch.broken
    episode = attempt.episode.model_copy(
        update={
            "success": success,
            "cause": None if success else CAUSE,
            "subtasks": (),
            "trace": (),
            "untraced": 0,
            "goal": explain(goal, facts),
            "order": watch.report(),
            "versions": {**attempt.episode.versions, "simulator": simulator},
        }
    )
    arrays = EpisodeArrays(
        initial_state=initial,
        actions=attempt.arrays.actions,
        qpos=states,
        qvel=velocities(compiled, states, attempt.episode.hz),
        tool=np.array(tools),
        gripper=run.opening.astype(np.float32),
    )
    distance = _apart(compiled, attempt.arrays.qpos, run)
    return ExecutedAttempt(episode, arrays, float(distance.max()), float(distance[-1].max()))


def positions(compiled: CompiledScene, run: Trajectory) -> Array:
    """MuJoCo's positions, (T + 1, nq), of things that lie as a trajectory says.

    Raises:
        RunError: as `judged`.
    """
    states = np.tile(compiled.rest(), (len(run.arm), 1))
    for thing in compiled.scene.objects:
        index = compiled.objects[thing.name]
        if thing.name not in run.poses:
            raise RunError(f"the trajectory has no object {thing.name!r}")
        pose = run.poses[thing.name]
        if index.free_qpos is not None:
            states[:, index.free_qpos : index.free_qpos + 7] = pose
        else:
            moved = float(np.linalg.norm(pose[:, :3] - np.array(thing.pos), axis=1).max())
            if moved > MOVED:
                raise RunError(f"{thing.name} is fixed, and was found {moved:.4f} m away")
        for joint, at in index.joints.items():
            if joint not in run.joints.get(thing.name, {}):
                raise RunError(f"the trajectory has no joint {joint!r} of {thing.name!r}")
            states[:, at.qpos] = run.joints[thing.name][joint]
    if (arm := compiled.mounted) is None:
        return states
    states[:, arm.arm_qpos] = run.arm
    states[:, arm.fingers] = np.array([arm.gripper.fingers(float(x)) for x in run.opening])
    return states


def velocities(compiled: CompiledScene, states: Array, hz: int) -> Array:
    """(T + 1, nv) by differences of positions; those of the first state are 0."""
    import mujoco

    found = np.zeros((len(states), compiled.model.nv))
    for number in range(1, len(states)):
        before, after = states[number - 1], states[number]
        mujoco.mj_differentiatePos(compiled.model, found[number], 1.0 / hz, before, after)
    return found


def turned(first: Array, second: Array) -> float:
    """The angle between two orientations, quaternions wxyz; radians."""
    relative = rotation(tuple(first)).T @ rotation(tuple(second))
    return float(np.arccos(np.clip((np.trace(relative) - 1) / 2, -1.0, 1.0)))


def dump_executed(done: ExecutedAttempt) -> tuple[str, bytes]:
    """The record as JSON, and the numbers as a compressed npz, as a dataset has them."""
    from ..schemas import canonical_json
    from .dataset import dump_arrays

    return canonical_json(done.episode.model_dump(mode="json")), dump_arrays(done.arrays)


def _apart(compiled: CompiledScene, stored: Array, run: Trajectory) -> Array:
    """(T + 1, N) distances of free objects from where they were, metres."""
    found = [np.zeros(len(stored))]
    for name, index in compiled.objects.items():
        if index.free_qpos is not None:
            there = stored[:, index.free_qpos : index.free_qpos + 3]
            found.append(np.linalg.norm(run.poses[name][:, :3] - there, axis=1))
    return np.stack(found, axis=1)
