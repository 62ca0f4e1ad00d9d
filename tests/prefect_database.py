"""A migrated database of Prefect, made once on this machine and copied for each test."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from cousins.flows.history import FORM, make_database, prepared


def copy_database(target: Path) -> str:
    """Put a migrated, empty database there; gives its address for Prefect's settings."""
    shutil.copyfile(_template(), target)
    return f"{FORM}{target}"


def _template() -> Path:
    """The template of this release of Prefect; made where it is missing, by one process alone."""
    if prepared().is_file():
        return prepared()
    folder = Path(tempfile.gettempdir()) / f"cousins-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    path = folder / f"prefect-{version('prefect')}.db"
    with (folder / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_file():
            make_database(path)
    return path
