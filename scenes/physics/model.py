"""Applies a scene's physics to its MuJoCo model before that is compiled."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import mujoco
import numpy as np

from ...schemas import RobotSpec, Scene
from ...schemas.physics import (
    DAMPING,
    FRICTION,
    GAINS,
    GRAVITY,
    JOINT_FRICTION,
    LATENCY,
    MASS,
    OBJECT_FRICTION,
    ROBOT_DAMPING,
    STIFFNESS,
    PhysicsPath,
    path_of,
)

OWN_PRIORITY = 2
"""Of geoms whose own friction counts whatever they touch: above that of the fingers' pads."""
PADS = "_pad"
"""Ends the names of the fingers' pads."""


def apply_physics(spec: Any, scene: Scene, robot: RobotSpec | None, prefix: str) -> None:
    """Change a `mujoco.MjSpec` with collision geometry as the scene's values say, in place.

    Sizes are in the scene's assets already, and noise is added when actions are carried out and
    observations are made.

    Args:
        spec: of the whole scene.
        scene: its values by path.
        robot: whose servos change; None where there is none.
        prefix: of the robot's names in the model.
    """
    values = scene.physics
    if GRAVITY.pattern in values:
        spec.option.gravity = [0.0, 0.0, -values[GRAVITY.pattern]]
    for path, value in values.items():
        found = path_of(path)
        match = None if found is None else found.match(path)
        if found in _OF_OBJECTS and match is not None:
            _OF_OBJECTS[found](spec, match["name"], value)
    factor = values.get(FRICTION.pattern, 1.0)
    if factor != 1:
        for geom in spec.geoms:
            geom.friction[0] *= factor
    if robot is not None:
        _servos(spec, robot, prefix, values)


def _mass(spec: Any, name: str, factor: float) -> None:
    for body in _bodies(spec, name):
        body.mass *= factor
        body.fullinertia = np.asarray(body.fullinertia) * factor


def _friction(spec: Any, name: str, factor: float) -> None:
    """Its geoms go before all others, so they take on the pads' firm hold as well.

    Pairs of geoms of their own would be exact, but they ignore what planners mask.
    """
    pads = [geom for geom in spec.geoms if geom.name.endswith(PADS)]
    for body in _bodies(spec, name):
        for geom in body.geoms:
            geom.friction[0] *= factor
            if geom.priority < OWN_PRIORITY and pads:
                geom.friction[1] = max(geom.friction[1], pads[0].friction[1])
                geom.condim = max(geom.condim, pads[0].condim)
                if geom.solref[0] > pads[0].solref[0]:
                    geom.solref = list(pads[0].solref)
            geom.priority = OWN_PRIORITY


def _damping(spec: Any, name: str, factor: float) -> None:
    for joint in _joints(spec, name):
        joint.damping = np.asarray(joint.damping) * factor


def _joint_friction(spec: Any, name: str, factor: float) -> None:
    for joint in _joints(spec, name):
        joint.frictionloss *= factor


def _stiffness(spec: Any, name: str, value: float) -> None:
    for joint in _joints(spec, name):
        joint.stiffness = [value, 0.0, 0.0]


_OF_OBJECTS: dict[PhysicsPath | None, Callable[[Any, str, float], None]] = {
    MASS: _mass,
    OBJECT_FRICTION: _friction,
    DAMPING: _damping,
    JOINT_FRICTION: _joint_friction,
    STIFFNESS: _stiffness,
}


def _bodies(spec: Any, name: str) -> Iterator[Any]:
    """All bodies of an object, its root first."""
    return (b for b in spec.bodies if b.name == name or b.name.startswith(f"{name}/"))


def _joints(spec: Any, name: str) -> Iterator[Any]:
    """An object's own joints, without the one by which it is free."""
    return (
        joint
        for body in _bodies(spec, name)
        for joint in body.joints
        if joint.type != mujoco.mjtJoint.mjJNT_FREE
    )


def _servos(spec: Any, robot: RobotSpec, prefix: str, values: dict[str, float]) -> None:
    gains, damping = values.get(GAINS.pattern, 1.0), values.get(ROBOT_DAMPING.pattern, 1.0)
    if gains != 1 or damping != 1:
        for name in robot.joints:
            servo = spec.actuator(prefix + name)
            servo.gainprm[0] *= gains
            servo.biasprm[1] *= gains
            servo.biasprm[2] *= damping * math.sqrt(gains)
    steps = round(values.get(LATENCY.pattern, 0.0) / spec.option.timestep)
    if steps:
        for name in (*robot.joints, *robot.gripper.drives):
            servo = spec.actuator(prefix + name)
            servo.delay, servo.nsample = steps * spec.option.timestep, steps + 1
