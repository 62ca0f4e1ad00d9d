"""`backends check|install`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .choices import NamingCommand
from .common import Json, emit, expected_errors, table

if TYPE_CHECKING:
    from ..omnigibson_check.report import StepResult

OMNIGIBSON = "omnigibson"
"""The backend that is checked step by step."""


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
    """Say whether a backend works here, and if not, what it needs; omnigibson step by step."""
    with expected_errors():
        if name == OMNIGIBSON:
            _check_omnigibson(out, json=json)
            return
        from ..backends import check_backend as check

        facts = check(name, out)
        if json:
            emit(facts)
        else:
            table([(key, str(value)) for key, value in facts.items()])


def _check_omnigibson(out: Path | None, *, json: bool) -> None:
    """Go through the steps; what did not pass ends with exit code 1.

    Raises:
        SpecError: the report cannot be written.
        BackendMissingError: something that it needs is not there, and no JSON is wanted.
    """
    from ...schemas import BackendMissingError
    from ..backends import write_report
    from ..omnigibson_check import check_omnigibson

    found = check_omnigibson()
    facts = found.model_dump(mode="json")
    if out is not None:
        write_report(out, facts)
    first = found.steps[0]
    if json:
        emit(facts)
    elif first.state == "failed":
        raise BackendMissingError(first.told)
    else:
        table([(one.step.value, _line(one)) for one in found.steps])
    if not found.works:
        failed, left = found.results("failed"), found.results("not_reached")
        names = ", ".join(failed)
        typer.echo(f"fell short: {names} failed, {len(left)} steps not reached", err=True)
        raise typer.Exit(1)


def _line(one: StepResult) -> str:
    if one.state == "passed":
        figures = ", ".join(f"{name} {value:.4g}" for name, value in one.figures.items())
        return f"passed: {one.meaning}" + (f" ({figures})" if figures else "")
    return f"{one.state.replace('_', ' ')} ({one.reason}): {one.told}"


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
