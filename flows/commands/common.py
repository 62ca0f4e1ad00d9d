"""Common parts of all commands: options, expected errors, and answers for machines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .. import faults, signals

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
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Put a value in the place of the file's, such as scene.clutter.count=3; may be given "
        "again.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1024,
        help="Worker processes; by default one for each core.",
        show_default=False,
    ),
]

Notify = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Post how each run ended to this address, as JSON.",
        show_default=False,
    ),
]
AllowFailures = Annotated[
    float,
    typer.Option(
        "--allow-failures",
        metavar="SHARE",
        min=0.0,
        max=1.0,
        help="Go on without this share of the shards, such as 0.02, where they fail, hang or die.",
    ),
]


class expected_errors:
    """Turns what goes wrong into one message on standard error and its exit code."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Report an error or an interruption; what ends a command in order passes."""
        if error is None or isinstance(error, typer.Exit | typer.Abort | typer.BadParameter):
            return
        # An interruption inside of an import comes out as an error of that import.
        cut_short = signals.received() is not None and not isinstance(error, SystemExit)
        if isinstance(error, KeyboardInterrupt) or cut_short:
            signals.say()
            raise typer.Exit(signals.exit_code(error))
        from ...schemas import CousinsError

        if isinstance(error, CousinsError):
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code)
        if isinstance(error, Exception) and not faults.debugging():
            _tell(error)


def _tell(error: Exception) -> NoReturn:
    """One line for what no check has foreseen."""
    told = faults.sentence(error)
    if told is not None:
        typer.echo(f"error: {told}", err=True)
        raise typer.Exit(1)
    typer.echo(
        f"error: {faults.summary(error)}\nThis is a defect of cousins. Its traceback is in "
        f"{faults.write_log(error)}; `cousins --debug ...` prints it here",
        err=True,
    )
    raise typer.Exit(faults.DEFECT)


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
