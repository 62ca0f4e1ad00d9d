"""The planners' events as a table: every candidate, rejection, choice, and step back, in order."""

from __future__ import annotations

from collections.abc import Iterator

from ....schemas import Episode
from .tables import Row, TableColumn

COLUMNS = (
    TableColumn("episode", "string", "id of the episode"),
    TableColumn("task", "string", "id of its task"),
    TableColumn("scene", "string", "id of its scene"),
    TableColumn("success", "bool", "whether the episode reached its goal"),
    TableColumn("index", "int32", "place in the episode's trace, from 0"),
    TableColumn("step", "int32", "actions taken before the event"),
    TableColumn("subtask", "int32", "index of the subtask it served; null while planning"),
    TableColumn("stage", "string", "symbolic, grasp, placement, motion, or execution"),
    TableColumn("event", "string", "expand, reject, choose, backtrack, or fail"),
    TableColumn("subject", "string", "the skill or candidate that it is about"),
    TableColumn(
        "reason", "string", "why it was rejected or failed; of a chosen skill, its purpose"
    ),
    TableColumn("values", "list<float64>", "costs or poses that were compared or chosen"),
    TableColumn("node", "int32", "of a symbolic search: number of the node; 0 is the start"),
    TableColumn("parent", "int32", "number of the node that it follows; null for the start"),
    TableColumn("facts", "list<string>", "of a start all facts; of other nodes what changes"),
)


def event_rows(episode: Episode) -> Iterator[Row]:
    """One row per event, in the order in which things were tried."""
    for index, event in enumerate(episode.trace):
        yield {
            "episode": episode.id,
            "task": episode.task,
            "scene": episode.scene,
            "success": episode.success,
            "index": index,
            "step": event.step,
            "subtask": event.subtask,
            "stage": event.stage,
            "event": event.event,
            "subject": event.subject,
            "reason": event.reason,
            "values": event.values,
            "node": event.node,
            "parent": event.parent,
            "facts": event.facts,
        }
