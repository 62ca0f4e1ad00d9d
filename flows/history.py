"""The database in which Prefect keeps its history, for a home that has none yet.

Prefect brings an empty database to its newest form step by step, which takes some 12 s of CPU
time. `make setup` has that done once, and the embedded API of a new home begins with a copy. A
database that is there is never touched.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

FORM = "sqlite+aiosqlite:///"
"""How the address of a file begins in Prefect's settings."""
_MIGRATE = (
    "import asyncio\n"
    "from prefect.server.database import provide_database_interface\n"
    "asyncio.run(provide_database_interface().create_db())\n"
)


def prepared() -> Path:
    """Where this environment keeps an empty database of its release of Prefect."""
    return Path(sys.prefix) / "share" / "cousins" / f"prefect-{version('prefect')}.db"


def make_database(path: Path) -> None:
    """Have Prefect make an empty database in its newest form; one file, which appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        made = Path(name) / "prefect.db"
        home = {"PREFECT_HOME": name, "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"{FORM}{made}"}
        subprocess.run([sys.executable, "-c", _MIGRATE], env={**os.environ, **home}, check=True)
        with closing(sqlite3.connect(made)) as database:
            # One file holds all of it from now on.
            database.execute("PRAGMA journal_mode=DELETE")
        made.replace(path)


def begin(url: str | None, source: Path, home: Path) -> None:
    """Put a copy where Prefect would make a new database; nothing where one is, or elsewhere.

    Args:
        url: of Prefect's database.
        source: an empty database; nothing is done where it is missing.
        home: of Prefect's; made where it is missing and the database belongs there.
    """
    if url is None or not url.startswith(FORM) or not source.is_file():
        return
    target = Path(url.removeprefix(FORM))
    if target.parent == home:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists() or not target.parent.is_dir():
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        copied = Path(shutil.copyfile(source, Path(name) / "prefect.db"))
        try:
            os.link(copied, target)  # unlike a rename, it replaces nothing
        except OSError:  # another process was faster, or the file system has no links
            return


if __name__ == "__main__":
    if not prepared().is_file():
        make_database(prepared())
