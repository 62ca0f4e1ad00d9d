"""`serve`, `deploy` and `up`: the same flow, on a schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..overlap import Overlap as Choice
from .common import AllowFailures, Json, Notify, SpecPath, Workers, emit, expected_errors

Cron = Annotated[
    str | None, typer.Option(metavar='"M H D M W"', help="When, in UTC, such as '0 2 * * *'.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the dataset or of the series; by default out/NAME.", show_default=False
    ),
]
NextSeeds = Annotated[
    bool, typer.Option("--next-seeds", help="Each run makes the dataset of the next seed.")
]

Overlap = Annotated[
    Choice,
    typer.Option(help="A run that is due while an earlier one is still under way."),
]
Pool = Annotated[str, typer.Option(help="The work pool.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(deploy)
    app.command()(up)


def serve(
    spec: SpecPath,
    cron: Cron = None,
    out: Out = None,
    workers: Workers = None,
    next_seeds: NextSeeds = False,
    overlap: Overlap = Choice.wait,
    notify: Notify = None,
    allow_failures: AllowFailures = 0.0,
) -> None:
    """Stay, and make the dataset whenever the schedule says so, or when asked in Prefect."""
    with expected_errors():
        from ..schedules import deployment

        chosen = deployment(spec, out, workers, cron, next_seeds, overlap, notify, allow_failures)
        from ..runner import serve as stay

        stay(chosen)


def deploy(
    spec: SpecPath,
    pool: Annotated[
        str, typer.Option(help="The work pool, as made by `prefect work-pool create`.")
    ] = "local",
    cron: Cron = None,
    out: Out = None,
    workers: Workers = None,
    next_seeds: NextSeeds = False,
    overlap: Overlap = Choice.wait,
    notify: Notify = None,
    allow_failures: AllowFailures = 0.0,
    json: Json = False,
) -> None:
    """Register a deployment with a running Prefect server, for its workers to run."""
    with expected_errors():
        from ..schedules import deploy as register_at
        from ..schedules import deployment

        chosen = deployment(spec, out, workers, cron, next_seeds, overlap, notify, allow_failures)
        identifier = register_at(chosen, pool)
        if json:
            emit({"deployment": identifier})
        else:
            typer.echo(f"deployed as {identifier}; start a worker: prefect worker start -p {pool}")


def up(
    pool: Pool = "local",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of Prefect's API and pages.")] = 4200,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="PostgreSQL for Prefect's history; by default its own SQLite file.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Stay, and be a Prefect server with one worker on this machine."""
    with expected_errors():
        from ..up import stay_up

        stay_up(pool, port, database)
