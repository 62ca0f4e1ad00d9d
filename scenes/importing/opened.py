"""Opens the files of an asset: regular files of allowed size, each of them reported."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from ...schemas import AssetError

SHOWN = 80
"""Characters of a path that the message about an impossible one shows."""
_NO_NAMES = {
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its link leads back to itself",
    errno.EINVAL: "it is no file name",
}
MOST_BYTES = 1_000_000_000
"""A larger file is refused unread."""


@dataclass
class Report:
    """The files opened while an asset was read, and notes for its owner.

    Attributes:
        files: absolute paths in the order in which they were asked for, also of missing files.
        notes: sentences, each once.
        root: the folder outside of which no picture is read; None where any is.
    """

    files: dict[Path, None] = field(default_factory=dict[Path, None])
    notes: dict[str, None] = field(default_factory=dict[str, None])
    root: Path | None = None


_REPORT: ContextVar[Report | None] = ContextVar("report", default=None)


@contextmanager
def reporting(root: Path | None = None) -> Generator[Report]:
    """Collect what is opened and noted until the end of the block.

    Args:
        root: the folder outside of which no picture is read; None where any is.
    """
    report = Report(root=root)
    token = _REPORT.set(report)
    try:
        yield report
    finally:
        _REPORT.reset(token)


def absolute(path: Path) -> Path:
    """A path as reports have it: absolute and without `..`, links as they are."""
    return Path(os.path.abspath(path))


def opening(path: Path) -> Path:
    """Report that a file is about to be opened; call it before any read. Gives the path.

    A file that is not there is left to its reader.

    Raises:
        AssetError: where it is a pipe, a device or a folder, is too large, or has no name that a
            file can have.
    """
    report = _REPORT.get()
    if report is not None:
        report.files[absolute(path)] = None
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        code = error.errno if isinstance(error, OSError) else errno.EINVAL
        if code in _NO_NAMES:
            shown = str(path)[-SHOWN:].replace("\0", "\\0")
            raise AssetError(f"...{shown} cannot be opened: {_NO_NAMES[code]}") from error
        return path
    if not stat.S_ISREG(facts.st_mode):
        raise AssetError(f"{path} is a pipe, a device or a folder; only regular files are read")
    if facts.st_size > MOST_BYTES:
        raise AssetError(
            f"{path}: the file is larger than {MOST_BYTES // 10**6} MB; simplify the mesh"
        )
    return path


def opening_picture(path: Path) -> Path:
    """As `opening`, of a picture: what it shows would leave its place with the asset.

    Links in the folder are followed, as those of meshes are.

    Raises:
        AssetError: also where the path leads out of the folder that assets are read from.
    """
    opening(path)
    report = _REPORT.get()
    root = None if report is None else report.root
    if root is not None and absolute(path).parts[: len(root.parts)] != root.parts:
        raise AssetError(f"{path} lies outside of {root}, from where no picture is read")
    return path


def is_there(path: Path) -> bool:
    """Whether there is a regular file; no name can make this fail."""
    try:
        return path.is_file()
    except OSError:
        return False


def real(path: Path) -> Path:
    """Where a path leads, with links followed as far as they go; no name can make this fail."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return absolute(path)


def note(text: str) -> None:
    """Tell the owner of the asset that is being read something that is no reason to refuse it."""
    report = _REPORT.get()
    if report is not None:
        report.notes[text] = None
