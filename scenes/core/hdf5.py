"""HDF5 files of strangers: what lies in them and is bounded; no links, nothing outside.

A damaged file can keep HDF5 itself busy for ever, and fill the memory: read it in a process that
can be ended, as `flows/strangers.py` bounds it.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import json
import math
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import BackendMissingError, DatasetError, one_line

LARGEST = 512 * 2**20
"""Bytes of an array, as numbers of double precision."""
LONGEST = 64 * 2**20
"""Letters of a text."""


@contextmanager
def opened(path: Path, name: str, expected: str) -> Generator[Any]:
    """A group at the root of a file.

    Args:
        path: of the file.
        name: of the group.
        expected: what such files have, for messages.

    Raises:
        DatasetError: it cannot be read, or has no such group.
        BackendMissingError: h5py is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise BackendMissingError(
            "reading HDF5 needs h5py; install it with: pip install 'cousins[hdf5]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield member(file, name, str(path), expected)
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, MemoryError) as error:
        raise DatasetError(f"{path} cannot be read as HDF5: {one_line(error)}") from error


def member(group: Any, name: str, where: str, expected: str) -> Any:
    """What a group holds, and not a link to something else.

    Raises:
        DatasetError: it has none of that name, or a link.
    """
    import h5py

    link = group.get(name, getlink=True)
    if link is None:
        raise DatasetError(f"{where} has no {name!r}; expected {expected}")
    if not isinstance(link, h5py.HardLink):
        raise DatasetError(f"{where}: {name!r} is a link, which is not followed")
    return group[name]


def numbers(
    group: Any, name: str, where: str, expected: str, ndim: int = 2
) -> npt.NDArray[np.float64]:
    """An array of numbers that lies in the file itself.

    Raises:
        DatasetError: it is missing, of another kind or shape, too large, or lies elsewhere.
    """
    import h5py

    found = member(group, name, where, expected)
    if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
        raise DatasetError(f"{where}: {name!r} is no array that lies in the file")
    if found.ndim != ndim or found.dtype.kind not in "fiub" or 0 in found.shape:
        shape = "(T, N)" if ndim == 2 else "(T,)"
        raise DatasetError(
            f"{where}: {name!r} is {found.dtype} of shape {found.shape}; expected numbers {shape}"
        )
    if math.prod(found.shape) * 8 > LARGEST:
        raise DatasetError(
            f"{where}: {name!r} has shape {found.shape}; "
            f"arrays of more than {LARGEST} bytes are not read"
        )
    values: npt.NDArray[np.float64] = found[()].astype(np.float64)
    return values


def told(group: Any, name: str, where: str) -> Any:
    """The value of an attribute that holds JSON.

    Raises:
        DatasetError: it is missing, too long, or no JSON.
    """
    text = group.attrs.get(name)
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    if not isinstance(text, str):
        raise DatasetError(f"{where} has no attribute {name!r} with JSON")
    if len(text) > LONGEST:
        raise DatasetError(f"{where}: {name!r} has more than {LONGEST} letters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: {name!r} is no JSON: {one_line(error)}") from error
