"""What a flow run shows on Prefect's pages: progress, counts, the report and a sheet of pictures.

Pages are no reason to end a run: once the API does not take something, nothing more is sent.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from ..generators.dataset import Dataset
from ..generators.records import FinishedShard
from ..generators.report.sheet import write_sheet
from ..generators.shards import ShardRecord
from ..schemas import CousinsError, one_line
from .naming import artifact_key
from .server import answers
from .summaries import as_markdown
from .work import ShardTask

if TYPE_CHECKING:
    from .reporter import Reporter
    from .run import Summary

EVERY = 5.0
"""Seconds between two posts of progress, at least."""


class FlowReporter:
    """Tells another reporter everything, and Prefect now and then."""

    def __init__(self, inner: Reporter, name: str) -> None:
        """Post nothing yet.

        Args:
            inner: is told everything.
            name: of the dataset; begins the keys of all artifacts.
        """
        self._inner, self._name = inner, name
        self._bars: dict[str, UUID] = {}
        self._done: dict[str, int] = {}
        self._posted: dict[str, tuple[int, int]] = {}
        self._totals: dict[str, int] = {}
        self._silent = False
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Post what has not been posted yet."""
        self._post()

    def note(self, text: str) -> None:
        """Something worth a line."""
        self._inner.note(text)
        get_run_logger().info(text)

    def found(self, record: FinishedShard, total: dict[str, int]) -> None:
        """A shard was already there."""
        self._inner.found(record, total)
        self._count(record.place[0], total)

    def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
        """A shard was made."""
        self._inner.finished(unit, record, total)
        self._count(unit.stage, total)

    def failed(self, unit: ShardTask, message: str) -> None:
        """A shard failed."""
        self._inner.failed(unit, message)
        get_run_logger().error(message)

    def summed_up(self, summary: Summary) -> None:
        """Show what the run has left: counts and causes, the report, and some pictures."""
        self._post()
        dataset, folder = Dataset(Path(summary.out)), Path(summary.out).resolve()
        try:
            sheet = write_sheet(dataset, folder / "report" / "sheet.jpg")
            text = as_markdown(dataset, summary, sheet)
        except (CousinsError, OSError) as error:  # what was made is whole, and only not shown
            self.note(f"Prefect shows no summary ({one_line(error)})")
            return
        self._send(lambda: create_markdown_artifact(text, self._key("summary"), "What was made"))
        if summary.report:
            page = Path(summary.report).resolve()
            self._send(lambda: create_link_artifact(page.as_uri(), str(page), self._key("report")))
        if sheet is not None:
            # A page from a server may show no file of the disk: the picture goes along.
            picture = base64.b64encode(sheet.read_bytes()).decode()
            url = f"data:image/jpeg;base64,{picture}"
            self._send(lambda: create_image_artifact(url, self._key("sheet"), str(sheet)))

    def _count(self, stage: str, total: dict[str, int]) -> None:
        self._totals = dict(total)
        self._done[stage] = self._done.get(stage, 0) + 1
        if time.monotonic() - self._last >= EVERY:
            self._post()

    def _post(self) -> None:
        """Bring each stage's bar to where the stage is; one line of the log for all."""
        self._last = time.monotonic()
        state = {stage: (self._done.get(stage, 0), of) for stage, of in self._totals.items() if of}
        changed = [stage for stage, now in state.items() if self._posted.get(stage) != now]
        if not changed:
            return
        said = ", ".join(f"{stage} {done} of {of}" for stage, (done, of) in state.items())
        get_run_logger().info(said)
        for stage in changed:
            done, of = self._posted[stage] = state[stage]
            self._bar(stage, min(100.0, 100.0 * done / of), f"{stage}: {done} of {of} shards")

    def _bar(self, stage: str, percent: float, text: str) -> None:
        known = self._bars.get(stage)
        if known is not None:
            self._send(lambda: update_progress_artifact(known, percent, text))
            return
        made = self._send(lambda: create_progress_artifact(percent, self._key(stage), text))
        if made is not None:
            self._bars[stage] = made

    def _key(self, part: str) -> str:
        return artifact_key(self._name, part)

    def _send(self, send: Callable[[], Any]) -> UUID | None:
        if self._silent:
            return None
        if not answers():
            self._silent = True
            return None
        try:
            with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
                made: UUID = send()
        except Exception as error:  # whatever a client can raise: the data do not depend on it
            self._silent = True
            self._inner.note(f"Prefect shows no more of this run ({one_line(error)})")
            return None
        return made
