"""`slurm`: a script for a cluster's queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import AllowFailures, SpecPath, expected_errors


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(slurm)


def slurm(
    spec: SpecPath,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The dataset's folder, which all nodes share; by default out/NAME.",
            show_default=False,
        ),
    ] = None,
    tasks: Annotated[int, typer.Option(min=1, max=100_000, help="Of the job array.")] = 8,
    cores: Annotated[int, typer.Option(min=1, max=1024, help="Of each task.")] = 4,
    memory: Annotated[str, typer.Option(help="Of each core, such as 2G.")] = "2G",
    time: Annotated[str, typer.Option(help="Of each task, such as 24:00:00.")] = "24:00:00",
    allow_failures: AllowFailures = 0.0,
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="Another option of sbatch, such as --option=--partition=short; may be given "
            "again.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print a script for `sbatch`: an array of processes that make one dataset together."""
    with expected_errors():
        from ..slurm import SlurmJob, script

        job = SlurmJob(spec, out, tasks, cores, memory, time, allow_failures, tuple(option or ()))
        typer.echo(script(job), nl=False)
