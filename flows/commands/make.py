"""`generate` and its stages, and `export`."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import NamingCommand, completion
from .common import DatasetPath, Json, SpecPath, Workers, default_out, emit, expected_errors, table

if TYPE_CHECKING:
    from ..engines import Engine as Runs
    from ..run import Summary
    from ..session import Session


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
Limit = Annotated[float, typer.Option(min=1, help="Seconds after which a shard is given up.")]


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
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make a dataset, or finish one: tasks, scenes, episodes, frames, exports, report."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "frames")


def propose(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Propose the tasks, and stop."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "tasks")


def assemble(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Propose the tasks, assemble their scenes, and stop."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "scenes")


def solve(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make all but the pictures: tasks, scenes, and episodes."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "episodes")


def render(
    spec: SpecPath,
    out: Out = None,
    workers: Workers = None,
    engine: Engine = "local",
    shard_seconds: Limit = 3600.0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make all but the exports: tasks, scenes, episodes, and labelled frames."""
    _make(spec, out, workers, engine, shard_seconds, quiet, json, "frames", exports=False)


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
    every: Annotated[
        bool, typer.Option("--all", help="All formats whose packages are installed.")
    ] = False,
    json: Json = False,
) -> None:
    """Write a finished dataset in the formats that trainers load."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.exports import EXPORTERS
        from ...schemas import SpecError
        from ..checks import check_dataset, check_exports
        from ..run import export_dataset
        from ..stages import production

        ready = (name for name, offered in EXPORTERS.all() if not offered.needs.missing())
        chosen = tuple(ready) if every else tuple(formats or ())
        if not chosen:
            known = ", ".join(EXPORTERS.names())
            raise SpecError(f"no format given; use --format or --all; formats: {known}")
        check_exports(chosen)
        opened = Dataset(dataset)
        check_dataset(opened, chosen)
        folders = export_dataset(opened.spec, dataset, production(), chosen)
        if json:
            emit({"exports": {name: str(folder) for name, folder in folders.items()}})
        else:
            table([(name, str(folder)) for name, folder in folders.items()])


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
) -> None:
    with expected_errors():
        from ...schemas.given_file import lines_of
        from ...schemas.spec_file import load_spec
        from ..checks import check_exports, check_spec
        from ..corrections import with_failures
        from ..engines import engine
        from ..environment import cores
        from ..robots import with_robot
        from ..session import RunRequest, Session
        from ..stages import production

        runs = engine(engine_name)
        spec = with_failures(with_robot(load_spec(path)))
        formats = spec.export if exports and until == "frames" else ()
        folder = default_out(spec, out)
        plan = RunRequest(
            spec, folder, production(), workers or cores(), until, formats, shard_seconds
        )
        with Session(plan) as session:
            if not session.finished:
                with lines_of(path):
                    check_spec(spec, session.library, draws=until == "frames")
                check_exports(formats)
            summary = _run(session, runs, quiet)
        if as_json:
            emit(asdict(summary))
        else:
            _show(summary, until)
        if summary.shortfall:
            typer.echo(f"fell short: {summary.shortfall}", err=True)
            raise typer.Exit(1)


def _run(session: Session, runs: Runs, quiet: bool) -> Summary:
    from ..progress import Bars
    from ..reporter import Silent

    with Bars(session.plan.spec.name) if not quiet else Silent() as reporter:
        return runs.run(session, reporter)


def _skipped(folder: Path, count: int) -> list[tuple[str, str]]:
    """Rows that say which values of sweeps gave no frames, and why."""
    from ...generators.dataset import Dataset

    records = islice(Dataset(folder).skipped(), SKIPPED if count else 0)
    rows = [("skipped", record.text) for record in records]
    if count > SKIPPED:
        rows.append(("", f"and {count - SKIPPED} more; the report lists them"))
    return rows


def _show(summary: Summary, until: str) -> None:
    counts = summary.counts
    rows = [("tasks", str(counts["tasks"]))]
    if until != "tasks":
        refused = f" ({counts['refused']} refused)" if counts["refused"] else ""
        rows.append(("scenes", f"{counts['scenes']}{refused}"))
        rows += [
            ("refused for", f"{said} x{count}")
            for said, count in islice(summary.refusals.items(), SKIPPED)
        ]
    if until in ("episodes", "frames"):
        share = counts["solved"] / counts["attempts"] if counts["attempts"] else 0.0
        rows.append(("attempts", str(counts["attempts"])))
        rows.append(("solved", f"{counts['solved']} ({share:.0%})"))
    if until == "frames":
        rows.append(("frames", f"{counts['frames']}, and {counts['videos']} videos"))
        rows += _skipped(Path(summary.out), counts["skipped"])
    rows += [
        ("time", f"{summary.seconds:.1f} s, {summary.shards_made} shards made"),
        ("dataset hash", summary.dataset_hash),
        ("folder", summary.out),
    ]
    if summary.report:
        rows.append(("look at", summary.report))
    table(rows)
