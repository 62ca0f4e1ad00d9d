"""`backends check|install`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .choices import NamingCommand
from .common import Json, emit, expected_errors, table


def register(app: typer.Typer) -> None:
    """Add the group."""
    backends = typer.Typer(no_args_is_help=True, help="What can render, and what can run shards.")
    backends.command("check", cls=NamingCommand)(check_backend)
    backends.command("install", cls=NamingCommand)(install_backend)
    app.add_typer(backends, name="backends")


def check_backend(
    name: Annotated[
        str, typer.Argument(help="One of {renderers} or {engines}.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help="Also write what was found as JSON.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Say whether a backend works here, and if not, what it needs."""
    with expected_errors():
        from ..backends import check_backend as check

        facts = check(name, out)
        if json:
            emit(facts)
        else:
            table([(key, str(value)) for key, value in facts.items()])


def install_backend(
    name: Annotated[
        str, typer.Argument(help="Such as blenderproc; renderers: {renderers}.", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Install a backend that has an environment of its own."""
    with expected_errors():
        from ..backends import install_backend as install

        facts = install(name, lambda text: typer.echo(text, err=True))
        if json:
            emit(facts)
        else:
            table([(key, str(value)) for key, value in facts.items()])
