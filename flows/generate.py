"""The Prefect flow: it shows, schedules and retries; the plain functions do the work."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from ..schemas import CousinsError, DatasetSpec, RunError, one_line
from .checks import check_exports, check_spec
from .counters import counted
from .environment import cores, set_defaults
from .naming import folder_tag, read_source, run_name
from .notify import Notice, check_address, with_notice
from .predecessors import await_free, cancel_others
from .prefect_executor import PrefectExecutor
from .reporter import Reporter, Silent
from .run import Summary, run_session
from .seeds import next_dataset, noted
from .server import answers, without_api
from .session import RunRequest, Session
from .shown import FlowReporter
from .stages import production

FLOW = "cousins-generate"


def name_of_run() -> str:
    """The name of a run that Prefect has begun: what it will make, or the flow and the time."""
    given = flow_run.parameters
    try:
        read, out = read_source(given["spec"]), given.get("out")
        if given.get("next_seeds"):
            read, _ = next_dataset(read, _folder(read, out))
    except CousinsError:  # the run itself says what is wrong
        return f"{FLOW} {time.strftime('%Y-%m-%d %H:%M', time.gmtime())}"
    return run_name(read, "frames")


@flow(
    name=FLOW,
    description="Make a dataset for robot learning from a spec, or finish one.",
    flow_run_name=name_of_run,
    persist_result=False,
    validate_parameters=True,
)
def generate(
    spec: str | dict[str, Any],
    out: str | None = None,
    workers: int | None = None,
    next_seeds: bool = False,
    take_over: bool = False,
    notify: str | None = None,
    allow_failures: float = 0.0,
) -> State[Any]:
    """Make a dataset, or finish it; the flow of deployments and schedules.

    Args:
        spec: path of the YAML file, or the mapping that would stand in it.
        out: the dataset's folder, or, with next_seeds, the folder of its datasets; by default
            out/NAME in the working directory.
        workers: processes; None is one for each core.
        next_seeds: make the next dataset of a series, each from its own seed.
        take_over: first cancel a run that holds the dataset.
        notify: address to which the end of the run is posted as JSON.
        allow_failures: share of the shards that may be left out where they fail, from 0 to 1.
    """
    set_defaults()

    def work() -> Summary:
        check_address(notify)
        read = read_source(spec)
        series = _folder(read, out)
        chosen, folder = next_dataset(read, series) if next_seeds else (read, series)
        if take_over:
            _take_over(folder)
        plan = RunRequest(
            chosen, folder, production(), workers or cores(),
            exports=chosen.export, allow_failures=allow_failures,
        )  # fmt: skip
        about = Notice(chosen.name, chosen.seed, str(folder.resolve()), "failed")

        def make() -> Summary:
            return with_notice(notify, about, lambda: _make(plan), get_run_logger().warning)

        return noted(series, chosen.seed, make) if next_seeds else make()

    return _settle(work, [])


def generate_now(session: Session, reporter: Reporter) -> Summary:
    """Make what is missing of an open dataset as a flow of this process.

    Raises:
        CousinsError: as `execute`.
    """
    outcome: list[Summary | CousinsError] = []
    cause: Exception | None = None
    plan = session.plan

    with contextlib.ExitStack() as alone:

        @flow(name=FLOW, flow_run_name=run_name(plan.spec, plan.until), persist_result=False)
        def run(spec: str, out: str, workers: int) -> State[Any]:
            del spec, out, workers  # shown by Prefect
            state = _settle(lambda: _run_shown(session, reporter), outcome)
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


def _folder(spec: DatasetSpec, out: str | None) -> Path:
    return Path(out) if out else Path("out") / spec.name


def _make(plan: RunRequest) -> Summary:
    """Check and make a dataset inside of a flow that nobody watches from a terminal."""
    with Session(plan) as session:
        if not session.finished:
            check_spec(plan.spec, session.library, exports=bool(plan.exports))
            check_exports(plan.exports)
        with counted(Silent(), plan.spec) as reporter:
            return _run_shown(session, reporter)


def _run_shown(session: Session, reporter: Reporter) -> Summary:
    """Make what is missing, and show it on Prefect's pages."""
    plan = session.plan
    with FlowReporter(reporter, plan.spec.name) as shown, PrefectExecutor(plan) as executor:
        summary = run_session(session, executor, shown)
        shown.summed_up(summary)
        return summary


def _take_over(folder: Path) -> None:
    """Cancel the run that holds a dataset, and wait until its lock is free."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    with get_client(sync_client=True) as client:
        cancelled = cancel_others(client, folder_tag(folder), context.flow_run.id)
    if cancelled:
        get_run_logger().info(f"{cancelled} earlier runs of {folder} are cancelled")
        await_free(folder)


def _settle(work: Callable[[], Summary], outcome: list[Summary | CousinsError]) -> State[Any]:
    """Do the work inside a flow; expected errors become its state instead of a traceback."""
    try:
        summary = work()
    except CousinsError as error:
        outcome.append(error)
        return Failed(message=str(error))
    outcome.append(summary)
    return Completed(message=f"{summary.counts} in {summary.out}, hash {summary.dataset_hash}")
