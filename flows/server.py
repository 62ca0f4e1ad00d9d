"""Prefect's API: the one that is configured, or an embedded one that dies with this process.

Prefect's own embedded server outlives a killed run; this one watches its parent.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from typing import IO

from ..schemas import RunError


@contextlib.contextmanager
def prefect_api(*, scheduler: bool = False) -> Generator[str]:
    """Make sure that Prefect has an API within the block, and give its address.

    Args:
        scheduler: an embedded API also runs schedules and serves the user interface.

    Raises:
        RunError: the embedded API did not start.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    configured = PREFECT_API_URL.value()
    if configured:
        yield configured
        return
    with _embedded(scheduler) as url, temporary_settings({PREFECT_API_URL: url}):
        yield url


@contextlib.contextmanager
def _embedded(scheduler: bool) -> Generator[str]:
    from prefect.settings import PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS

    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {**os.environ, "PREFECT_API_URL": url}
    if not scheduler:
        environment |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_UI_ENABLED": "0"}
    with tempfile.TemporaryFile() as log:
        # Its standard input is a pipe that closes when this process dies, however it dies.
        process = subprocess.Popen(
            [sys.executable, "-m", "cousins.flows.server", str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environment,
        )
        try:
            _await(
                url, process, log, float(PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value())
            )
            yield url
        finally:
            _drain()
            process.kill()
            process.communicate()


def _drain() -> None:
    """Send what Prefect still has queued; it would wait at exit for a server that is gone."""
    import inspect

    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.utilities.asyncutils import run_coro_as_sync

    async def drain() -> None:
        for waiting in (APILogWorker.drain_all(timeout=5), EventsWorker.drain_all(timeout=5)):
            if inspect.isawaitable(waiting):
                await waiting

    run_coro_as_sync(drain())


def _await(url: str, process: subprocess.Popen[bytes], log: IO[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{url}/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    log.seek(0)
    tail = log.read().decode(errors="replace")[-2000:]
    raise RunError(
        f"Prefect's embedded API did not answer within {seconds:g} s; "
        f"use --engine local, or start `prefect server start` and set PREFECT_API_URL\n{tail}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(port: int) -> None:
    """Be the embedded server until the standard input closes."""
    import uvicorn

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="error",
        lifespan="on",
    )


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
