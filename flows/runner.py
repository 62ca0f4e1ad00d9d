"""The process that serves a deployment."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

import typer
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from .environment import follow_runs
from .generate import generate
from .schedules import Deployment
from .server import login, prefect_api


class _Runner(Runner):
    """Ends on SIGTERM as on an interrupt: Prefect's own handler stops before it has cleaned up."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        """Interrupt the event loop, which then shuts the runner down."""
        del args, kwargs
        signal.raise_signal(signal.SIGINT)


def _make_runner(chosen: Deployment) -> Runner:
    """A runner of one deployment; only a run that is to be refused or takes over begins beside."""
    runner = _Runner(name=chosen.name, pause_on_shutdown=True, limit=chosen.at_once)
    runner.add_flow(
        generate,
        name=chosen.name,
        cron=chosen.cron,
        parameters=chosen.parameters,
        concurrency_limit=chosen.concurrency,
        tags=chosen.tags,
        description=chosen.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return runner


def serve(chosen: Deployment) -> None:
    """Run the deployment in this process until interrupted; starts an API where there is none."""
    follow_runs()
    with prefect_api(scheduler=True) as url:
        runner = _make_runner(chosen)
        when = f"at {chosen.cron!r} (UTC)" if chosen.cron else "when asked"
        typer.echo(f"serving {chosen.name} {when}; interrupt to stop; {url.removesuffix('/api')}")
        if secret := login():
            typer.echo(f"its page asks for the login {secret}", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(runner.start())
