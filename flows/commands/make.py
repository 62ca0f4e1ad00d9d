"""`generate` and its stages."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import NamingCommand, completion
from .common import (
    AllowFailures,
    Json,
    Notify,
    SpecPath,
    Values,
    Workers,
    default_out,
    emit,
    expected_errors,
)
from .summary import show_summary

if TYPE_CHECKING:
    from ..engines import Engine as Runs
    from ..run import Summary
    from ..session import RunRequest, Session


Out = Annotated[
    Path | None,
    typer.Option(
        help="The dataset's folder; by default out/NAME.", file_okay=True, show_default=False
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        help="What runs the shards: {engines}.",
        metavar="NAME",
        autocompletion=completion("engines"),
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Make nothing; say what is left, and what it would cost.")
]
RetryQuarantined = Annotated[
    bool,
    typer.Option("--retry-quarantined", help="Also try what an earlier run went on without."),
]
Join = Annotated[
    bool,
    typer.Option(
        "--join",
        help="Others may run this command in the same folder at the same time, also on other "
        "machines: together they make one dataset. Not for the engine prefect.",
    ),
]
Exchange = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="Others may make the same dataset at the same time, each in a folder of its own: "
        "finished shards are exchanged at this address, s3://BUCKET/FOLDER, gs://, az:// or "
        "file:///FOLDER, and every folder becomes whole.",
        show_default=False,
    ),
]
Metrics = Annotated[
    Path | None,
    typer.Option(
        envvar="COUSINS_METRICS",
        help="A folder; counters for Prometheus are written there, in a file for each dataset.",
        show_default=False,
    ),
]
LogJson = Annotated[
    bool,
    typer.Option("--log-json", help="Show progress as JSON on standard error, an object a line."),
]
Limit = Annotated[float, typer.Option(min=1, help="Seconds after which a shard is given up.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (generate, propose, assemble, solve, render):
        app.command(cls=NamingCommand)(command)


def generate(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "prefect",
    shard_seconds: Limit = 3600.0,
    allow_failures: AllowFailures = 0.0,
    retry_quarantined: RetryQuarantined = False,
    join: Join = False,
    exchange: Exchange = "",
    notify: Notify = None,
    metrics: Metrics = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
    json: Json = False,
    values: Values = None,
) -> None:
    """Make a dataset, or finish one: tasks, scenes, episodes, frames, exports, report."""
    if dry_run:
        from .watch import estimate

        estimate(spec, out, workers, json, values)
        return
    _make(
        spec, out, workers, engine, shard_seconds, quiet, json, "frames",
        values=values, notify=notify,
        allow_failures=allow_failures, retry_quarantined=retry_quarantined, join=join,
        exchange=exchange, metrics=metrics, log_json=log_json,
    )  # fmt: skip


def propose(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    review: Annotated[
        bool,
        typer.Option("--review", help="Also write a page to review them, and a file of decisions."),
    ] = False,
    json: Json = False,
    values: Values = None,
) -> None:
    """Propose the tasks, and stop."""
    _make(
        spec, out, workers, engine, shard_seconds, quiet, json, "tasks",
        values=values, review=review,
    )  # fmt: skip


def assemble(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
    values: Values = None,
) -> None:
    """Propose the tasks, assemble their scenes, and stop."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "scenes", values=values)


def solve(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
    values: Values = None,
) -> None:
    """Make all but the pictures: tasks, scenes, and episodes."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "episodes", values=values)


def render(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
    values: Values = None,
) -> None:
    """Make all but the exports: tasks, scenes, episodes, and labelled frames."""
    _make(
        spec,
        out,
        workers,
        engine,
        shard_seconds,
        quiet,
        json,
        "frames",
        exports=False,
        values=values,
    )


def _make(
    path: Path,
    out: Path | None,
    workers: int | None,
    engine_name: str,
    shard_seconds: float,
    quiet: bool,
    as_json: bool,
    until: str,
    exports: bool = True,
    values: list[str] | None = None,
    notify: str | None = None,
    review: bool = False,
    allow_failures: float = 0.0,
    retry_quarantined: bool = False,
    join: bool = False,
    exchange: str = "",
    metrics: Path | None = None,
    log_json: bool = False,
) -> None:
    with expected_errors():
        from ...generators.store.exchange.objects import check_address as check_place
        from ...schemas import SpecError
        from ...schemas.given_file import lines_of
        from ...schemas.spec_file import load_spec
        from ..checks import check_exports, check_spec
        from ..corrections import with_failures
        from ..engines import engine
        from ..environment import cores
        from ..notify import Notice, check_address, with_notice
        from ..robots import with_robot
        from ..session import RunRequest, Session
        from ..stages import production

        check_address(notify)
        runs = engine(engine_name)
        if quiet and log_json:
            raise SpecError("--quiet and --log-json: choose one of them")
        if join and engine_name == "prefect":
            raise SpecError("--join: choose --engine local, ray or dask; Prefect knows one run")
        if exchange:
            if join:
                raise SpecError("--join and --exchange: choose one of them")
            check_place(exchange)
        spec = with_failures(with_robot(load_spec(path, values or ())))
        formats = spec.export if exports and until == "frames" else ()
        folder = default_out(spec, out)
        plan = RunRequest(
            spec, folder, production(), workers or cores(), until, formats, shard_seconds,
            allow_failures, retry_quarantined, join, exchange=exchange,
        )  # fmt: skip

        def make() -> Summary:
            with Session(plan) as session:
                if not session.finished:
                    with lines_of(path, values or ()):
                        check_spec(
                            spec, session.library, draws=until == "frames", exports=bool(formats)
                        )
                    check_exports(formats)
                return _run(session, runs, quiet, log_json, metrics)

        about = Notice(spec.name, spec.seed, str(folder.resolve()), "failed")
        summary = with_notice(notify, about, make, lambda text: typer.echo(text, err=True))
        extra = _reviewed(plan, quiet) if review else {}
        if as_json:
            emit({**asdict(summary), **extra})
        else:
            show_summary(summary, until, spec, extra)
        if summary.shortfall:
            typer.echo(f"fell short: {summary.shortfall}", err=True)
            raise typer.Exit(1)


def _run(
    session: Session, runs: Runs, quiet: bool, log_json: bool, metrics: Path | None
) -> Summary:
    from ..counters import Counted
    from ..json_log import JsonLog
    from ..progress import Bars
    from ..reporter import Silent

    spec = session.plan.spec
    loud = JsonLog(sys.stderr, spec.name, spec.seed) if log_json else Bars(spec.name)
    with Silent() if quiet else loud as reporter:
        if metrics is None:
            return runs.run(session, reporter)
        with Counted(reporter, metrics, spec) as counted:
            return runs.run(session, counted)


def _reviewed(plan: RunRequest, quiet: bool) -> dict[str, str]:
    """Write the review; the page and the file of decisions."""
    from ..reviewing import write_review

    def tell(text: str) -> None:
        if not quiet:
            typer.echo(f"{plan.spec.name}: {text}", err=True)

    made = write_review(plan.spec, plan.out, plan.stages, told=tell)
    return {"review": str(made.page), "decisions": str(made.decisions)}
