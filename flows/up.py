"""A Prefect server and one worker on this machine, as one process tree that ends together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import sys
from typing import TYPE_CHECKING

import typer

from ..schemas import SpecError
from .environment import follow_runs

if TYPE_CHECKING:
    from prefect.workers.process import ProcessWorker

DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
"""Prefect's own setting."""
_DRIVERS = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}
_KNOWN = ("postgresql+asyncpg", "sqlite+aiosqlite")


def database_url(url: str) -> str:
    """A database's address as Prefect's setting takes it: with the driver that Prefect needs.

    Raises:
        SpecError: it is of another kind.
    """
    scheme, found, rest = url.partition("://")
    scheme = _DRIVERS.get(scheme, scheme)
    if not found or scheme not in _KNOWN:
        raise SpecError(
            f"--database {url.partition(':')[0]}:...: Prefect keeps its history in "
            "PostgreSQL, such as postgresql://user:password@host/name, or in SQLite, such as "
            "sqlite+aiosqlite:////folder/prefect.db"
        )
    return f"{scheme}://{rest}"


def stay_up(pool: str, port: int, database: str | None) -> None:
    """Serve until interrupted; the work pool is made where there is none.

    Where a Prefect API is configured, only the worker is started.

    Args:
        pool: of the worker.
        port: of the server.
        database: address of PostgreSQL; None leaves it to Prefect's settings.

    Raises:
        SpecError: the port is taken, the database is of no kind that Prefect knows, or the pool
            is of another type.
        RunError: the server did not start, or the configured one does not answer.
    """
    if database is not None:
        os.environ[DATABASE] = database_url(database)
    follow_runs()
    from prefect.settings import PREFECT_API_URL

    from .server import login, prefect_api

    own = not PREFECT_API_URL.value()
    if own:
        _check_port(port)
    with prefect_api(scheduler=True, port=port) as url:
        _make_pool(pool)
        typer.echo(f"Prefect is at {url.removesuffix('/api')}, with a worker of pool {pool!r}")
        if own:
            typer.echo("in other shells:")
            typer.echo(f"  export PREFECT_API_URL={url}")
            typer.echo(f"  export PREFECT_API_AUTH_STRING={shlex.quote(login())}")
            typer.echo("  cousins deploy SPEC --cron '0 2 * * *' --next-seeds")
        typer.echo("interrupt to stop")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_work(pool))


def _make_pool(name: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            found = client.read_work_pool(name)
        except ObjectNotFound:
            client.create_work_pool(WorkPoolCreate(name=name, type="process"))
            return
    if found.type != "process":
        raise SpecError(f"the work pool {name!r} is of type {found.type!r}; use another --pool")


async def _work(pool: str) -> None:
    """Be a worker until a signal comes; the runs under way are ended with it."""
    worker: ProcessWorker = _worker(pool)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await worker.start()


def _worker(pool: str) -> ProcessWorker:
    from prefect.workers.process import ProcessWorker

    return ProcessWorker(work_pool_name=pool, name=f"cousins-{socket.gethostname()}")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SpecError(
                f"--port {port} is taken ({error.strerror}); choose another one, or set "
                f"PREFECT_API_URL to the server that is there"
            ) from error
