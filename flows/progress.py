"""Progress on standard error: a bar for each stage; lines now and then where bars cannot be."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed
from rich.progress import TimeRemainingColumn as Remaining

from ..generators.records import FinishedShard
from ..generators.shards import ShardRecord
from .work import ShardTask

LINE_EVERY = 30.0
"""Seconds between lines in a file or a log, at least."""


class Bars:
    """A Reporter that draws bars. Use as a context manager."""

    def __init__(self, title: str) -> None:
        """Draw nothing yet."""
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            Elapsed(),
            Remaining(),
            console=self._console,
        )
        self._bars: dict[str, TaskID] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._title = title
        self._begun = self._said = time.monotonic()

    def __enter__(self) -> Self:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing."""
        self._progress.stop()

    def note(self, text: str) -> None:
        """One line above the bars."""
        self._console.print(f"{self._title}: {text}", style="dim")

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """A shard was already there."""
        self._advance(record, total)

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self._advance(record, total)

    def failed(self, unit: ShardTask, message: str) -> None:
        """A shard failed."""
        del unit
        self._console.print(message, style="red", markup=False)

    def _advance(self, record: FinishedShard, total: dict[str, int]) -> None:
        for stage, count in total.items():
            if stage not in self._bars:
                self._bars[stage] = self._progress.add_task(stage, total=count, detail="")
            self._progress.update(self._bars[stage], total=count)
        place = record.place[0]
        counts = self._counts.setdefault(place, {})
        for name, count in record.counts.items():
            counts[name] = counts.get(name, 0) + count
        detail = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        self._progress.update(self._bars[place], advance=1, detail=detail)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._said >= LINE_EVERY:
            self._said = now
            self.note(f"{self._state()} after {round(now - self._begun)} s")

    def _state(self) -> str:
        """How many shards of each stage are done, of how many."""
        bars = self._progress.tasks
        return ", ".join(f"{x.description} {x.completed:.0f} of {x.total or 0:.0f}" for x in bars)
