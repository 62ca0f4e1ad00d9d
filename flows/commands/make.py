"""`generate` and its stages, and `export`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import NamingCommand, completion
from .common import (
    DatasetPath,
    Json,
    SpecPath,
    Values,
    Workers,
    default_out,
    emit,
    expected_errors,
    table,
)

if TYPE_CHECKING:
    from ...schemas import DatasetSpec
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
Notify = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Post how the run ended to this address, as JSON.",
        show_default=False,
    ),
]
AllowFailures = Annotated[
    float,
    typer.Option(
        "--allow-failures",
        metavar="SHARE",
        min=0.0,
        max=1.0,
        help="Go on without this share of the shards, such as 0.02, where they fail, hang or die.",
    ),
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
Limit = Annotated[float, typer.Option(min=1, help="Seconds after which a shard is given up.")]


class AttemptOutcome(StrEnum):
    """Which attempts to export."""

    demonstrations = "demonstrations"
    recoveries = "recoveries"
    failures = "failures"
    all = "all"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (generate, propose, assemble, solve, render, export):
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
    notify: Notify = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
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


def export(
    dataset: DatasetPath,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            metavar="NAME",
            help="One of {exporters}; may be given again.",
            autocompletion=completion("exporters"),
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All formats that can be written.")] = False,
    task: Annotated[
        list[str] | None, typer.Option(help="Only this task, by id; may be given again.")
    ] = None,
    skill: Annotated[
        list[str] | None,
        typer.Option(help="Only attempts that use this skill; may be given again."),
    ] = None,
    success: Annotated[
        AttemptOutcome | None,
        typer.Option(help="Only these attempts; without it each format takes what it is for."),
    ] = None,
    only: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only the attempts whose ids this file lists, one a line."
        ),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what is damaged, and count it.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for a part of the dataset; each format has one of its own in it.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a finished dataset, or a part of it, in the formats that trainers load."""
    with expected_errors():
        from ...generators.exports import EXPORTERS
        from ...generators.selection import Selection, read_ids
        from ...schemas import SpecError
        from ..exporting import ExportRequest, export_formats

        if not every and not formats:
            known = ", ".join(EXPORTERS.names())
            raise SpecError(f"no format given; use --format or --all; formats: {known}")
        selection = Selection(
            tasks=frozenset(task or ()),
            skills=frozenset(skill or ()),
            outcome=None if success is None else success.value,
            only=None if only is None else read_ids(only),
            skip_bad=skip_bad,
        )
        chosen = () if every else tuple(formats or ())
        result = export_formats(ExportRequest(dataset, chosen, selection, out))
        if json:
            folders = {name: str(folder) for name, folder in result.folders.items()}
            emit({"exports": folders, "left_out": result.left_out, "skipped": result.skipped})
            return
        rows = [(name, str(folder)) for name, folder in result.folders.items()]
        rows += [(name, f"left out: {reason}") for name, reason in result.left_out.items()]
        table([*rows, ("skipped", f"{result.skipped} damaged")] if result.skipped else rows)


SKIPPED = 3
"""Skipped values of sweeps, and reasons for refusals, that the summary names."""


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
) -> None:
    with expected_errors():
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
        if join and engine_name == "prefect":
            raise SpecError("--join: choose --engine local, ray or dask; Prefect knows one run")
        spec = with_failures(with_robot(load_spec(path, values or ())))
        formats = spec.export if exports and until == "frames" else ()
        folder = default_out(spec, out)
        plan = RunRequest(
            spec, folder, production(), workers or cores(), until, formats, shard_seconds,
            allow_failures, retry_quarantined, join,
        )  # fmt: skip

        def make() -> Summary:
            with Session(plan) as session:
                if not session.finished:
                    with lines_of(path, values or ()):
                        check_spec(spec, session.library, draws=until == "frames")
                    check_exports(formats)
                return _run(session, runs, quiet)

        about = Notice(spec.name, spec.seed, str(folder.resolve()), "failed")
        summary = with_notice(notify, about, make, lambda text: typer.echo(text, err=True))
        extra = _reviewed(plan, quiet) if review else {}
        if as_json:
            emit({**asdict(summary), **extra})
        else:
            _show(summary, until, spec, extra)
        if summary.shortfall:
            typer.echo(f"fell short: {summary.shortfall}", err=True)
            raise typer.Exit(1)


def _run(session: Session, runs: Runs, quiet: bool) -> Summary:
    from ..progress import Bars
    from ..reporter import Silent

    with Bars(session.plan.spec.name) if not quiet else Silent() as reporter:
        return runs.run(session, reporter)


def _reviewed(plan: RunRequest, quiet: bool) -> dict[str, str]:
    """Write the review; the page and the file of decisions."""
    from ..reviewing import write_review

    def tell(text: str) -> None:
        if not quiet:
            typer.echo(f"{plan.spec.name}: {text}", err=True)

    made = write_review(plan.spec, plan.out, plan.stages, told=tell)
    return {"review": str(made.page), "decisions": str(made.decisions)}


def _skipped(folder: Path, count: int) -> list[tuple[str, str]]:
    """Rows that say which values of sweeps gave no frames, and why."""
    from ...generators.dataset import Dataset

    records = islice(Dataset(folder).skipped(), SKIPPED if count else 0)
    rows = [("skipped", record.text) for record in records]
    if count > SKIPPED:
        rows.append(("", f"and {count - SKIPPED} more; the report lists them"))
    return rows


def _show(summary: Summary, until: str, spec: DatasetSpec, more: Mapping[str, str]) -> None:
    counts = summary.counts
    rows = [("tasks", "none" if spec.without_tasks else str(counts["tasks"]))]
    if counts.get("answers"):
        rows.append(("answers", f"{counts['answers']}, of which {counts['unfit']} did not pass"))
    if counts.get("requests"):
        rows.append(("asked", f"{counts['requests']} requests, {counts['tokens']:,} tokens"))
    if counts.get("rejected") or counts.get("edited"):
        rows.append(("review", f"{counts['rejected']} rejected, {counts['edited']} edited"))
    if until != "tasks":
        refused = f" ({counts['refused']} refused)" if counts["refused"] else ""
        rows.append(("scenes", f"{counts['scenes']}{refused}"))
        rows += [
            ("refused for", f"{said} x{count}")
            for said, count in islice(summary.refusals.items(), SKIPPED)
        ]
    if until in ("episodes", "frames") and spec.episodes.per_task:
        share = counts["solved"] / counts["attempts"] if counts["attempts"] else 0.0
        rows.append(("attempts", str(counts["attempts"])))
        rows.append(("solved", f"{counts['solved']} ({share:.0%})"))
    if until == "frames":
        videos = f", and {counts['videos']} videos" if spec.episodes.per_task else ""
        rows.append(("frames", f"{counts['frames']}{videos}"))
        rows += _skipped(Path(summary.out), counts["skipped"])
    rows += [("quarantined", said) for said in islice(summary.quarantined.values(), SKIPPED)]
    if len(summary.quarantined) > SKIPPED:
        rows.append(("", f"and {len(summary.quarantined) - SKIPPED} more; see `cousins status`"))
    rows += [
        ("time", f"{summary.seconds:.1f} s, {summary.shards_made} shards made"),
        ("dataset hash", summary.dataset_hash),
        ("folder", summary.out),
    ]
    if summary.report:
        rows.append(("look at", summary.report))
    table([*rows, *more.items()])
