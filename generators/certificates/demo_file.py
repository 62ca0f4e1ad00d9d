"""robomimic's HDF5 files, of whoever wrote them: bounded, and without what lies outside of them.

A group `data/demo_<n>` has `states` and `actions`, a row each for every action: state k is the one
before action k. The attribute `model_file` is the MJCF of the scene. Source: robomimic's
documentation, "Dataset Structure", and its `playback_dataset.py`, which compares state k + 1 with
what action k leads to.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import json
import math
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import BackendMissingError, DatasetError, one_line

MOST_DEMOS = 100_000
LARGEST = 512 * 2**20
"""Bytes of an array of one demonstration."""
_DEMO = re.compile(r"demo_?\d+")
ROBOSUITE = 1
"""robomimic's number for environments of robosuite."""
COLLECTED = "env_info"
"""Attribute of `data` in which robosuite's own script of collection has the environment's options,
where robomimic's files have `env_args`."""


@dataclass(frozen=True)
class StoredDemo:
    """A demonstration of such a file.

    Attributes:
        name: of its group.
        model: the text of its MJCF.
        states: (T, S) float64, that before each action.
        actions: (T, A) float64.
        controlled: a controller of the environment stands between actions and actuators.
    """

    name: str
    model: str
    states: npt.NDArray[np.float64]
    actions: npt.NDArray[np.float64]
    controlled: bool


def demo_names(path: Path) -> tuple[str, ...]:
    """The names of a file's demonstrations, in the order of their numbers.

    Raises:
        DatasetError: it is no such file, or has none or too many.
        BackendMissingError: h5py is not installed.
    """
    with _data(path) as data:
        if len(data) > MOST_DEMOS:
            raise DatasetError(f"{path}: {len(data)} demonstrations; at most {MOST_DEMOS} are read")
        names = [name for name in data if _DEMO.fullmatch(name)]
    if not names:
        raise DatasetError(f"{path}: the group `data` has no demonstration, such as demo_0")
    return tuple(sorted(names, key=lambda name: int(re.sub(r"\D", "", name))))


def read_demo(path: Path, name: str) -> StoredDemo:
    """Read a demonstration.

    Raises:
        DatasetError: something is missing, too large, of another kind, or outside of the file.
    """
    with _data(path) as data:
        where = f"{path}: data/{name}"
        group = _member(data, name, where)
        model = group.attrs.get("model_file")
        if isinstance(model, bytes):
            model = model.decode("utf-8", errors="replace")
        if not isinstance(model, str):
            raise DatasetError(
                f"{where} has no attribute `model_file` with the MJCF of its scene, so that its "
                "states cannot be looked at; files of `cousins export` have none: certify their "
                "dataset instead"
            )
        states, actions = _array(group, "states", where), _array(group, "actions", where)
        if len(states) != len(actions):
            raise DatasetError(
                f"{where} has {len(states)} states and {len(actions)} actions; there is one state "
                "before each action"
            )
        return StoredDemo(name, model, states, actions, _controlled(data, where))


@contextmanager
def _data(path: Path) -> Generator[Any]:
    """The group `data` of a file."""
    try:
        import h5py
    except ImportError as error:
        raise BackendMissingError(
            "reading HDF5 needs h5py; install it with: pip install 'cousins[hdf5]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield _member(file, "data", str(path))
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, MemoryError) as error:
        raise DatasetError(f"{path} cannot be read as HDF5: {one_line(error)}") from error


def _member(group: Any, name: str, where: str) -> Any:
    """What a group holds, and not a link to something else."""
    import h5py

    link = group.get(name, getlink=True)
    if link is None:
        raise DatasetError(f"{where} has no {name!r}; expected data/demo_<n>/states and actions")
    if not isinstance(link, h5py.HardLink):
        raise DatasetError(f"{where}: {name!r} is a link, which is not followed")
    return group[name]


def _array(group: Any, name: str, where: str) -> npt.NDArray[np.float64]:
    import h5py

    found = _member(group, name, where)
    if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
        raise DatasetError(f"{where}: {name!r} is no array that lies in the file")
    if found.ndim != 2 or found.dtype.kind not in "fiu" or 0 in found.shape:
        raise DatasetError(
            f"{where}: {name!r} is {found.dtype} of shape {found.shape}; expected numbers (T, N)"
        )
    if math.prod(found.shape) * 8 > LARGEST:
        raise DatasetError(
            f"{where}: {name!r} has shape {found.shape}; "
            f"arrays of more than {LARGEST} bytes are not read"
        )
    values: npt.NDArray[np.float64] = found[()].astype(np.float64)
    return values


def _controlled(data: Any, where: str) -> bool:
    """Whether the environment is one of robosuite, whose controllers turn actions into forces."""
    if COLLECTED in data.attrs:
        return True
    told = data.attrs.get("env_args")
    if told is None:
        return False
    try:
        read: Any = json.loads(told)
        kwargs = read.get("env_kwargs") or {}
        return read.get("type") == ROBOSUITE or "controller_configs" in kwargs
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise DatasetError(f"{where}: env_args of `data` is no JSON object: {error}") from error
