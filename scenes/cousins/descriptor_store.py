"""Descriptors of a library, worked out category by category and kept on disk.

Each category has one file, and each row of it the stamp of the asset it was derived from: what
has changed is derived anew, the rest is read. Nothing is derived before it is asked for. What
an asset's parts amount to is decided by code, so each release has files of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError
from ..assets.library import AssetLibrary
from ..core.cache import UNREADABLE, cache_folder
from .descriptors import Descriptor, DescriptorTable, describe

FORMAT = 5
"""Raised when the meaning of a stored descriptor changes."""
_ARRAYS = ("traits", "parts", "extents", "outline", "spread", "occupancy")


@lru_cache(maxsize=2048)
def category_table(library: AssetLibrary, category: str) -> DescriptorTable:
    """Descriptors of all assets of a category that can be built, in the library's order."""
    stamps = {name: library.stamp(name) for name in library.ids()[category]}
    path = _path(library, category)
    stored, old = _read(path)
    if list(old.items()) == list(stamps.items()):
        return stored
    known = set(stored.ids)
    found: list[Descriptor] = []
    for name, stamp in stamps.items():
        if old.get(name) != stamp:
            found.extend(_described(library, name))
        elif name in known:  # else it could not be built, and still cannot
            found.append(stored.row(name))
    table = DescriptorTable.of(found)
    _write(path, table, stamps)
    return table


@lru_cache(maxsize=4)
def whole_table(library: AssetLibrary) -> DescriptorTable:
    """Descriptors of all assets of a library that can be built."""
    return DescriptorTable.joined([category_table(library, name) for name in library.ids()])


def _described(library: AssetLibrary, name: str) -> tuple[Descriptor, ...]:
    """The descriptor of an asset; none where it cannot be built."""
    try:
        return (describe(library.get(name)),)
    except AssetError as error:
        sys.stderr.write(f"note: {name} is nobody's cousin: {error}\n")
        return ()


def _path(library: AssetLibrary, category: str) -> Path:
    key = f"{FORMAT} {version('cousins')} {library.name} {category}"
    return cache_folder() / f"descriptors-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def _read(path: Path) -> tuple[DescriptorTable, dict[str, str]]:
    """The stored table, and the stamps of all assets that were looked at for it."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            facts: dict[str, Any] = json.loads(stored["facts"].tobytes())
            arrays: dict[str, npt.NDArray[Any]] = {name: stored[name] for name in _ARRAYS}
    except FileNotFoundError:
        return DescriptorTable.of(()), {}
    except UNREADABLE as error:
        sys.stderr.write(f"note: {path} cannot be read ({error}); deriving it anew\n")
        return DescriptorTable.of(()), {}
    table = DescriptorTable(
        ids=tuple(facts["ids"]),
        categories=tuple(facts["categories"]),
        traits=arrays["traits"],
        parts=arrays["parts"],
        extents=arrays["extents"],
        outline=arrays["outline"],
        spread=arrays["spread"],
        occupancy=arrays["occupancy"],
    )
    return table, facts["stamps"]


def _write(path: Path, table: DescriptorTable, stamps: dict[str, str]) -> None:
    """Store a table: a whole file, renamed into place, since several processes may race.

    A folder that cannot be written only costs the time to derive them again.
    """
    facts = {"ids": table.ids, "categories": table.categories, "stamps": stamps}
    arrays: dict[str, npt.NDArray[Any]] = {name: getattr(table, name) for name in _ARRAYS}
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(file.name, path)
    except OSError as error:
        sys.stderr.write(f"note: descriptors cannot be stored in {path.parent}: {error}\n")
