"""Where a catalogue index is kept: one file per library in the cache folder."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from ...schemas.base import Model, hash_of
from ..core.cache import cache_folder
from .records import AssetRecord

FORMAT = 1
"""Raised when the meaning of a record or the trial changes."""


class IndexRow(Model):
    """The row of one asset: its record, or why it cannot be built."""

    key: str
    """Of the bytes and the software that the row was worked out from."""
    record: AssetRecord | None = None
    broken: str | None = None


class _Stored(Model):
    rows: dict[str, IndexRow]


def row_key(stamp: str) -> str:
    """The key of a row that is worked out now from an asset with this stamp."""
    return hash_of([FORMAT, _simulator(), stamp])[:16]


def index_path(library: str) -> Path:
    """The file of a library, by its name."""
    return cache_folder() / f"index-{hash_of(library)[:16]}.json"


def read_rows(library: str) -> dict[str, IndexRow]:
    """Stored rows by asset id; none, with a note on standard error, from a file that is not valid.

    Rows may be out of date: compare their keys.
    """
    path = index_path(library)
    try:
        text = path.read_bytes()
    except OSError:  # not there yet, or its folder cannot be used, which writing will tell
        return {}
    try:
        return dict(_Stored.model_validate_json(text).rows)
    except ValidationError as error:
        sys.stderr.write(
            f"note: {path} is not a valid index ({error.error_count()} errors); building it anew\n"
        )
        return {}


def write_rows(library: str, rows: Mapping[str, IndexRow]) -> None:
    """Store rows: a whole file, renamed into place.

    A folder that cannot be written only costs the time to work them out again.
    """
    path = index_path(library)
    text = _Stored(rows=dict(sorted(rows.items()))).model_dump_json()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
        os.replace(file.name, path)
    except OSError as error:
        sys.stderr.write(f"note: the index cannot be stored in {path.parent}: {error}\n")


@lru_cache(maxsize=1)
def _simulator() -> str:
    return f"mujoco {version('mujoco')}"
