"""Symbolic searches as input and output: what Procedure Cloning trains on.

The input is what was known when the search began: facts and goal. The output is the procedure,
the nodes in the order in which the search expanded them, and at its end the action: the first
skill of the plan. Source: Yang et al., Chain of Thought Imitation with Procedure Cloning, 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....schemas import Episode, SkillCall, TraceEvent
from ...plan_searches import plan_searches

NEGATION = "(not "


def procedures(episode: Episode, goal: str) -> Iterator[dict[str, Any]]:
    """The searches of an episode that ended in a plan, in order.

    Args:
        episode: whose trace is read; searches whose start was not traced are left out.
        goal: as BDDL text, in the names of the scene.
    """
    for number, events in enumerate(filter(_planned, plan_searches(episode))):
        expanded = [x for x in events if x.event == "expand"]
        plan = [x for x in events if x.event == "choose"]
        yield {
            "search": f"{episode.id}-p{number:02d}",
            "episode": episode.id,
            "task": episode.task,
            "scene": episode.scene,
            "step": events[0].step,
            "input": {"facts": list(expanded[0].facts), "goal": goal},
            "output": {
                "nodes": [_node(x) for x in expanded],
                "plan": [_node(x) | {"sentence": x.reason} for x in plan],
                "action": _call(SkillCall.parse(plan[0].subject)),
            },
            # The goal is the node after the last one that was expanded.
            "complete": plan[-1].node == len(expanded),
        }


def _planned(events: list[TraceEvent]) -> bool:
    """Whether these begin with a start and end with a plan."""
    return events[0].node == 0 and events[-1].event == "choose"


def _node(event: TraceEvent) -> dict[str, Any]:
    cost, remaining = event.values
    start = event.parent is None
    return {
        "node": event.node,
        "parent": event.parent,
        **_call(None if start else SkillCall.parse(event.subject)),
        "cost": int(cost),
        "remaining": int(remaining),
        # What holds at the start is the input.
        "adds": [] if start else [x for x in event.facts if not x.startswith(NEGATION)],
        "removes": [x[len(NEGATION) : -1] for x in event.facts if x.startswith(NEGATION)],
    }


def _call(call: SkillCall | None) -> dict[str, Any]:
    """A skill and its arguments; the start has none."""
    if call is None:
        return {"skill": None, "arguments": []}
    return {"skill": call.skill, "arguments": list(call.arguments)}
