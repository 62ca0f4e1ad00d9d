"""A run: makes every shard that a dataset lacks, with any executor, and sums it up."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.durable import write_atomic
from ..generators.shards import EXPORTS, STAGES, shard_folder
from ..generators.store.checked import damaged_shard
from ..generators.store.exchange.store import ExchangeStore
from ..generators.store.joint import JointStore
from ..generators.store.writer import Store
from ..scenes.assets.library import OwnFilesLibrary
from ..schemas import DatasetSpec
from .allowance import Allowance
from .executors import InlineExecutor, Pool, ShardExecutor, ThreadExecutor
from .graph import Graph
from .making import run_shard
from .pool import InlinePool, WorkerPool
from .reporter import Reporter, Silent
from .run_state import POLL, Run
from .run_summary import Summary, summary_of
from .seeds import DONE
from .session import TIME_LIMIT, RunRequest, Session
from .signals import again
from .work import ShardTask, Stages

__all__ = ["Run", "RunRequest", "Session", "Summary", "execute", "export_dataset", "run_session"]

NAMED = 50
"""Asset files that are set aside and named."""
FINISH = ("dataset", "finish")
"""The claim of the process that finishes what several have made."""


def execute(
    plan: RunRequest, executor: ShardExecutor | None = None, reporter: Reporter | None = None
) -> Summary:
    """Make what is missing of a dataset.

    Args:
        plan: what to make.
        executor: how to run its units; None runs them in processes of this machine.
        reporter: is told how it goes on.

    Raises:
        DatasetError: the folder cannot be used.
        JobError: a unit failed because the input is wrong.
        RunError: units failed; the others are kept.
    """
    with Session(plan) as session:
        return run_session(session, executor, reporter)


def run_session(
    session: Session,
    executor: ShardExecutor | None = None,
    reporter: Reporter | None = None,
    pool: Pool | None = None,
) -> Summary:
    """Make what is missing of a dataset that is open already.

    Args:
        session: the open dataset.
        executor: how to run its units; None runs them in threads that wait for the pool.
        reporter: is told how it goes on.
        pool: where the work of a shard is done; None takes processes of this machine.

    Raises:
        JobError: a unit failed because the input is wrong.
        RunError: units failed; the others are kept.
    """
    began = time.perf_counter()
    plan, store = session.plan, session.store
    joint = store if isinstance(store, JointStore) else None
    exchanged = store if isinstance(store, ExchangeStore) else None
    # Others may have taken a shard away since this process saw it.
    graph = session.new_graph() if joint or session.followed is None else session.followed
    # A process of its own can be ended, and can die; this one must not.
    alone = executor is None and pool is None
    whole = plan.time_limit == TIME_LIMIT and not plan.allow_failures
    inline = plan.workers == 1 and alone and whole
    chosen_pool: Pool = pool or (
        InlinePool(run_shard) if inline else WorkerPool(run_shard, plan.workers, plan.time_limit)
    )
    threads = ThreadPoolExecutor(plan.workers)
    chosen = executor or (InlineExecutor() if inline else ThreadExecutor(threads))
    told = reporter or Silent()
    run = Run(plan, store, graph, chosen_pool, chosen, told, session.allowance)
    if shared := joint or exchanged:
        run.claims = shared.claims
    if exchanged:
        exchanged.objects.told = told.note
    try:
        chosen.begin(plan.out)
        for note in (*store.notes, *_set_aside(session)):
            run.reporter.note(note)
        if joint is None or joint.alone:
            (plan.out / DONE).unlink(missing_ok=True)
        if graph is session.followed:
            _tell_found(run)
        else:
            run.make_all(graph.start())
        run.allowance.check(graph.total.get("scenes", 0))
        if joint is None:
            return _finish(run, session, began)
        return _finish_once(run, session, joint, began)
    finally:
        chosen_pool.close()
        if exchanged:
            exchanged.stop()
        threads.shutdown(wait=True, cancel_futures=True)


def _tell_found(run: Run) -> None:
    """Nothing is missing, and all shards were followed already."""
    for brief in run.store.briefs():
        if brief.shard in run.graph.planned.get(brief.stage, ()) and brief.stage != EXPORTS:
            run.reporter.found(brief, run.graph.total)


def _finish(run: Run, session: Session, began: float) -> Summary:
    """Once all shards are there: exports, the report, and the summary."""
    plan, store = session.plan, session.store
    _prune(run.graph, store, plan)
    run.make_all(_ready_exports(run, session))
    store.tidy()
    whole = plan.until == STAGES[-1]
    summary = summary_of(
        plan, store, run, time.perf_counter() - began, _report(run) if whole else None
    )
    if whole:
        done = plan.out / DONE
        done.parent.mkdir(exist_ok=True)
        write_atomic(done, (json.dumps(asdict(summary), indent=1) + "\n").encode())
    return summary


def _finish_once(run: Run, session: Session, store: JointStore, began: float) -> Summary:
    """One of several processes finishes the dataset; the others wait for it, or take its place."""
    plan = session.plan
    done, page = plan.out / DONE, plan.out / "report" / "index.html"
    while not done.is_file():
        again()
        if not store.claims.take(FINISH):
            time.sleep(min(POLL, store.claims.lease / 10))
        elif not done.is_file():
            store.reload()
            summary = _finish(run, session, began)
            store.claims.release(FINISH)
            return summary
    store.claims.release(FINISH)
    store.reload()
    return summary_of(
        plan, store, run, time.perf_counter() - began, page if page.is_file() else None
    )


def _set_aside(session: Session) -> list[str]:
    """The user's own asset files that cannot be used: their count, and each once."""
    library = session.library
    if not isinstance(library, OwnFilesLibrary) or not (found := library.set_aside()):
        return []
    files = "1 asset file is" if len(found) == 1 else f"{len(found)} asset files are"
    lines = [f"{asset_id}: {reason}" for asset_id, reason in list(found.items())[:NAMED]]
    more = [f"and {len(found) - NAMED} more: see `cousins assets check`"]
    return [f"{files} set aside:", *lines, *(more if len(found) > NAMED else [])]


def export_dataset(
    spec: DatasetSpec,
    root: Path,
    stages: Stages,
    formats: tuple[str, ...],
    notes: dict[str, str] | None = None,
    *,
    read_all: bool = False,
) -> dict[str, Path]:
    """Write a dataset in these formats; gives their folders.

    Args:
        spec: of the dataset.
        root: its folder.
        stages: the functions that do the work.
        formats: by name.
        notes: takes, by format, what became of an export that was there and no longer fitted.
        read_all: also compare with their hashes the files of shards that exports have already, and
            that have not changed since they were last compared.

    Raises:
        DatasetError: the folder cannot be used.
        JobError: an exporter failed.
    """
    # An export reads the dataset alone: its libraries may be elsewhere by now.
    version = Dataset(root).library_version
    with Store(root, spec, version) as store:
        graph = Graph(root, spec, stages, version)
        plan = RunRequest(spec, root, stages, exports=formats)
        pool, none = InlinePool(run_shard), Allowance(root)
        run = Run(plan, store, graph, pool, InlineExecutor(), Silent(), none)
        units = graph.exports(formats, store.briefs(), store.earlier)
        stale = _stale(store, units)
        growths = () if read_all else [unit.growth for unit in stale]
        if stale and (damaged := run.damaged(growths)):
            raise damaged_shard(root, damaged[0].place)
        run.make_all(units)
        if notes is not None:
            for unit in stale:
                notes.update(_how_made(unit, store, run.notes.get(unit.place, "")))
    return {name: root / shard_folder(EXPORTS, name) for name in formats}


def _how_made(unit: ShardTask, store: Store, said: str) -> dict[str, str]:
    """That an earlier export was taken over, or why it was not; empty where there was none."""
    record = store.record(EXPORTS, unit.shard)
    if record is not None and record.counts.get("grown"):
        return {unit.shard: "grown: what was there is taken over"}
    reason = unit.growth.reason or said
    return {unit.shard: f"written anew: {reason}"} if reason else {}


def _stale(store: Store, units: list[ShardTask]) -> list[ShardTask]:
    """Those that are still to be made."""
    return [unit for unit in units if store.look(unit.stage, unit.shard, unit.key) is None]


def _ready_exports(run: Run, session: Session) -> list[ShardTask]:
    """The exports of this run; before one is made, what it reads is checked, and mended."""
    formats, store = run.plan.exports, run.store
    units = run.graph.exports(formats, store.briefs(), store.earlier)
    if not (stale := _stale(store, units)):
        return units
    damaged = run.damaged([unit.growth for unit in stale])
    for record in damaged:
        run.reporter.note(f"{'/'.join(record.place)} is damaged; it is made again")
        store.discard(record)
    if damaged:
        run.graph = session.new_graph()
        run.make_all(run.graph.start())
    return run.graph.exports(formats, store.briefs(), store.earlier)


def _report(run: Run) -> Path:
    """The report page; written again only where something was made."""
    page = run.store.root / "report" / "index.html"
    if run.made or run.claims is not None or not page.is_file():
        return run.plan.stages.report(Dataset(run.store.root), page)
    return page


def _prune(graph: Graph, store: Store, plan: RunRequest) -> None:
    """Remove shards that this spec no longer has, and exports of what the dataset was before."""
    store.keep_only(STAGES[: STAGES.index(plan.until) + 1], graph.planned)
    formats = tuple(brief.shard for brief in store.briefs() if brief.stage == EXPORTS)
    current = graph.exports(formats, store.briefs())
    fresh = {
        unit.shard for unit in current if store.look(unit.stage, unit.shard, unit.key) is not None
    }
    # What is about to be made again stays until then: it may grow.
    store.retire(fresh | set(plan.exports))
