"""`bench NAME`: one JSON object on standard output, everything else on standard error."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import emit, expected_errors


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bench)


def bench(
    name: Annotated[
        str, typer.Argument(help="Which benchmark, such as frames.", show_default=False)
    ],
    small: Annotated[bool, typer.Option("--small", help="End within a minute.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    suite: Annotated[
        list[str] | None,
        typer.Option("--suite", help="Of solve: only this skill's suite; can be repeated."),
    ] = None,
) -> None:
    """Measure, and print one JSON object."""
    with expected_errors():
        from contextlib import redirect_stdout
        from sys import stderr

        from ..bench import measure

        with redirect_stdout(stderr):
            result = measure(name, small=small, seed=seed, suites=tuple(suite or ()))
        emit(result)
