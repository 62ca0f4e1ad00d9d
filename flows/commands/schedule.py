"""`serve` and `deploy`: the same flow, on a schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Json, SpecPath, Workers, emit, expected_errors

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


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(deploy)


def serve(
    spec: SpecPath,
    cron: Cron = None,
    out: Out = None,
    workers: Workers = None,
    next_seeds: NextSeeds = False,
) -> None:
    """Stay, and make the dataset whenever the schedule says so, or when asked in Prefect."""
    with expected_errors():
        from ..schedules import deployment

        chosen = deployment(spec, out, workers, cron, next_seeds)
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
    json: Json = False,
) -> None:
    """Register a deployment with a running Prefect server, for its workers to run."""
    with expected_errors():
        from ..schedules import deploy as register_at
        from ..schedules import deployment

        identifier = register_at(deployment(spec, out, workers, cron, next_seeds), pool)
        if json:
            emit({"deployment": identifier})
        else:
            typer.echo(f"deployed as {identifier}; start a worker: prefect worker start -p {pool}")
