"""The command line. Start-up imports typer and nothing heavier."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Annotated

import typer

from .commands import (
    assets,
    backends,
    bench,
    certify,
    evaluate,
    execute,
    export,
    inspect,
    make,
    merge,
    observe,
    preview,
    push,
    quality,
    reference,
    schedule,
    slurm,
    sweep,
    train,
    view,
    watch,
)
from .commands.common import expected_errors
from .environment import check_graphics, set_defaults
from .faults import DEBUG

app = typer.Typer(
    name="cousins",
    help="One YAML file in, a verified and labelled dataset for robot learning out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cousins {version('cousins')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Print tracebacks of what was not foreseen.")
    ] = False,
) -> None:
    """Options of all commands."""
    del version
    if debug:
        os.environ[DEBUG] = "1"
    with expected_errors():
        check_graphics()


make.register(app)
export.register(app)
certify.register(app)
execute.register(app)
merge.register(app)
preview.register(app)
push.register(app)
view.register(app)
inspect.register(app)
quality.register(app)
watch.register(app)
assets.register(app)
observe.register(app)
reference.register(app)
sweep.register(app)
backends.register(app)
schedule.register(app)
slurm.register(app)
train.register(app)
evaluate.register(app)
bench.register(app)


def main() -> None:
    """Run the command line."""
    set_defaults()
    app()
