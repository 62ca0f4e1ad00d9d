"""`export`: a finished dataset, or a part of it, in the formats that trainers load."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .choices import NamingCommand, completion
from .common import DatasetPath, Json, emit, expected_errors, table


class AttemptOutcome(StrEnum):
    """Which attempts to export."""

    demonstrations = "demonstrations"
    recoveries = "recoveries"
    failures = "failures"
    all = "all"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=NamingCommand)(export)


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
    read_all: Annotated[
        bool,
        typer.Option(
            "--read-all",
            help="Where an export grows, compare every file of the dataset with its hash, also "
            "those that have not changed since they were last compared.",
        ),
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
        result = export_formats(ExportRequest(dataset, chosen, selection, out, read_all))
        if json:
            folders = {name: str(folder) for name, folder in result.folders.items()}
            answer = {"exports": folders, "left_out": result.left_out, "skipped": result.skipped}
            emit({**answer, "notes": result.notes} if result.notes else answer)
            return
        rows = [
            (
                name,
                "; ".join([str(folder), *([result.notes[name]] if name in result.notes else [])]),
            )
            for name, folder in result.folders.items()
        ]
        rows += [(name, f"left out: {reason}") for name, reason in result.left_out.items()]
        if result.left_out:
            of = len(result.folders) + len(result.left_out)
            rows.append(("left out", f"{len(result.left_out)} of {of} formats"))
        table([*rows, ("skipped", f"{result.skipped} damaged")] if result.skipped else rows)
