"""Prefect's API: the one that is configured, or an embedded one that dies with this process.

Prefect's own embedded server outlives a killed run; this one watches its parent.
"""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import queue
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from typing import IO, Any

from ..schemas import RunError, SpecError
from ..schemas.errors import one_line
from .environment import STARTUP
from .history import begin, prepared

LOGIN = "PREFECT_SERVER_API_AUTH_STRING"
"""Environment variable: the embedded API's login, where it is not to be a random one."""
ANSWER = 10.0
"""Seconds in which a configured API answers."""
_GUARDED = frozenset({401, 403, 407})
"""Of HTTP: the API is there, and asks for a login that Prefect itself knows."""


@contextlib.contextmanager
def prefect_api(
    *,
    scheduler: bool = False,
    port: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Generator[str]:
    """Make sure that Prefect has an API within the block, and give its address.

    Args:
        scheduler: an embedded API also runs schedules and serves the user interface.
        port: of an embedded API; None takes a free one.
        meanwhile: is done while an embedded API starts, which takes seconds.

    Raises:
        RunError: the embedded API did not start, or the configured one does not answer.
    """
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    configured = PREFECT_API_URL.value()
    if configured:
        check_api(configured)
        yield configured
        return
    login = os.environ.get(LOGIN) or f"cousins:{secrets.token_urlsafe(16)}"
    with (
        _embedded(scheduler, login, port or _free_port(), meanwhile) as url,
        temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}),
    ):
        yield url


def check_api(url: str) -> None:
    """Refuse a configured API that cannot be used.

    Raises:
        SpecError: the address has no scheme.
        RunError: nothing answers there as Prefect's API does.
    """
    remedy = "start it with `prefect server start`, unset PREFECT_API_URL, or use --engine local"
    if not url.startswith(("http://", "https://")):
        raise SpecError(
            f"PREFECT_API_URL is {url!r}: it begins with http:// or https://, "
            "such as http://127.0.0.1:4200/api"
        )
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=ANSWER) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        if error.code not in _GUARDED:
            raise RunError(
                f"PREFECT_API_URL is {url}: it answers with {error.code}, not as Prefect's API; "
                f"its address ends in /api; {remedy}"
            ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else one_line(error)
        raise RunError(f"PREFECT_API_URL is {url}: no answer ({reason}); {remedy}") from error


def answers() -> bool:
    """Whether Prefect's API of this process is still there."""
    from prefect.settings import PREFECT_API_URL

    try:
        with urllib.request.urlopen(f"{PREFECT_API_URL.value()}/health", timeout=ANSWER):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def without_api() -> Generator[None]:
    """Inside, Prefect asks its API once instead of again and again, and logs nothing of it."""
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    logging.disable(logging.CRITICAL)
    try:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
            yield
    finally:
        logging.disable(logging.NOTSET)


def login() -> str:
    """The login to the embedded API's user interface: a name, a colon, and a password."""
    from prefect.settings import PREFECT_API_AUTH_STRING

    return str(PREFECT_API_AUTH_STRING.value() or "")


@contextlib.contextmanager
def _embedded(
    scheduler: bool, login: str, port: int, meanwhile: Callable[[], None] | None
) -> Generator[str]:
    from prefect.settings import (
        PREFECT_HOME,
        PREFECT_SERVER_DATABASE_CONNECTION_URL,
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    )

    begin(PREFECT_SERVER_DATABASE_CONNECTION_URL.value(), prepared(), PREFECT_HOME.value())
    url = f"http://127.0.0.1:{port}/api"
    # Any page in a browser on this machine can reach the port; without the login it gets nothing.
    environment = {
        **os.environ,
        "PREFECT_API_URL": url,
        LOGIN: login,
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url.removesuffix("/api"),
    }
    if not scheduler:
        environment |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_UI_ENABLED": "0"}
    with tempfile.TemporaryFile() as log:
        # Its standard input is a pipe that closes when this process dies, however it dies.
        process = subprocess.Popen(
            # -P: a file called uvicorn.py in the working directory is not imported.
            [sys.executable, "-P", "-m", "cousins.flows.server", str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environment,
            process_group=0,  # the terminal's interrupt is for its parent
        )
        try:
            if meanwhile is not None:
                meanwhile()
            own = float(PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value())
            _await(url, process, log, max(own, STARTUP))
            yield url
        finally:
            if process.poll() is not None:
                _forget()
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


def _forget() -> None:
    """Drop what Prefect still has queued for a server that has ended: it would try for minutes."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    kinds: tuple[Any, ...] = (APILogWorker, EventsWorker)
    for worker in [worker for kind in kinds for worker in kind._instances.values()]:
        with contextlib.suppress(queue.Empty):
            while True:
                worker._queue.get_nowait()


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
    code = process.poll()
    how = f"did not answer within {seconds:g} s" if code is None else f"ended with code {code}"
    raise RunError(
        f"Prefect's embedded API {how}; "
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
