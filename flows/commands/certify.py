"""`certify`: replay demonstrations from files alone, whoever wrote them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .common import Json, Workers, emit, expected_errors, table


class CertifyBy(StrEnum):
    """How demonstrations of an HDF5 file are looked at."""

    controls = "controls"
    states = "states"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(certify)


def certify(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A dataset's folder, a certificate, a folder of certificates, or an HDF5 file of "
            "demonstrations as robomimic has them.",
            show_default=False,
        ),
    ],
    assets: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Of an HDF5 file: the folder with the meshes that its models name.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        CertifyBy | None,
        typer.Option(
            help="Of an HDF5 file: apply actions as controls, or look at states one by one; by "
            "default what the file allows.",
            show_default=False,
        ),
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Replay demonstrations from files alone, and print the share that comes out as stated."""
    with expected_errors():
        from dataclasses import asdict

        from ..certify import certify as run
        from ..environment import cores

        found = run(path, workers or cores(), assets, None if by is None else by.value)
        if json:
            emit({**asdict(found), "problems": list(found.problems), "share": found.share})
        else:
            shown = "none" if found.share is None else f"{found.share:.1%}"
            rows = [(found.kind, str(found.attempts)), ("replayed", shown)]
            if found.kind == "demonstrations":
                seen = f"{found.states_only}, of which {found.consistent} are consistent"
                rows.append(("states looked at", seen))
            else:
                rows.append(("exact to the bit", f"{found.exact} of {found.attempts}"))
            rows.append(("deviation", f"{found.deviation:.3g}"))
            table([*rows, ("problems", "\n".join(found.problems) or "none")])
        if found.problems:
            typer.echo(f"fell short: {len(found.problems)} problems", err=True)
            raise typer.Exit(1)
