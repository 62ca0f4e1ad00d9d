"""`execute`: demonstrations in another simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .choices import NamingCommand
from .common import DatasetPath, Json, emit, expected_errors, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=NamingCommand)(execute)


def execute(
    dataset: DatasetPath,
    simulator: Annotated[
        str, typer.Option(help="One of {simulators}.", show_default=False)
    ] = "omnigibson",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for what came of each, as episodes; it must be empty or absent.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="The first so many demonstrations; else all.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Carry out demonstrations open loop in a simulator, and print the share that succeeds."""
    with expected_errors():
        from ..executing import execute as run

        found = run(dataset, simulator, out, count)
        if json:
            emit(found.facts())
        else:
            shown = "none" if found.share is None else f"{found.share:.1%}"
            apart = max((one.ended_apart for one in found.done), default=0.0)
            table(
                [
                    ("simulator", simulator),
                    ("carried out", str(len(found.done))),
                    ("reach their goal", shown),
                    ("end apart from the stored", f"{apart:.4f} m at most"),
                ]
            )
        for episode, why in found.refused.items():
            typer.echo(f"not carried out: {episode}: {why}", err=True)
        if found.refused or found.share != 1.0:
            missed = sum(not one.success for one in found.done)
            typer.echo(
                f"fell short: {missed} miss their goal, {len(found.refused)} not carried out",
                err=True,
            )
            raise typer.Exit(1)
