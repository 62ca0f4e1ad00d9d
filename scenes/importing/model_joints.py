"""Joints of models as ours: zero is closed, the limit is open, and what they control."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...schemas import AssetError, Joint
from ...schemas.base import Name
from ..core.geometry import Array, vec3

SWITCHES = frozenset(
    ("button", "dial", "faucet", "knob", "latch", "lever", "lock", "pedal", "switch", "tap")
)
OPENINGS = frozenset(
    ("cabinet", "cap", "cover", "door", "drawer", "flap", "hood", "lid", "tray", "window")
)
SMALL = 0.07
"""A part up to this size in metres, of a thing several times larger, is a switch."""
LARGER = 3.0
BALL, SLIDE = 1, 2
"""Types of joints in a compiled model."""
QUARTER = np.pi / 2
"""Range of a hinge that a file does not limit."""
DAMPING = {"slide": (1.0, 10.0), "hinge": (0.1, 2.0)}
"""Where a file gives none, and the most that is taken from one: N s/m, N m s."""
FRICTION = {"slide": (0.8, 4.0), "hinge": (0.08, 0.6)}
"""The same for dry friction: N, N m."""


@dataclass(frozen=True)
class RawJoint:
    """A joint in the model's frame, at its closed position.

    Attributes:
        name: of the joint, or of the body where it has none.
        kind: as in `Joint`.
        axis: unit vector, (3,), turned so that opening is positive.
        anchor: a point on the axis, (3,).
        travel: from closed to open, metres or radians.
        damping: 0 where the file gives none.
        friction: likewise.
        count: joints that its body has.
    """

    name: str
    kind: Literal["slide", "hinge"]
    axis: Array
    anchor: Array
    travel: float
    damping: float
    friction: float
    count: int


def _range(model: Any, joint: int) -> tuple[float, float]:
    """Of the joint's position; a hinge without limits gets a quarter turn.

    Raises:
        AssetError: for a ball joint, and a slide without limits.
    """
    if model.jnt_limited[joint] and int(model.jnt_type[joint]) != BALL:
        low, high = (float(value) for value in model.jnt_range[joint])
        return low, high
    kind, name = int(model.jnt_type[joint]), str(model.joint(joint).name)
    what = f"joint {name or str(model.body(model.jnt_bodyid[joint]).name)!r}"
    alone = int(model.body_jntnum[model.jnt_bodyid[joint]]) == 1  # else it is refused for that
    if alone and kind == BALL:
        raise AssetError(f"{what} is a ball joint, which cannot be imported: use a hinge")
    if alone and kind == SLIDE:
        raise AssetError(f"{what} slides without a range; give it one, in metres")
    rest = float(model.qpos0[model.jnt_qposadr[joint]])
    return rest, rest + QUARTER


def closed_value(model: Any, joint: int, reverse: Collection[str]) -> float:
    """The position at which a joint is closed.

    That is zero, or the end of its range nearest to zero; the far end for joints that are named
    in `reverse`, by themselves or by their bodies.
    """
    low, high = _range(model, joint)
    closed = float(np.clip(0.0, low, high))
    names = (str(model.joint(joint).name), str(model.body(model.jnt_bodyid[joint]).name))
    if any(name in reverse for name in names):
        return high if high - closed >= closed - low else low
    return closed


def read_joint(
    model: Any, data: Any, joints: list[int], body: str, reverse: Collection[str]
) -> RawJoint:
    """The first of a body's joints, after forward kinematics with all joints closed."""
    joint = joints[0]
    low, high = _range(model, joint)
    closed = closed_value(model, joint, reverse)
    upwards = high - closed >= closed - low
    sign = 1.0 if upwards else -1.0
    dof = int(model.jnt_dofadr[joint])
    return RawJoint(
        name=str(model.joint(joint).name) or body,
        kind="slide" if int(model.jnt_type[joint]) == 2 else "hinge",
        axis=sign * np.array(data.xaxis[joint]),
        anchor=np.array(data.xanchor[joint]),
        travel=high - closed if upwards else closed - low,
        damping=float(model.dof_damping[dof]),
        friction=float(model.dof_frictionloss[dof]),
        count=len(joints),
    )


def joint_of(raw: RawJoint, name: Name, controls: Literal["opening", "switch"]) -> Joint:
    """Our joint, in a link's frame that has its origin at the anchor and the asset's axes."""
    return Joint(
        name=name,
        kind=raw.kind,
        axis=vec3(np.round(raw.axis, 6) + 0.0),
        limits=(0.0, float(np.round(raw.travel, 5))),
        damping=_sane(raw.damping, *DAMPING[raw.kind]),
        friction=_sane(raw.friction, *FRICTION[raw.kind]),
        controls=controls,
    )


def controls_of(names: tuple[str, ...], size: float, whole: float) -> Literal["opening", "switch"]:
    """The purpose of a joint, by the words in its names, else by the size of what it moves.

    Args:
        names: of the joint, its part, and the thing, the most telling first.
        size: largest extent of the part, metres.
        whole: largest extent of the thing, metres.
    """
    for name in names:
        words = {word.rstrip("s") for word in re.findall(r"[a-z]+", _spaced(name).lower())}
        if words & SWITCHES:
            return "switch"
        if words & OPENINGS:
            return "opening"
    return "switch" if size <= SMALL and size * LARGER <= whole else "opening"


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _sane(value: float, default: float, most: float) -> float:
    return round(min(value, most) if value > 0 else default, 4)
