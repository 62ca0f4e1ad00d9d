"""One row per action: what was seen, what was meant, what was done.

This is the form that Thought Cloning trains on: an observation, a thought in words, an action.
Source: Hu and Clune, Thought Cloning: Learning to Think while Acting by Imitating Human
Thinking, 2023.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ....schemas import Episode, EpisodeArrays, Subtask
from .tables import Row, TableColumn

COLUMNS = (
    TableColumn("episode", "string", "id of the episode"),
    TableColumn("task", "string", "id of its task"),
    TableColumn("scene", "string", "id of its scene"),
    TableColumn("success", "bool", "whether the episode reached its goal"),
    TableColumn(
        "step", "int32", "which action: state, video frame, and `frame_index` have this number"
    ),
    TableColumn("instruction", "string", "the mission"),
    TableColumn("subtask", "int32", "index of the subtask at work; null between them"),
    TableColumn("thought", "string", "the subgoal at work and its reason"),
    TableColumn("state", "list<float32>", "arm joints, radians, and the opening, metres, before"),
    TableColumn(
        "action", "list<float32>", "joint command, radians, and the commanded opening, metres"
    ),
    TableColumn("frames", "list<string>", "ids of the labelled frames of this state"),
)
CHECK = "wait to see that the result lasts"
RETREAT = "let go and go back after a failure: {cause}"


def thought_rows(
    episode: Episode, arrays: EpisodeArrays, frames: Mapping[int, tuple[str, ...]]
) -> Iterator[Row]:
    """One row per action, in order.

    Args:
        episode: the record.
        arrays: its numbers.
        frames: ids of labelled frames by step.
    """
    width = arrays.actions.shape[1]
    joints = arrays.qpos[: episode.steps, : width - 1]
    states = np.column_stack([joints, arrays.gripper[: episode.steps]]).astype(np.float32)
    for step, (index, thought) in enumerate(thoughts(episode.subtasks, episode.steps)):
        yield {
            "episode": episode.id,
            "task": episode.task,
            "scene": episode.scene,
            "success": episode.success,
            "step": step,
            "instruction": episode.instruction,
            "subtask": index,
            "thought": thought,
            "state": states[step],
            "action": arrays.actions[step],
            "frames": frames.get(step, ()),
        }


def thoughts(subtasks: tuple[Subtask, ...], steps: int) -> list[tuple[int | None, str]]:
    """For each action the index of its subtask and what is thought.

    Between subtasks the solver either gets back from a failure or lets things come to rest.
    """
    meant: list[tuple[int | None, str]] = [(None, CHECK)] * steps
    for index, part in enumerate(subtasks):
        meant[part.start : part.end] = [(index, part.sentence)] * (part.end - part.start)
        if not part.success:
            back = part.end if part.withdrawn is None else part.withdrawn
            retreat = RETREAT.format(cause=part.cause)
            meant[part.end : back] = [(None, retreat)] * (back - part.end)
    return meant
