"""Hanging: poses in which a thing's loop is over a hook, and the way onto it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....scenes.core.geometry import Array, axis_rotation, inverse, transform
from ....scenes.layout.clearance import link_transform
from ....schemas import Asset, Hook, Loop
from ...motion.manipulator import Manipulator
from ...sampling.placements import Placement

PLAY = 0.0022
"""Free space that a hook needs around it in a loop, metres."""
ABOVE = 0.004
"""Between the loop and the hook before it is let go, metres."""
BEYOND = 0.032
"""How far a loop stands off the tip of a hook before it goes on, metres."""
OPTIONS = 60
"""Poses offered."""
FURTHEST = 0.02
"""Free height below what hangs, metres."""
SHARES = (0.6, 0.75)
"""Where a loop goes on a hook, from its root."""
ROLLS = (0.0, 0.35, -0.35, 0.7, -0.7)
"""Turns about the hook, radians."""


def fits(loop: Loop, hook: Hook) -> bool:
    """Whether the hook goes through the loop with room to steer."""
    return min(loop.half_size) >= hook.radius + PLAY


def hangs_free(thing: Asset, loop: Loop, target: Asset, hook: Hook) -> bool:
    """Whether a thing hangs clear of what the target stands on."""
    height = (link_transform(target, hook.link, {}) @ np.array([*hook.root, 1.0]))[2]
    centre = (link_transform(thing, loop.link, {}) @ np.array([*loop.centre, 1.0]))[:3]
    half = np.array([*thing.extents[:2], thing.extents[2]]) / 2
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    corners = signs * half + [0.0, 0.0, half[2]]
    reach = float(np.linalg.norm(corners - centre, axis=1).max())
    return float(height) > reach + FURTHEST


def hangings(arm: Manipulator, thing: str, target: str) -> list[Placement]:
    """Ways to hang an object on another's hooks, the plain ones first.

    Args:
        arm: the robot at work.
        thing: what is held, or will be.
        target: what it goes to.
    """
    compiled, data = arm.compiled, arm.executor.data
    found: list[tuple[float, Placement]] = []
    rack, asset = compiled.asset_of(target), compiled.asset_of(thing)
    for hook in rack.hooks:
        frame = _link_pose(data, compiled.objects[target].bodies[hook.link])
        root, tip = (frame[:3, :3] @ np.array(x) + frame[:3, 3] for x in (hook.root, hook.tip))
        for loop in asset.loops:
            if not fits(loop, hook):
                continue
            body = compiled.objects[thing].bodies
            link, whole = body[loop.link], body[asset.links[0].name]
            object_from_loop = inverse(_link_pose(data, whole)) @ _link_pose(data, link)
            for pose, travel, out, roll in _onto(loop, root, tip, hook.radius):
                placement = Placement(pose @ inverse(object_from_loop), out, travel)
                found.append((abs(roll) + float(arm.rng.uniform(0.0, 0.3)), placement))
    found.sort(key=lambda x: x[0])
    return [placement for _, placement in found[:OPTIONS]]


def _onto(
    loop: Loop, root: Array, tip: Array, radius: float
) -> list[tuple[Array, float, Array, float]]:
    """Poses `world_from_link` of a loop on a hook, with the travel and the way out."""
    length = float(np.linalg.norm(tip - root))
    out = (tip - root) / length
    up = np.array([0.0, 0.0, 1.0]) - out[2] * out
    up /= np.linalg.norm(up)
    axis, top = np.array(loop.axis), np.array(loop.up)
    local = np.stack([axis, np.cross(top, axis), top], axis=1)
    found: list[tuple[Array, float, Array, float]] = []
    for sign in (1.0, -1.0):
        for roll in ROLLS:
            raised = axis_rotation(out, roll) @ up
            along = sign * out
            world = np.stack([along, np.cross(raised, along), raised], axis=1)
            turn = world @ local.T
            low = raised * max(0.0, loop.half_size[1] - radius - ABOVE)
            for share in SHARES:
                centre = root + out * length * share - low
                pose = transform(centre - turn @ np.array(loop.centre), turn)
                found.append((pose, length * (1 - share) + BEYOND, out, roll))
    return found


def _link_pose(data: Any, body: int) -> Array:
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))
