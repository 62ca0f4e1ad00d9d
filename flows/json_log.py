"""Progress as JSON: one object a line, for programs that collect logs."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Self, TextIO

from ..generators.records import FinishedShard
from ..generators.shards import ShardRecord
from .work import ShardTask

EVERY = 30.0
"""Seconds between two lines about progress, at least."""


class JsonLog:
    """A Reporter that writes lines. Use as a context manager; leaving it writes the last line.

    Each line has `time` (UTC), `event`, `dataset` and `seed`. The events: `made`, with `stage`,
    `shard` and `counts`; `failed`, with `stage`, `shard` and `message`; `note`, with `message`;
    `progress` and at last `ended`, with `done` and `of`, shards by stage.
    """

    def __init__(self, file: TextIO, name: str, seed: int) -> None:
        """Write nothing yet.

        Args:
            file: takes the lines.
            name: of the dataset.
            seed: of the dataset.
        """
        self._file = file
        self._about = {"dataset": name, "seed": seed}
        self._done = Counter[str]()
        self._of: dict[str, int] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Say how far it came."""
        self._progress("ended")

    def note(self, text: str) -> None:
        """Something worth a line."""
        self._say("note", message=text)

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """A shard was already there; it has no line of its own."""
        self._count(record.place[0], total)

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self._say("made", stage=unit.stage, shard=unit.shard, counts=record.counts)
        self._count(unit.stage, total)

    def failed(self, unit: ShardTask, message: str) -> None:
        """A shard failed."""
        self._say("failed", stage=unit.stage, shard=unit.shard, message=message)

    def _count(self, stage: str, total: dict[str, int]) -> None:
        self._done[stage] += 1
        self._of = dict(total)
        if time.monotonic() - self._said >= EVERY:
            self._progress("progress")

    def _progress(self, event: str) -> None:
        self._said = time.monotonic()
        self._say(event, done={stage: self._done[stage] for stage in self._of}, of=self._of)

    def _say(self, event: str, **told: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": now, "event": event, **self._about, **told}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
