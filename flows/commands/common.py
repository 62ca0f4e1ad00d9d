"""What all commands share: options, expected errors, and answers for machines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ...schemas import DatasetSpec

SpecPath = Annotated[
    Path,
    typer.Argument(
        metavar="SPEC", help="The YAML file that describes the dataset.", show_default=False
    ),
]
DatasetPath = Annotated[
    Path, typer.Argument(metavar="DATASET", help="A dataset's folder.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1024,
        help="Worker processes; by default one for each core.",
        show_default=False,
    ),
]


class expected_errors:
    """Turns an expected error into one message on standard error and its exit code."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Report a CousinsError or an interruption; let everything else pass."""
        if error is None:
            return
        if isinstance(error, KeyboardInterrupt):
            typer.echo("interrupted; the same command goes on from here", err=True)
            raise typer.Exit(130)
        from ...schemas import CousinsError

        if isinstance(error, CousinsError):
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code)


def emit(value: Any) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def default_out(spec: DatasetSpec, out: Path | None) -> Path:
    """The folder that was asked for, or out/NAME."""
    return out if out is not None else Path("out") / spec.name


def table(rows: list[tuple[str, str]]) -> None:
    """Two columns on standard output."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(show_header=False, box=None, pad_edge=False)
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    Console(file=sys.stdout, markup=False).print(grid)
