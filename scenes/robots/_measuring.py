"""What a robot file leaves open, measured on the model: the gripper's openings, the tool point."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import RobotFile
from ..core.geometry import inverse, transform, vec3

OPENING_STEPS = 9
"""Openings of the gripper that are measured between together and apart."""
MIDDLE = 0.04
"""The tool point is where the fingertips are at this opening, metres."""


def measured(file: RobotFile, model: Any) -> tuple[tuple[float, ...], tuple[float, float, float]]:
    """Openings at equal steps of the finger joints, and the tool point in the hand's frame."""
    data = mujoco.MjData(model)
    hand = model.body(file.hand).id
    middles: list[Any] = []
    openings: list[float] = []
    for share in np.linspace(0.0, 1.0, OPENING_STEPS):
        for name, (together, apart) in file.gripper.joints.items():
            data.qpos[model.joint(name).qposadr[0]] = together + share * (apart - together)
        mujoco.mj_kinematics(model, data)
        hand_from_world = inverse(transform(data.xpos[hand], data.xmat[hand].reshape(3, 3)))
        spans = [_span(model, data, hand_from_world, pad) for pad in file.gripper.pads]
        (low, high) = sorted(spans, key=lambda span: float(span[0][1] + span[1][1]))
        openings.append(float(high[0][1] - low[1][1]))
        middles.append(np.mean([np.mean(span, axis=0) for span in spans], axis=0))
    shut = max(0.0, openings[0])
    rising = (shut, *(max(x, shut + 1e-4 * i) for i, x in enumerate(openings[1:], start=1)))
    shares = np.interp(MIDDLE, rising, range(OPENING_STEPS))
    tool = np.array(
        [np.interp(shares, range(OPENING_STEPS), [m[axis] for m in middles]) for axis in range(3)]
    )
    tool[np.abs(tool) < 1e-4] = 0.0
    return rising, vec3(tool)


def _span(model: Any, data: Any, hand_from_world: Any, pad: str) -> tuple[Any, Any]:
    """Bounds of a pad in the hand's frame: least and greatest corner, (3,) each."""
    points: list[Any] = []
    body = model.body(pad)
    for geom in range(body.geomadr[0], body.geomadr[0] + body.geomnum[0]):
        centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
        frame = transform(data.geom_xpos[geom], data.geom_xmat[geom].reshape(3, 3))
        for signs in np.ndindex(2, 2, 2):
            corner = centre + half * (2 * np.array(signs) - 1)
            points.append((hand_from_world @ frame @ np.array([*corner, 1.0]))[:3])
    return np.min(points, axis=0), np.max(points, axis=0)
