"""What can be said of a demonstration of another simulator's user, from its file alone.

Where actions are MuJoCo's controls they are replayed open loop. Where a controller of the
environment stands in between, which no file holds, states are looked at one by one: whether they
belong to the model, and whether each can follow the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import mujoco
import numpy as np
import numpy.typing as npt

from ...scenes.importing.stranger_mjcf import compile_stranger
from ...schemas import DatasetError
from .demo_file import StoredDemo

Array = npt.NDArray[np.float64]
Way = Literal["controls", "states"]
TOLERANCE = 1e-3
"""Of positions in a replay, metres and radians."""
UNIT = 1e-3
"""How far the length of a quaternion may be from one."""
BEYOND = 0.1
"""How far a joint may be beyond its range, metres or radians: MuJoCo's limits are soft."""
DEEPEST = 0.01
"""Metres to which things may penetrate each other."""
JUMP = 0.05
"""Metres or radians that a degree of freedom may go in a step beyond what its speed at either end
of the step gives it."""


@dataclass(frozen=True)
class DemoCheck:
    """What was found of a demonstration.

    Attributes:
        name: of its group.
        way: `controls`: the first state was restored and all actions applied; `states`: each
            state was set and looked at.
        holds: all states come about again to `TOLERANCE`; or, of states, none is amiss.
        deviation: of controls: the greatest difference of a position; else 0.
        amiss: what was found, a sentence; empty where it holds.
    """

    name: str
    way: Way
    holds: bool
    deviation: float
    amiss: str = ""


@dataclass(frozen=True)
class _States:
    """The states of a demonstration, by their parts: T rows each; times in seconds, if any."""

    times: Array | None
    qpos: Array
    qvel: Array


def check_demo(demo: StoredDemo, folder: Path | None, way: Way | None = None) -> DemoCheck:
    """Replay a demonstration, or look at its states.

    Args:
        demo: as read.
        folder: of the files that its model names.
        way: how; None replays where actions can be controls: one for each actuator, no controller
            of robosuite, and times that are whole steps of the simulation apart.

    Raises:
        AssetError: the model cannot be compiled.
        DatasetError: states are not of the model; or controls are asked for and cannot be.
    """
    model = _compiled(demo.model, folder)
    states = _parts(demo, model)
    steps = _steps(states.times, float(model.opt.timestep))
    if way is None:
        able = demo.actions.shape[1] == model.nu and not demo.controlled and steps is not None
        way = "controls" if able else "states"
    if way == "states":
        amiss = _amiss(model, states)
        return DemoCheck(demo.name, way, not amiss, 0.0, amiss)
    if demo.actions.shape[1] != model.nu:
        raise DatasetError(
            f"{demo.name}: actions of {demo.actions.shape[1]} numbers are no controls of a model "
            f"with {model.nu} actuators; look at its states instead"
        )
    if steps is None:
        raise DatasetError(
            f"{demo.name}: its states do not say how many steps of {model.opt.timestep:g} s an "
            "action lasts; look at its states instead"
        )
    return _replayed(model, demo, states, steps)


@lru_cache(maxsize=2)
def _compiled(text: str, folder: Path | None) -> mujoco.MjModel:
    return compile_stranger(text, folder)


def _parts(demo: StoredDemo, model: mujoco.MjModel) -> _States:
    """Time, if it is there, positions and velocities; what follows them are activations."""
    width, moved = demo.states.shape[1], model.nq + model.nv
    timed = {1 + moved: True, 1 + moved + model.na: True, moved: False}.get(width)
    if timed is None:
        raise DatasetError(
            f"{demo.name}: states of {width} numbers are not of its model, which has {model.nq} "
            f"positions and {model.nv} velocities, and may have the time before them"
        )
    if not np.isfinite(demo.states).all() or not np.isfinite(demo.actions).all():
        raise DatasetError(f"{demo.name}: some numbers of its states or actions are not finite")
    start = int(timed)
    return _States(
        times=demo.states[:, 0] if timed else None,
        qpos=demo.states[:, start : start + model.nq],
        qvel=demo.states[:, start + model.nq : start + moved],
    )


def _steps(times: Array | None, timestep: float) -> int | None:
    """Steps of the simulation that each action lasts; None where times do not say."""
    if times is None or len(times) < 2:
        return None
    lasts: Array = np.diff(times) / timestep
    steps = round(min(max(float(lasts[0]), 0.0), 1e5))
    return steps if steps > 0 and np.abs(lasts - steps).max() < 1e-3 else None


def _replayed(model: mujoco.MjModel, demo: StoredDemo, states: _States, steps: int) -> DemoCheck:
    data = mujoco.MjData(model)
    _set(model, data, states, 0)
    worst, where = 0.0, 0
    for row in range(len(states.qpos) - 1):
        data.ctrl[:] = demo.actions[row]
        mujoco.mj_step(model, data, steps)
        error = float(np.abs(data.qpos - states.qpos[row + 1]).max())
        if not error <= worst:  # also where it is not a number
            worst, where = error, row
    holds = worst <= TOLERANCE
    amiss = "" if holds else f"the state after action {where} is {worst:.3g} off the one stored"
    return DemoCheck(demo.name, "controls", holds, worst, amiss)


def _set(model: mujoco.MjModel, data: mujoco.MjData, states: _States, row: int) -> None:
    """Bring the simulation into a stored state, as robomimic does."""
    data.time = 0.0 if states.times is None else states.times[row]
    data.qpos[:] = states.qpos[row]
    data.qvel[:] = states.qvel[row]
    mujoco.mj_forward(model, data)


def _amiss(model: mujoco.MjModel, states: _States) -> str:
    """The first thing that is wrong with a demonstration's states; empty where nothing is."""
    found = _quaternions(model, states.qpos) or _limits(model, states.qpos)
    if found:
        return found
    if states.times is not None:
        pace = np.diff(states.times)
        if len(pace) and pace.min() <= 0:
            return f"time does not go on after state {int(pace.argmin())}"
        found = _jumps(model, states, pace)
        if found:
            return found
    data = mujoco.MjData(model)
    for row in range(len(states.qpos)):
        _set(model, data, states, row)
        depth = -float(data.contact.dist.min()) if data.ncon else 0.0
        if depth > DEEPEST:
            return f"things penetrate each other by {depth:.3g} m in state {row}"
        if not np.isfinite(data.qacc).all():
            return f"MuJoCo finds no accelerations in state {row}"
    return ""


def _quaternions(model: mujoco.MjModel, qpos: Array) -> str:
    for joint in range(model.njnt):
        kind, start = mujoco.mjtJoint(int(model.jnt_type[joint])), int(model.jnt_qposadr[joint])
        if kind == mujoco.mjtJoint.mjJNT_FREE:
            start += 3
        elif kind != mujoco.mjtJoint.mjJNT_BALL:
            continue
        off = np.abs(np.linalg.norm(qpos[:, start : start + 4], axis=1) - 1)
        if off.max() > UNIT:
            return f"{_name(model, joint)} has no unit quaternion in state {int(off.argmax())}"
    return ""


def _name(model: mujoco.MjModel, joint: int) -> str:
    name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, joint)
    return f"joint {name!r}" if name else f"joint {joint}"


def _limits(model: mujoco.MjModel, qpos: Array) -> str:
    straight = (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)
    for joint in range(model.njnt):
        kind = mujoco.mjtJoint(int(model.jnt_type[joint]))
        if not model.jnt_limited[joint] or kind not in straight:
            continue
        low, high = model.jnt_range[joint]
        values = qpos[:, int(model.jnt_qposadr[joint])]
        off = np.maximum(low - values, values - high)
        if off.max() > BEYOND:
            row = int(off.argmax())
            return f"{_name(model, joint)} is {off.max():.3g} beyond its range in state {row}"
    return ""


def _jumps(model: mujoco.MjModel, states: _States, pace: Array) -> str:
    """Where something goes further in a step than its speed before and after it lets it."""
    moved = np.zeros(model.nv)
    for row, seconds in enumerate(pace):
        mujoco.mj_differentiatePos(model, moved, 1.0, states.qpos[row], states.qpos[row + 1])
        speed = np.maximum(np.abs(states.qvel[row]), np.abs(states.qvel[row + 1]))
        over = np.abs(moved) - speed * seconds
        if over.max() > JUMP:
            name = _name(model, int(model.dof_jntid[over.argmax()]))
            return (
                f"{name} goes {over.max():.3g} further from state {row} to the next than its "
                "speed lets it"
            )
    return ""
