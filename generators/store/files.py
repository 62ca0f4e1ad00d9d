"""Files of a dataset's folder: written beside and renamed, synced, and never through a link."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import threading
import time
from pathlib import Path

from ...schemas import DatasetError
from ..shards import EXPORTS, STAGES

OWN_FOLDERS = (
    *("data", "exports", "manifest", "tmp", "logs", "report", "quarantine", "claims"),
    *(f"data/{stage}" for stage in STAGES),
    *(f"manifest/{stage}" for stage in (*STAGES, EXPORTS)),
)
"""Relative to the dataset's folder: where this package writes and removes."""


JOIN_TRIES = 40
JOIN_PAUSE = 0.5
"""Seconds between two tries to share a lock."""


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
    descriptor = _open_lock(root)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _in_use(root, descriptor) from error
    _sign(descriptor)
    return descriptor


def join(root: Path) -> tuple[int, bool]:
    """Lock a folder together with others who do so; makes it where there is none.

    Returns:
        The descriptor that holds the lock, and whether nobody else has it. Who is alone holds it
        alone, until it asks for less.

    Raises:
        DatasetError: it cannot be written.
        InUseError: a run holds it that shares it with nobody.
    """
    descriptor = _open_lock(root)
    for _ in range(JOIN_TRIES):
        for kind in (fcntl.LOCK_EX, fcntl.LOCK_SH):
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _sign(descriptor)
            return descriptor, kind == fcntl.LOCK_EX
        # Who comes first has it alone for a moment.
        time.sleep(JOIN_PAUSE)
    raise _in_use(root, descriptor)


def _open_lock(root: Path) -> int:
    try:
        root.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        return os.open(root / ".lock", flags, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DatasetError(f"{root / '.lock'} is a link; remove it") from error
        raise DatasetError(
            f"{root} cannot be written: {error.strerror}; choose another folder with --out"
        ) from error


def _in_use(root: Path, descriptor: int) -> InUseError:
    holder = os.pread(descriptor, 100, 0).decode(errors="replace").strip()
    os.close(descriptor)
    return InUseError(f"{root} is in use by another run (process {holder}); wait for it or end it")


def _sign(descriptor: int) -> None:
    """Write who holds the lock."""
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def plain_file(path: Path | str) -> os.stat_result | None:
    """The state of a plain file; None where there is none, or a link."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def is_file(path: Path | str, size: int | None = None) -> bool:
    """Whether a plain file is there, and of this size where one is given."""
    found = plain_file(path)
    return found is not None and (size is None or size == found.st_size)


def remove_tree(folder: Path) -> None:
    """Remove a folder that workers of a killed run may still be writing while they die."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        threading.Event().wait(0.1)
    shutil.rmtree(folder)
