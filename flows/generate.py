"""The Prefect flow: it shows, schedules and retries; the plain functions do the work."""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType, TaskRun
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.states import Completed, Crashed, Failed

from ..generators.shards import ShardRecord
from ..schemas import CousinsError, RunError, one_line
from ..schemas.spec_file import load_spec
from .corrections import with_failures
from .environment import cores
from .executors import Done
from .reporter import Reporter
from .robots import with_robot
from .run import Summary, execute, run_session
from .seeds import next_dataset, noted
from .server import answers, without_api
from .session import RunRequest, Session
from .stages import production
from .work import ShardTask

FLOW = "cousins-generate"
PAGE = 100
"""Task runs that are asked for at once."""


@flow(name=FLOW, persist_result=False, validate_parameters=True)
def generate(
    spec: str, out: str, workers: int | None = None, next_seeds: bool = False
) -> State[Any]:
    """Make a dataset, or finish it; the flow of deployments and schedules.

    Args:
        spec: path of the YAML file.
        out: the dataset's folder, or, with next_seeds, the folder of its datasets.
        workers: processes; None is one for each core.
        next_seeds: make the next dataset of a series, each from its own seed.
    """
    read, folder = with_failures(with_robot(load_spec(Path(spec)))), Path(out)
    if next_seeds:
        read, folder = next_dataset(read, folder)
    plan = RunRequest(read, folder, production(), workers or cores(), exports=read.export)

    def work() -> Summary:
        return execute(plan, PrefectExecutor())

    return _settle(lambda: noted(Path(out), read.seed, work) if next_seeds else work(), [])


def generate_now(session: Session, reporter: Reporter) -> Summary:
    """Make what is missing of an open dataset as a flow of this process.

    Raises:
        CousinsError: as `execute`.
    """
    outcome: list[Summary | CousinsError] = []
    cause: Exception | None = None
    plan = session.plan

    with contextlib.ExitStack() as alone:

        @flow(name=FLOW, flow_run_name=plan.spec.name, persist_result=False)
        def run(spec: str, out: str, workers: int) -> State[Any]:
            del spec, out, workers  # shown by Prefect
            state = _settle(lambda: run_session(session, PrefectExecutor(), reporter), outcome)
            if not answers():
                # Without this, Prefect asks a dead server for minutes how the run has ended.
                alone.enter_context(without_api())
            return state

        try:
            state: State[Any] = run(plan.spec.name, str(plan.out), plan.workers, return_state=True)
            ended = f"the flow ended as {state.name}: {state.message}"
        except Exception as error:
            # A flow's own errors become its state; what comes out here is Prefect's trouble.
            if answers():
                raise
            cause = error
            ended = f"Prefect's API ended during the run ({one_line(error)})"
            if outcome:
                reporter.note(f"{ended}; its pages do not show the end, and the data are whole")
    if not outcome:
        raise RunError(ended) from cause
    if isinstance(outcome[0], CousinsError):
        raise outcome[0]
    return outcome[0]


def _settle(work: Callable[[], Summary], outcome: list[Summary | CousinsError]) -> State[Any]:
    """Do the work inside a flow; expected errors become its state instead of a traceback."""
    try:
        summary = work()
    except CousinsError as error:
        outcome.append(error)
        return Failed(message=str(error))
    outcome.append(summary)
    return Completed(message=f"{summary.counts} in {summary.out}, hash {summary.dataset_hash}")


class PrefectExecutor:
    """Submits each shard as a task of the current flow run."""

    def __init__(self) -> None:
        """Hold no answers yet."""
        self._answers: dict[str, ShardRecord | CousinsError | OSError] = {}
        self._work: dict[str, Callable[[], ShardRecord]] = {}
        self._tasks: dict[str, Task[[str], Any]] = {}

    def begin(self, root: Path) -> None:
        """Tag this flow run with its dataset, and mark its dead predecessors as crashed."""
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RunError("the Prefect engine runs inside a flow only")
        place = f"{socket.gethostname()}:{root.resolve()}"
        tag = f"dataset:{hashlib.sha256(place.encode()).hexdigest()[:16]}"
        with get_client(sync_client=True) as client:
            mark_crashed(client, tag)
            tags = [*context.flow_run.tags, tag]
            client.update_flow_run(context.flow_run.id, tags=tags)

    def submit(self, unit: ShardTask, make: Callable[[ShardTask], ShardRecord], done: Done) -> None:
        """Start one unit."""
        if unit.stage not in self._tasks:
            self._tasks[unit.stage] = self._task(unit.stage)
        self._work[unit.name] = lambda: make(unit)
        future: PrefectFuture[Any] = self._tasks[unit.stage].submit(unit.name)  # pyright: ignore[reportUnknownMemberType]
        future.add_done_callback(lambda f: done(unit, self._answer(unit, f)))

    def _task(self, stage: str) -> Task[[str], Any]:
        @task(
            name=f"make-{stage}",
            task_run_name="{name}",
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=2,
            retry_delay_seconds=1,
            retry_condition_fn=_is_io,
        )
        def make_shard(name: str) -> Any:
            try:
                self._answers[name] = self._work[name]()
            except CousinsError as error:
                self._answers[name] = error
                return Failed(message=str(error))
            except OSError as error:
                self._answers[name] = error
                raise
            return Completed(message="made")

        return make_shard

    def _answer(self, unit: ShardTask, future: PrefectFuture[Any]) -> ShardRecord | BaseException:
        del self._work[unit.name]
        answer = self._answers.pop(unit.name, None)
        if answer is not None:
            return answer
        # Asking a future for its state costs a round trip: only where a task gave no answer.
        state: State[Any] = future.state
        return RunError(f"{unit.name}: its task ended as {state.name}: {state.message}")


def mark_crashed(client: SyncPrefectClient, tag: str) -> int:
    """Mark what still counts as running of this tag, its tasks too, as crashed.

    Gives how many flow runs were marked.
    """
    live = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING])
    stale = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[tag]), state=FlowRunFilterState(type=live)
        )
    )
    for run in stale:
        state: State[Any] = Crashed(
            message="its process is gone; a later run has taken over its dataset"
        )
        client.set_flow_run_state(run.id, state, force=True)
        _mark_tasks(client, run.id, state)
    return len(stale)


def _mark_tasks(client: SyncPrefectClient, flow_run: UUID, state: State[Any]) -> None:
    """Mark the task runs of a dead flow run that have not ended."""
    live = TaskRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    while stale := client.read_task_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run])),
        task_run_filter=TaskRunFilter(state=TaskRunFilterState(type=live)),
        limit=PAGE,
    ):
        for run in stale:
            client.set_task_run_state(run.id, state, force=True)
        if len(stale) < PAGE:
            return


def _is_io(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Only trouble with files or the network is worth another try."""
    del task, run
    return isinstance(state.result(raise_on_failure=False), OSError)
