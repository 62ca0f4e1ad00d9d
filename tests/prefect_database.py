"""A migrated database of Prefect, made once on this machine and copied for each test.

Prefect needs some 12 s of CPU time to bring an empty database to its newest form.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

MIGRATE = (
    "import asyncio\n"
    "from prefect.server.database import provide_database_interface\n"
    "asyncio.run(provide_database_interface().create_db())\n"
)
FORM = "sqlite+aiosqlite:///{}"
"""Of the address of a database."""


def copy_database(target: Path) -> str:
    """Put a migrated, empty database there; gives its address for Prefect's settings."""
    shutil.copyfile(_template(), target)
    return FORM.format(target)


def _template() -> Path:
    """The template of this release of Prefect; made where it is missing, by one process alone."""
    folder = Path(tempfile.gettempdir()) / f"cousins-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    path = folder / f"prefect-{version('prefect')}.db"
    with (folder / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_file():
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        made = Path(name) / "prefect.db"
        home = {"PREFECT_HOME": name, "PREFECT_SERVER_DATABASE_CONNECTION_URL": FORM.format(made)}
        subprocess.run([sys.executable, "-c", MIGRATE], env={**os.environ, **home}, check=True)
        with closing(sqlite3.connect(made)) as database:
            # One file holds all of it from now on.
            database.execute("PRAGMA journal_mode=DELETE")
        os.replace(made, path)
