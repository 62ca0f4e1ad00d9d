"""What is being done at each step, in words: subtasks by number, and LeRobot's language columns.

A subtask lasts as long as the solver worked at it, to the action. Between two of them the solver
gets back from a failure, or waits for things to come to rest; that is said as well, so that every
row has a text. Source of the columns: LeRobot 0.6, docs/source/language_and_recipes.mdx.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import Episode
from ..traces.thoughts import thoughts

PERSISTENT, EVENTS = "language_persistent", "language_events"
COLUMNS = (PERSISTENT, EVENTS)


@dataclass(frozen=True)
class Span:
    """Actions during which one thing is being done.

    Attributes:
        start: the first.
        text: what is being done.
        subtask: its number in the episode; None between subtasks.
    """

    start: int
    text: str
    subtask: int | None


def spans(episode: Episode) -> list[Span]:
    """An episode's spans in order: each ends where the next one starts."""
    found: list[Span] = []
    for step, (subtask, text) in enumerate(thoughts(episode.subtasks, episode.steps)):
        if not found or (found[-1].subtask, found[-1].text) != (subtask, text):
            found.append(Span(step, text, subtask))
    return found


class SubtaskTable:
    """Numbers texts in the order in which they are first met."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        """Number some texts in their order; by default no text has a number yet."""
        self._numbers = {text: number for number, text in enumerate(texts)}

    def column(self, episode: Episode) -> npt.NDArray[np.int64]:
        """The number of each row's text, (T,)."""
        texts = [text for _, text in thoughts(episode.subtasks, episode.steps)]
        numbers = [self._numbers.setdefault(text, len(self._numbers)) for text in texts]
        return np.array(numbers, dtype=np.int64)

    def write(self, path: Path) -> None:
        """Write the texts as LeRobot reads them: the index of a table with their numbers."""
        import pandas as pd

        numbers = np.arange(len(self._numbers), dtype=np.int64)
        index = pd.Index(list(self._numbers), name="subtask", dtype="object")
        pd.DataFrame({"subtask_index": numbers}, index=index).to_parquet(path)


def recovering(episode: Episode) -> npt.NDArray[np.bool_]:
    """Whether each action makes up for a subtask that failed, or gets back from it; (T,)."""
    found = np.zeros(episode.steps, dtype=np.bool_)
    for part in episode.subtasks:
        if part.recovers is not None:
            found[part.start : part.end] = True
        if not part.success and part.withdrawn is not None:
            found[part.end : part.withdrawn] = True
    return found


def persistent_rows(episode: Episode, paraphrases: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What holds from some time on: `subtask`, `plan` and `memory`, by time and style.

    A plan lists what is still to be done, and a memory what has succeeded so far.

    Args:
        episode: what was done.
        paraphrases: of its instruction; where there are any, the instruction is among them.
    """
    phrased = (episode.instruction, *paraphrases) if paraphrases else ()
    rows = [_row("task_aug", text, 0.0, "user") for text in phrased]
    for span in spans(episode):
        time = float(np.float32(span.start / episode.hz))
        left = [x.sentence for x in episode.subtasks if x.end > span.start and x.success]
        done = [x.sentence for x in episode.subtasks if x.end <= span.start and x.success]
        told = {
            "memory": "; ".join(done),
            "plan": "\n".join(f"{n}. {text}" for n, text in enumerate(left, start=1)),
            "subtask": span.text,
        }
        rows += [_row(style, text, time) for style, text in told.items() if text]
    # LeRobot reads rows by time, then by style.
    return sorted(rows, key=lambda row: (row["timestamp"], row["style"]))


def _row(style: str, text: str, time: float, role: str = "assistant") -> dict[str, Any]:
    return {
        "role": role,
        "content": text,
        "style": style,
        "timestamp": time,
        "camera": None,
        "tool_calls": None,
    }


def add_language(table: Any, episode: Episode, paraphrases: Sequence[str] = ()) -> Any:
    """An episode's Arrow table with LeRobot's two language columns.

    Every row holds all persistent rows of its episode. There are no events: nobody speaks.
    """
    import pyarrow as pa

    event = [
        pa.field("role", pa.string(), nullable=False),
        pa.field("content", pa.string()),
        pa.field("style", pa.string()),
        pa.field("camera", pa.string()),
        # LeRobot's own writer has this type too where no tool is called.
        pa.field("tool_calls", pa.null()),
    ]
    row = [*event[:3], pa.field("timestamp", pa.float32(), nullable=False), *event[3:]]
    count = table.num_rows
    said = pa.array([persistent_rows(episode, paraphrases)] * count, pa.list_(pa.struct(row)))
    nothing = pa.array([[]] * count, pa.list_(pa.struct(event)))
    return table.append_column(PERSISTENT, said).append_column(EVENTS, nothing)


def language_features() -> dict[str, dict[str, Any]]:
    """Both columns as info.json describes them."""
    return {name: {"dtype": "language", "shape": [1], "names": None} for name in COLUMNS}
