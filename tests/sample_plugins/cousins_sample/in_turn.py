"""In turn: an engine that makes one shard after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cousins.flows.executors import Done
from cousins.flows.reporter import Reporter
from cousins.flows.run import Summary, run_session
from cousins.flows.session import Session
from cousins.flows.work import ShardTask
from cousins.generators.shards import ShardRecord
from cousins.schemas.plugins import Needs


class InTurn:
    """Makes each shard when it is submitted, before the next one is."""

    def begin(self, root: Path) -> None:
        """Nothing is to be started."""

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Make a shard, and hand back its record or the error."""
        try:
            record = make(unit)
        except Exception as error:
            done(unit, error)
        else:
            done(unit, record)


class InTurnEngine:
    """Runs everywhere."""

    summary = "one shard after the other"
    needs = Needs()

    def check(self) -> None:
        """Nothing is needed."""

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """Make what is missing of a dataset."""
        return run_session(session, InTurn(), reporter)


PLUGIN = InTurnEngine()
