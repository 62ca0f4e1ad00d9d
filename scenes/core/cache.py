"""A small cache on disk for arrays that are slow to derive and never change."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

UNREADABLE = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)
"""What reading a cut-off or damaged `.npz` file raises."""


def cache_folder() -> Path:
    """`COUSINS_CACHE`, or `cousins` in the user's cache folder."""
    if chosen := os.environ.get("COUSINS_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cousins"


def cached_arrays(
    name: str, key: str, make: Callable[[], dict[str, np.ndarray[Any, Any]]]
) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays stored under (name, key), made and stored where they are not there yet.

    Several processes may race: each writes a whole file and renames it. A folder that cannot
    be written only costs the time to make the arrays again, and so, with a note on standard
    error, does a file that cannot be read.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    path = cache_folder() / f"{name}-{digest}.npz"
    stored = _read(path)
    if stored is not None:
        return stored
    arrays = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(file.name, path)
    except OSError:
        return arrays
    return arrays


def _read(path: Path) -> dict[str, np.ndarray[Any, Any]] | None:
    """The arrays of a file; None where it is not there or cannot be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return {field: stored[field] for field in stored.files}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UNREADABLE as error:
        sys.stderr.write(f"note: {path} cannot be read ({error}); making it anew\n")
        return None
