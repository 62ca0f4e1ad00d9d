"""A run under way: which shards are to be made, are being made, wait for others, or failed."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..generators.shards import EXPORTS, STAGES, ShardRecord
from ..generators.store.checked import FileCheck
from ..generators.store.claims import Claims
from ..generators.store.joint import ClaimLostError
from ..generators.store.writer import Store
from ..schemas import RunError
from .allowance import Allowance
from .executors import Pool, ShardExecutor
from .graph import Graph
from .growth import Growth, known_files, taken_over
from .pool import JobError
from .ready import ReadyShards
from .reporter import Reporter
from .session import RunRequest
from .signals import again
from .work import Job, Result, ShardTask

Place = tuple[str, str]
"""Stage and shard."""
POLL = 1.0
"""Seconds between two looks at what other processes make, at most."""


@dataclass
class Run:
    """The state of one run over an open store."""

    plan: RunRequest
    store: Store
    graph: Graph
    pool: Pool
    executor: ShardExecutor
    reporter: Reporter
    allowance: Allowance
    made: int = 0
    cpu: dict[str, float] = field(default_factory=dict[str, float])
    failures: list[str] = field(default_factory=list[str])
    units: dict[tuple[str, str], ShardTask] = field(
        default_factory=dict[tuple[str, str], ShardTask]
    )
    sound: set[Place] = field(default_factory=set[Place])
    notes: dict[Place, str] = field(default_factory=dict[Place, str])
    """Why exports that were there could not be taken over."""
    claims: Claims | None = None
    """Where other processes make the same dataset."""
    waiting: list[ShardTask] = field(default_factory=list[ShardTask])
    """What others have claimed, and is to be looked at again."""

    def make(self, unit: ShardTask) -> ShardRecord:
        """Do the work of one unit in the pool and commit it."""
        start = time.perf_counter()
        result = self.pool.run(unit.name, self._job(unit))
        record = self.store.commit(unit.stage, unit.shard, unit.key, result.prepared, unit.inputs)
        self.allowance.made(unit)
        if result.note:
            self.notes[unit.place] = result.note
        self._note(unit, result, time.perf_counter() - start)
        return record

    def _job(self, unit: ShardTask) -> Job:
        return Job(self.store.root, self.plan.stages, unit, self.plan.workers)

    def make_all(self, units: list[ShardTask]) -> None:
        """Make these units and all that follow from them.

        Raises:
            RunError: after everything else is done, where units failed.
            JobError: at once, where the input is wrong.
        """
        answers: queue.Queue[tuple[ShardTask, ShardRecord | BaseException]] = queue.Queue()
        ready = ReadyShards(units)
        running = 0
        while ready or running or self.waiting:
            again()
            while ready and running < self._at_once:
                unit = ready.pop()
                self.units[unit.place] = unit
                followers = self._without_work(unit)
                if followers is not None:
                    ready.push(followers)
                elif self._claimed(unit):
                    running += 1
                    self.executor.submit(
                        unit, self.make, lambda u, answer: answers.put((u, answer))
                    )
            try:
                unit, answer = answers.get(timeout=self._patience(running))
            except queue.Empty:
                ready.push(self.waiting)
                self.waiting = []
                continue
            running -= 1
            ready.push(self._on_result(unit, answer))
        if self.failures:
            shown = "\n".join(f"  {failure}" for failure in self.failures[:10])
            raise RunError(
                f"{len(self.failures)} shards failed; the others are kept:\n{shown}\n"
                "The same command tries them again; with --allow-failures a run goes on without"
            )

    @property
    def _at_once(self) -> int:
        """Shards under way; what waits for a worker here is left to processes that have joined."""
        return self.plan.workers * (2 if self.claims is None else 1)

    def _patience(self, running: int) -> float | None:
        """Seconds until there is something to look at again; None until a shard is done."""
        if self.claims is not None and self.waiting:
            return min(POLL, self.claims.lease / 10)
        return None if running else 0.0

    def _without_work(self, unit: ShardTask) -> list[ShardTask] | None:
        """What to look at next, where nothing has to be done for a shard now; else None."""
        record = self.store.look(unit.stage, unit.shard, unit.key)
        if record is not None:
            self._forget(unit)
            self.reporter.found(record, self.graph.total)
            return self.graph.after(unit, record)
        if self.allowance.skips(unit):
            return self._left_out(unit)
        return self._mend_inputs(unit)

    def _mend_inputs(self, unit: ShardTask) -> list[ShardTask] | None:
        """Take away an input whose files are not what was written, and give its unit."""
        for place in unit.inputs:
            stage, _, shard = place.partition("/")
            record = self.store.record(stage, shard)
            if record is None or record.place in self.sound:
                continue
            if self.store.sound(record):
                self.sound.add(record.place)
                continue
            if self.claims is not None and not self.claims.take(record.place):
                self.waiting.append(unit)  # another process makes it again
                return []
            if not self.store.sound(record):
                self.reporter.note(f"{place} is damaged; it is made again")
                self.store.discard(record)
            elif self.claims is not None:
                self.claims.release(record.place)  # another process has made it again
            # Once it is made anew, this unit follows from it again.
            return [self.units[record.place]]
        return None

    def _claimed(self, unit: ShardTask) -> bool:
        """Whether this process makes a shard now; another look at it comes later if not."""
        if self.claims is None:
            return True
        if self.claims.take(unit.place):
            if self.store.look(unit.stage, unit.shard, unit.key) is None:
                return True
            self.claims.release(unit.place)  # it was made since this process looked
        self.waiting.append(unit)
        return False

    def damaged(self, growths: Sequence[Growth] = ()) -> tuple[ShardRecord, ...]:
        """The shards, all but exports, whose files are not what was written; reads the files.

        Args:
            growths: of the exports that are to be made; of shards that each takes over those files
                are read that may have changed since they were last, and are none of an earlier
                export's, which are compared before it grows.
        """
        root, compared = self.store.root, dict[tuple[int, int], str]()
        known = taken_over(growths, self.store.briefs())
        for growth in growths if known else ():
            compared |= known_files(root / growth.folder, growth.files)
        check = FileCheck(root, compared)
        damaged = [
            record
            for record in self.store.records()
            if record.stage != EXPORTS
            and record.place not in self.sound
            and not check.sound(record, quick=record.place in known)
        ]
        check.keep()
        return tuple(damaged)

    def _on_result(self, unit: ShardTask, answer: ShardRecord | BaseException) -> list[ShardTask]:
        if self.claims is not None:
            self.claims.release(unit.place)
        if isinstance(answer, ClaimLostError):
            self.waiting.append(unit)
            return []
        if isinstance(answer, JobError) and not answer.fatal:
            if self.allowance.try_again(unit, answer):
                return [unit]
            said = str(answer)
            if answer.trace:
                said += f"; its traceback is in {self._keep_trace(unit, answer.trace)}"
            self.reporter.failed(unit, said)
            if self.allowance.leaves_out(unit, answer):
                return self._left_out(unit)
            self.failures.append(said)
            return []
        if isinstance(answer, BaseException):
            raise answer
        self.made += 1
        self.sound.add(answer.place)
        self._forget(unit)
        self.reporter.finished(unit, answer, self.graph.total)
        return self.graph.after(unit, answer)

    def _forget(self, unit: ShardTask) -> None:
        """Let go of the shards before one of the last stage: nothing else follows from them."""
        if unit.stage == self.plan.until:
            for stage in STAGES[1:]:
                self.units.pop((stage, unit.shard), None)

    def _left_out(self, unit: ShardTask) -> list[ShardTask]:
        """Go on without a shard; what an older spec made in its place is none of this dataset."""
        old = self.store.record(unit.stage, unit.shard)
        if old is not None:
            self.store.discard(old)
        return self.graph.skip(unit)

    def _keep_trace(self, unit: ShardTask, trace: str) -> Path:
        logs = self.store.root / "logs"
        logs.mkdir(exist_ok=True)
        path = logs / "failures.log"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{unit.name}\n{trace}\n")
        return path

    def _note(self, unit: ShardTask, result: Result, seconds: float) -> None:
        self.cpu[unit.stage] = self.cpu.get(unit.stage, 0.0) + result.cpu_seconds
        line = {
            "shard": unit.name,
            "cpu_seconds": round(result.cpu_seconds, 3),
            "wall_seconds": round(result.wall_seconds, 3),
            "total_seconds": round(seconds, 3),
            "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        logs = self.store.root / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / "timings.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
