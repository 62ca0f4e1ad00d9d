"""A small cache on disk for arrays that are slow to derive and never change."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


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
    be written only costs the time to make the arrays again.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    path = cache_folder() / f"{name}-{digest}.npz"
    if path.is_file():
        with np.load(path) as stored:
            return {field: stored[field] for field in stored.files}
    arrays = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(file.name, path)
    except OSError:
        return arrays
    return arrays
