"""The executor of a flow run: threads do the work, and Prefect shows it wave by wave."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture, wait
from prefect.states import Completed, Failed

from ..generators.shards import ShardRecord
from ..schemas import RunError
from .executors import Done, ThreadExecutor
from .naming import folder_tag, run_name, run_tags
from .predecessors import mark_crashed
from .server import answers
from .session import RunRequest
from .waves import Wave, Waves
from .work import ShardTask

RETRIES = 2
"""How often a shard is tried again after trouble with files."""
PAUSE = 1.0
"""Seconds before it is."""
LAST = 30.0
"""Seconds in which the tasks of a run that has ended say so."""
NAMED = 5
"""Failures that the state of a wave names."""


class PrefectExecutor:
    """Makes shards in threads; shows each wave of them as a task. Use as a context manager.

    What Prefect shows follows the work: a wave's task ends when its shards have, and trouble
    with the API never reaches a shard.
    """

    def __init__(self, plan: RunRequest) -> None:
        """Prepare for the shards of a plan."""
        self._plan = plan
        self._waves = Waves(plan.spec)
        self._begun: dict[str, Wave] = {}
        self._tasks: dict[str, Task[[str], Any]] = {}
        self._futures: list[PrefectFuture[Any]] = []
        self._threads = ThreadPoolExecutor(plan.workers)
        self._inner = ThreadExecutor(self._threads)
        self._shown = True

    def __enter__(self) -> Self:
        """Nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all waves, and let their tasks say so; who interrupts does not wait for it."""
        self._waves.close(*self._begun.values())
        self._threads.shutdown(wait=True, cancel_futures=True)
        if (error is None or isinstance(error, Exception)) and answers():
            wait(self._futures, timeout=LAST)

    def begin(self, root: Path) -> None:
        """Name and tag this flow run, and mark its dead predecessors as crashed."""
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RunError("the Prefect engine runs inside a flow only")
        wanted = [*context.flow_run.tags, *run_tags(self._plan.spec, root)]
        with get_client(sync_client=True) as client:
            mark_crashed(client, folder_tag(root))
            client.update_flow_run(
                context.flow_run.id,
                name=run_name(self._plan.spec, self._plan.until),
                tags=list(dict.fromkeys(wanted)),
            )

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Start one unit."""
        wave, new = self._waves.enter(unit)
        if new:
            self._show(wave)

        def told(made: ShardTask, answer: ShardRecord | BaseException) -> None:
            failure = str(answer) if isinstance(answer, BaseException) else None
            self._waves.leave(wave, failure)
            done(made, answer)

        self._inner.submit(unit, lambda asked: _patiently(make, asked), told)

    def _show(self, wave: Wave) -> None:
        """Begin the task of a wave."""
        if wave.title in self._begun:  # a shard that was damaged is made again
            self._waves.close(self._begun[wave.title])
        self._begun[wave.title] = wave
        if not self._shown:
            return
        if wave.stage not in self._tasks:
            self._tasks[wave.stage] = self._task(wave.stage)
        try:
            future: PrefectFuture[Any] = self._tasks[wave.stage].submit(wave.title)  # pyright: ignore[reportUnknownMemberType]
        except Exception:  # Prefect's trouble: only where its API is gone does the run go on alone
            if answers():
                raise
            self._shown = False
        else:
            self._futures.append(future)  # Prefect warns where one is dropped

    def _task(self, stage: str) -> Task[[str], Any]:
        @task(
            name=f"make-{stage}",
            task_run_name="{title}",
            tags=[stage],
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def make_wave(title: str) -> Any:
            wave = self._begun[title]
            wave.closed.wait()
            if wave.failures:
                return Failed(message="; ".join(wave.failures[:NAMED]))
            if wave.ended < wave.begun:
                return Failed(message=f"the run ended after {wave.ended} of {wave.begun} shards")
            return Completed(message=f"{wave.ended} shards made")

        return make_wave


def _patiently(make: Callable[[ShardTask], ShardRecord], unit: ShardTask) -> ShardRecord:
    """Make a shard; only trouble with files or the network is worth another try."""
    for _ in range(RETRIES):
        try:
            return make(unit)
        except OSError:
            time.sleep(PAUSE)
    return make(unit)
