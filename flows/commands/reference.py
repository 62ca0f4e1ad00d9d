"""`reference`: from a scene file of another program to the spec of a scene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .assets import Library, Noncommercial
from .choices import NamingCommand
from .common import Json, emit, expected_errors, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=NamingCommand)(reference)


def reference(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="OmniGibson's scene JSON, ACDC's scene_i_info.json, or an MJCF scene.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The spec to write.")] = Path("scene.yaml"),
    support: Annotated[
        str | None,
        typer.Option(
            help="Object that carries the others; by default the one that carries most.",
            show_default=False,
        ),
    ] = None,
    library: Library = None,
    allow_noncommercial: Noncommercial = False,
    json: Json = False,
) -> None:
    """Write the spec whose scenes are cousins of one in another program's file."""
    with expected_errors():
        from ..libraries import LibraryChoice, chosen, open_one
        from ..references import refer, referred_text
        from .observe import dataset_name, write_spec

        choice = LibraryChoice(tuple(library or ()), None, allow_noncommercial)
        referred = refer(source, open_one(choice), support)
        write_spec(out, referred_text(referred, source, dataset_name(out), chosen(choice)))
        facts = referred.facts()
        if json:
            emit({"spec": str(out), **facts})
        else:
            table([(thing["name"], thing["category"]) for thing in facts["objects"]])
            typer.echo(f"wrote {out}; next: cousins assemble {out}")
        for what, why in referred.skipped.items():
            typer.echo(f"left out: {what}: {why}", err=True)
