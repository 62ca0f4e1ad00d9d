"""Files of a dataset's folder: written beside and renamed, synced, and never through a link."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
from pathlib import Path

from ...schemas import DatasetError
from ..shards import EXPORTS, STAGES

OWN_FOLDERS = (
    *("data", "exports", "manifest", "tmp", "logs", "report", "quarantine"),
    *(f"data/{stage}" for stage in STAGES),
    *(f"manifest/{stage}" for stage in (*STAGES, EXPORTS)),
)
"""Relative to the dataset's folder: where this package writes and removes."""


class InUseError(DatasetError):
    """Another run holds the lock of a dataset."""


def refuse_links(root: Path) -> None:
    """Refuse a dataset of which a folder is a link: what is removed there may be someone else's.

    Raises:
        DatasetError: naming the link and where it leads.
    """
    for name in (*OWN_FOLDERS, "spec.json"):
        path = root / name
        if path.is_symlink():
            raise DatasetError(
                f"{path} is a link to {os.readlink(path)}; links inside a dataset are not "
                "followed. Move the whole dataset to the other disk, and link its folder"
            )


def lock(root: Path) -> int:
    """Lock a folder for writing; makes it where there is none.

    Returns:
        The descriptor that holds the lock.

    Raises:
        DatasetError: it cannot be written.
        InUseError: another run holds it.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(root / ".lock", flags, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DatasetError(f"{root / '.lock'} is a link; remove it") from error
        raise DatasetError(
            f"{root} cannot be written: {error.strerror}; choose another folder with --out"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 100).decode(errors="replace").strip()
        os.close(descriptor)
        raise InUseError(
            f"{root} is in use by another run (process {holder}); wait for it or end it"
        ) from error
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def remove_tree(folder: Path) -> None:
    """Remove a folder that workers of a killed run may still be writing while they die."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        threading.Event().wait(0.1)
    shutil.rmtree(folder)
