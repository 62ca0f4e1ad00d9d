"""The command line. Start-up imports typer and nothing heavier."""

from __future__ import annotations

import typer

from .commands import (
    assets,
    backends,
    bench,
    evaluate,
    inspect,
    make,
    observe,
    schedule,
    sweep,
    train,
)
from .environment import set_defaults

app = typer.Typer(
    name="cousins",
    help="One YAML file in, a verified and labelled dataset for robot learning out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
make.register(app)
inspect.register(app)
assets.register(app)
observe.register(app)
sweep.register(app)
backends.register(app)
schedule.register(app)
train.register(app)
evaluate.register(app)
bench.register(app)


def main() -> None:
    """Run the command line."""
    set_defaults()
    app()
