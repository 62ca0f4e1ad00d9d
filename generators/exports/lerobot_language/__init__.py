"""LeRobotDataset v3.0 with the language columns that LeRobot reads from release 0.6 on.

It is the export `lerobot`, and every row also holds the subtasks, plans and memories of its
episode. It is one of its own because earlier releases refuse a dataset with such columns.
"""

from __future__ import annotations

from ..lerobot import LeRobotExporter

PLUGIN = LeRobotExporter(
    language=True,
    summary="LeRobotDataset v3.0 with language columns: subtask, plan and memory, for LeRobot 0.6",
)
