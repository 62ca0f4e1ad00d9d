"""The failures that a run allows: shards that fail again and again are left out, and recorded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ..generators import quarantine
from ..generators.quarantine import QuarantineRecord
from ..generators.shards import EXPORTS
from ..schemas import RunError
from .pool import RETRIES, JobError
from .work import ShardTask

TRIES = 2
"""How often a shard is tried before it is left out; a process that dies was replaced before."""
NAMED = 10
"""Failures that an error names."""
LEFT_OUT = frozenset(("scenes", "episodes", "frames"))
"""Stages of which a shard may be missing: every later batch of tasks depends on the one before."""


class Allowance:
    """Decides which failures a run goes on without.

    Attributes:
        share: of the shards of scenes, and of what follows from them, from 0 to 1.
        records: of what this run left out, by stage and shard.
    """

    def __init__(self, root: Path, share: float = 0.0, again: bool = False) -> None:
        """Leave out nothing yet.

        Args:
            root: the dataset's folder.
            share: that may fail; 0 allows no failure.
            again: try what an earlier run left out.
        """
        self.share = share
        self.records: dict[tuple[str, str], QuarantineRecord] = {}
        self._root = root
        self._again = again
        self._tries = Counter[str]()

    def skips(self, unit: ShardTask) -> bool:
        """Whether this shard is left out because of what happened in an earlier run, or in this."""
        if not self.share or unit.stage not in LEFT_OUT:
            return False
        known = (unit.stage, unit.shard) in self.records
        if self._again and not known:
            return False
        found = quarantine.find(self._root, unit.stage, unit.shard)
        if found is None or found.key != unit.key:
            return False
        self.records[found.place] = found
        return True

    def try_again(self, unit: ShardTask, error: JobError) -> bool:
        """Whether a shard that has just failed is given another try."""
        if not self.share or unit.stage not in LEFT_OUT or error.lost == "died":
            return False
        self._tries[unit.name] += 1
        return self._tries[unit.name] < TRIES

    def leaves_out(self, unit: ShardTask, error: JobError) -> bool:
        """Record that a shard is left out, if failures are allowed at all."""
        if not self.share or unit.stage not in LEFT_OUT:
            return False
        tries = RETRIES + 1 if error.lost == "died" else self._tries[unit.name]
        record = QuarantineRecord.model_validate(
            {
                "stage": unit.stage,
                "shard": unit.shard,
                "key": unit.key,
                "kind": error.lost or "failed",
                "message": str(error),
                "tries": tries,
                "log": error.trace,
            }
        )
        quarantine.put(self._root, record)
        self.records[record.place] = record
        return True

    def made(self, unit: ShardTask) -> None:
        """The shard is there: an older record of it no longer holds."""
        if unit.stage != EXPORTS:
            quarantine.lift(self._root, unit.stage, unit.shard)

    def check(self, shards: int) -> None:
        """Refuse to finish a dataset of which too much is missing.

        Args:
            shards: of scenes, made or left out; each is left out once at most, at any stage.

        Raises:
            RunError: more shards were left out than are allowed.
        """
        left = len(self.records)
        if left <= self.share * shards:
            return
        first = list(self.records.values())[:NAMED]
        shown = "\n".join(f"  {record.message}" for record in first)
        raise RunError(
            f"{left} of {shards} shards failed, more than --allow-failures {self.share:g}; the "
            f"others are kept. Allow more, or try them with --retry-quarantined:\n{shown}"
        )
