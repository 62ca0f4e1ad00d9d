"""OmniGibson's HDF5 demonstrations, as its `DataCollectionWrapper` writes them.

`data` has the attributes `config` and `scene_file`, JSON. A group `data/demo_<n>` of T actions has
`action` (T, A), `state` (T + 1, S) and `state_size` (T + 1,), `reward`, `terminated` and
`truncated` (T,), and the attribute `transitions`, what was added and removed on the way. The first
state is that after the reset. Its `DataPlaybackWrapper` writes observations in the place of states.

A row of `state` is what the registry of objects serialises: for each object that is awake, a
number made of its name, then position, quaternion xyzw, velocities, and positions, velocities and
efforts of its joints; then what only OmniGibson can take apart. So objects are looked for by their
numbers. Source: omnigibson 1.1.1, envs/data_wrapper.py, utils/registry_utils.py, prims.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import DatasetError, one_line
from ..core.hdf5 import member, numbers, opened, told
from .found import MALFORMED

MOST_DEMOS = 100_000
EXPECTED = "OmniGibson's data/demo_<n> with action, state and state_size"
_DEMO = re.compile(r"demo_\d{1,9}")
ROOT, UNIT = 13, 1e-3
"""Numbers of an object's root link, and how far a quaternion may be from length 1."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OgRecording:
    """What is said of all demonstrations of a file.

    Attributes:
        names: of the demonstrations, in the order of their numbers.
        scene: the value of `scene_file`.
        hz: actions per second; None where the config does not say.
        robots: kinds of the robots, in the order of actions.
        activity: name of the activity; None where there is none.
    """

    names: tuple[str, ...]
    scene: Any
    hz: float | None
    robots: tuple[str, ...]
    activity: str | None


@dataclass(frozen=True)
class OgDemo:
    """What a demonstration says without OmniGibson.

    Attributes:
        actions: (T, A) as OmniGibson's controllers take them.
        rewards: (T,).
        terminated: (T,) whether a condition of the task ended it.
        truncated: (T,) whether its time was up.
        poses: by object, (T + 1, 7) position in metres and quaternion wxyz in the scene; of
            states in which an object sleeps, that of the one before.
        joints: by object, (T + 1, J) positions in OmniGibson's order.
        lost: what is not kept, in words.
    """

    actions: Array
    rewards: Array
    terminated: npt.NDArray[np.bool_]
    truncated: npt.NDArray[np.bool_]
    poses: Mapping[str, Array]
    joints: Mapping[str, Array]
    lost: tuple[str, ...]


def read_recording(path: Path) -> OgRecording:
    """Read what is said of all demonstrations.

    Raises:
        DatasetError: it is no such file; the message says what it lacks.
        BackendMissingError: h5py is not installed.
    """
    with opened(path, "data", EXPECTED) as data:
        if len(data) > MOST_DEMOS:
            raise DatasetError(f"{path}: {len(data)} demonstrations; at most {MOST_DEMOS} are read")
        found = [name for name in data if _DEMO.fullmatch(name)]
        scene, config = (told(data, name, f"{path}: data") for name in ("scene_file", "config"))
    try:
        task: dict[str, Any] = config.get("task") or {}
        robots = tuple(str(x.get("model", x.get("type"))) for x in config.get("robots") or ())
        hz = config["env"].get("action_frequency")
        return OgRecording(
            names=tuple(sorted(found, key=lambda name: int(name.removeprefix("demo_")))),
            scene=scene,
            hz=None if hz is None else float(hz),
            robots=robots,
            activity=None if task.get("activity_name") is None else str(task["activity_name"]),
        )
    except MALFORMED as error:
        raise DatasetError(
            f"{path}: data: `config` is no config of OmniGibson's ({one_line(error)})"
        ) from error


def read_og_demo(path: Path, name: str) -> OgDemo:
    """Read a demonstration.

    Raises:
        DatasetError: something is missing, too large, of another kind, or outside of the file.
        BackendMissingError: h5py is not installed.
    """
    with opened(path, "data", EXPECTED) as data:
        where = f"{path}: data/{name}"
        group = member(data, name, where, EXPECTED)
        if "state" not in group and "obs" in group:
            raise DatasetError(
                f"{where} has observations and no states: it is what OmniGibson's playback writes; "
                "give the file that was played back"
            )
        actions = numbers(group, "action", where, EXPECTED)
        states = numbers(group, "state", where, EXPECTED)
        columns = ("state_size", "reward", "terminated", "truncated")
        sizes, rewards, terminated, truncated = (
            numbers(group, column, where, EXPECTED, ndim=1) for column in columns
        )
        scene = told(data, "scene_file", f"{path}: data")
        transitions = told(group, "transitions", where)
    count = len(actions)
    lengths = {len(rewards), len(terminated), len(truncated)}
    if lengths != {count} or len(states) != count + 1 or len(sizes) != count + 1:
        raise DatasetError(
            f"{where} has {count} actions, {len(states)} states, {len(sizes)} sizes of states and "
            f"{sorted(lengths)} of the rest; there is one state more than actions"
        )
    if sizes.min() < 0 or sizes.max() > states.shape[1]:
        raise DatasetError(f"{where}: `state_size` is beyond the {states.shape[1]} of `state`")
    try:
        poses, joints, lost = _objects(states, sizes.astype(np.int64), scene)
        lost += _moves(transitions)
    except MALFORMED as error:
        raise DatasetError(
            f"{where}: `scene_file` or `transitions` is not as OmniGibson has it "
            f"({one_line(error)})"
        ) from error
    return OgDemo(
        actions, rewards, terminated.astype(bool), truncated.astype(bool), poses, joints,
        ("velocities, efforts, states that are not kinematic, and controllers", *lost),
    )  # fmt: skip


def number_of(name: str) -> np.float32:
    """The number that stands for an object's name: of eight digits, in single precision."""
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return np.float32(int(digest, 16) % 10**8)


def _objects(
    states: Array, sizes: npt.NDArray[np.int64], scene: Any
) -> tuple[dict[str, Array], dict[str, Array], tuple[str, ...]]:
    registry = scene["state"].get("registry", scene["state"])["object_registry"]
    numbered: dict[float, list[str]] = {}
    for name in registry:
        numbered.setdefault(float(number_of(name)), []).append(name)
    poses: dict[str, Array] = {}
    joints: dict[str, Array] = {}
    lost: list[str] = []
    for number, names in numbered.items():
        if len(names) > 1:
            lost.append(f"poses of {', '.join(names)}, whose numbers are the same")
            continue
        (name,) = names
        start = registry[name]
        width = len(start.get("joint_pos") or ())
        root = start["root_link"]
        rows = [
            np.array([*root["pos"], *root["ori"], *(start.get("joint_pos") or ())], dtype=float)
        ]
        if rows[0].shape != (7 + width,) or not np.isfinite(rows[0]).all():
            raise ValueError(f"the state of {name} has {rows[0].shape} numbers")
        asleep = 0
        for row, size in zip(states, sizes, strict=True):
            found = _found(row[:size], number, width)
            asleep += found is None
            rows.append(rows[-1] if found is None else found)
        whole = np.array(rows[1:])
        poses[name] = whole[:, [0, 1, 2, 6, 3, 4, 5]]
        if width:
            joints[name] = whole[:, 7:]
        if asleep == len(states):
            lost.append(f"poses of {name}, which is in no state: it is taken not to move")
    return poses, joints, tuple(lost)


def _found(row: Array, number: float, width: int) -> Array | None:
    """Position, quaternion xyzw and joints of the object of a number; None where it is absent."""
    for start in np.flatnonzero(row == number) + 1:
        part = row[start : start + ROOT + width]
        if len(part) < ROOT + width or not np.isfinite(part).all():
            continue
        if abs(float(np.linalg.norm(part[3:7])) - 1.0) < UNIT:
            return np.concatenate([part[:7], part[ROOT:]])
    return None


def _moves(transitions: Any) -> tuple[str, ...]:
    """That things came or went, of which nothing is kept."""
    found: list[str] = []
    for kind in ("objects", "systems"):
        for how, word in (("add", "added"), ("remove", "removed")):
            count = sum(len(step[kind][how]) for step in transitions.values())
            if count:
                found.append(f"{count} {kind} that were {word} on the way")
    return tuple(found)
