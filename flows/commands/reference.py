"""`reference`: from a scene file of another program to the spec of a scene."""

from __future__ import annotations

from dataclasses import asdict
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
            help="OmniGibson's scene JSON or HDF5 demonstrations, ACDC's scene_i_info.json, or an "
            "MJCF scene.",
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
    demonstrations: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Of an HDF5 file: also write what is kept of its demonstrations.",
            show_default=False,
        ),
    ] = None,
    library: Library = None,
    allow_noncommercial: Noncommercial = False,
    json: Json = False,
) -> None:
    """Write the spec whose scenes are cousins of one in another program's file."""
    with expected_errors():
        from ...schemas import SpecError
        from ..libraries import LibraryChoice, chosen, open_one
        from ..og_demos import keep_demos
        from ..references import refer, referred_text
        from ..strangers import HDF5
        from .observe import dataset_name, write_spec

        if demonstrations is not None and source.suffix.lower() not in HDF5:
            raise SpecError(f"{source}: --demonstrations is for HDF5 files ({', '.join(HDF5)})")
        choice = LibraryChoice(tuple(library or ()), None, allow_noncommercial)
        referred = refer(source, open_one(choice), support)
        write_spec(out, referred_text(referred, source, dataset_name(out), chosen(choice)))
        facts = referred.facts()
        kept = None if demonstrations is None else keep_demos(source, demonstrations)
        if kept is not None:
            facts["demonstrations"] = asdict(kept)
        if json:
            emit({"spec": str(out), **facts})
        else:
            table([(thing["name"], thing["category"]) for thing in facts["objects"]])
            typer.echo(f"wrote {out}; next: cousins assemble {out}")
            if kept is not None:
                typer.echo(f"wrote {len(kept.written)} demonstrations to {demonstrations}")
        for what, why in referred.skipped.items():
            typer.echo(f"left out: {what}: {why}", err=True)
        for what in () if kept is None else kept.lost:
            typer.echo(f"not kept: {what}", err=True)
        if kept is not None and kept.refused:
            for name, why in kept.refused.items():
                typer.echo(f"fell short: {name}: {why}", err=True)
            raise typer.Exit(1)
