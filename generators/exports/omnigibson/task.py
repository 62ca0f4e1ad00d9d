"""A task as an activity of BEHAVIOR."""

from __future__ import annotations

import re

from ....schemas import TaskSpec


def activity_name(task: TaskSpec) -> str:
    """The activity's name: a folder's among BDDL's activity definitions."""
    return "cousins_" + re.sub(r"[^a-z0-9]+", "_", task.id.lower())


def to_task(task: TaskSpec) -> str:
    """The problem as the text of `problem0.bddl`, named after its activity."""
    return re.sub(r"\(problem [^)\s]+\)", f"(problem {activity_name(task)}-0)", task.bddl, count=1)
