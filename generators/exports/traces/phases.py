"""Subtasks cut into alignment and interaction, with the tool's path in the object's frame.

A subtask aligns the hand with what it is about until the first action in contact, and interacts
from there on. Seen from the object, the path can be carried over to another pose of it.
Source: Dreczkowski et al., Learning a Thousand Tasks in a Day (MT3), 2025.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Episode, EpisodeArrays, Subtask
from ...quality.object_paths import object_poses, relative
from .tables import Row, TableColumn

COLUMNS = (
    TableColumn("episode", "string", "id of the episode"),
    TableColumn("task", "string", "id of its task"),
    TableColumn("scene", "string", "id of its scene"),
    TableColumn("success", "bool", "whether the episode reached its goal"),
    TableColumn("subtask", "int32", "index of the subtask"),
    TableColumn("skill", "string", "what was done"),
    TableColumn("arguments", "list<string>", "with which objects"),
    TableColumn("sentence", "string", "the subgoal and its reason"),
    TableColumn("subtask_success", "bool", "whether the subtask had its effect"),
    TableColumn("recovers", "int32", "index of the failed subtask that it makes up for"),
    TableColumn("phase", "string", "alignment, before the first contact, or interaction"),
    TableColumn("start", "int32", "first action of the phase"),
    TableColumn("end", "int32", "one past its last action"),
    TableColumn("object", "string", "the argument in whose frame the path is given"),
    TableColumn(
        "object_from_tool",
        "list<list<float64>>",
        "pose of the tool in the object's frame at states `start` to `end`, both included: "
        "x, y, z in metres, then quaternion wxyz",
    ),
    TableColumn("gripper", "list<float32>", "measured opening at the same states, metres"),
)


def phase_rows(episode: Episode, arrays: EpisodeArrays, compiled: CompiledScene) -> Iterator[Row]:
    """Rows by subtask, phase, and object among the subtask's arguments."""
    names = {name for part in episode.subtasks for name in part.arguments}
    poses = object_poses(compiled, arrays.qpos, sorted(names & compiled.objects.keys()))
    for index, part in enumerate(episode.subtasks):
        for phase, start, end in phases(part):
            states = slice(start, end + 1)
            for name in part.arguments:
                if name not in poses:
                    continue
                path = relative(poses[name][states], arrays.tool[states])
                yield {
                    "episode": episode.id,
                    "task": episode.task,
                    "scene": episode.scene,
                    "success": episode.success,
                    "subtask": index,
                    "skill": part.skill,
                    "arguments": part.arguments,
                    "sentence": part.sentence,
                    "subtask_success": part.success,
                    "recovers": part.recovers,
                    "phase": phase,
                    "start": start,
                    "end": end,
                    "object": name,
                    "object_from_tool": list(path),
                    "gripper": arrays.gripper[states],
                }


def phases(part: Subtask) -> list[tuple[str, int, int]]:
    """The phases of a subtask that hold any action: name, first action, one past the last."""
    cut = part.end if part.interaction is None else part.interaction
    found = [("alignment", part.start, cut), ("interaction", cut, part.end)]
    return [phase for phase in found if phase[1] < phase[2]]
