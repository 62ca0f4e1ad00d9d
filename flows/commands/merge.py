"""`merge`: several datasets become one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .common import Json, emit, expected_errors, table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(merge)


def merge(
    datasets: Annotated[
        list[Path], typer.Argument(metavar="DATASET DATASET...", help="Folders of datasets.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the whole; empty or absent.")],
    name: Annotated[
        str | None,
        typer.Option(help="Of the whole; by default that of its folder.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Write several datasets as one that is read, verified and exported like any other."""
    with expected_errors():
        from ...generators.dataset import Dataset
        from ...generators.merging import merge as join

        done = join([Dataset(path) for path in datasets], out, name or out.resolve().name)
        if json:
            emit({**asdict(done), "out": str(out)})
            return
        rows = [
            (str(path), f"{tasks} tasks, {episodes} attempts, {frames} frames")
            for path, tasks, episodes, frames in zip(
                datasets, done.tasks, done.episodes, done.frames, strict=True
            )
        ]
        table([*rows, ("dataset hash", done.dataset_hash), ("folder", str(out))])
