"""robomimic's HDF5 files, of whoever wrote them: bounded, and without what lies outside of them.

A group `data/demo_<n>` has `states` and `actions`, a row each for every action: state k is the one
before action k. The attribute `model_file` is the MJCF of the scene. Source: robomimic's
documentation, "Dataset Structure", and its `playback_dataset.py`, which compares state k + 1 with
what action k leads to.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.core.hdf5 import member, numbers, opened
from ...schemas import DatasetError

MOST_DEMOS = 100_000
EXPECTED = "data/demo_<n>/states and actions"
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
    with opened(path, "data", EXPECTED) as data:
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
    with opened(path, "data", EXPECTED) as data:
        where = f"{path}: data/{name}"
        group = member(data, name, where, EXPECTED)
        model = group.attrs.get("model_file")
        if isinstance(model, bytes):
            model = model.decode("utf-8", errors="replace")
        if not isinstance(model, str):
            raise DatasetError(
                f"{where} has no attribute `model_file` with the MJCF of its scene, so that its "
                "states cannot be looked at; files of `cousins export` have none: certify their "
                "dataset instead"
            )
        states = numbers(group, "states", where, EXPECTED)
        actions = numbers(group, "actions", where, EXPECTED)
        if len(states) != len(actions):
            raise DatasetError(
                f"{where} has {len(states)} states and {len(actions)} actions; there is one state "
                "before each action"
            )
        return StoredDemo(name, model, states, actions, _controlled(data, where))


def _controlled(data: Any, where: str) -> bool:
    """Whether the environment is one of robosuite, whose controllers turn actions into forces."""
    if COLLECTED in data.attrs:
        return True
    told = data.attrs.get("env_args")
    if told is None:
        return False
    try:
        read: Any = json.loads(told)
        kwargs: dict[str, Any] = read.get("env_kwargs") or {}
        return read.get("type") == ROBOSUITE or "controller_configs" in kwargs
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise DatasetError(f"{where}: env_args of `data` is no JSON object: {error}") from error
