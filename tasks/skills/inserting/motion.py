"""Inserting: lower an upright peg into a hole that is barely wider, by feel.

Over the hole, and while it goes in, the peg's place is measured and the tool corrected. Where
the peg does not sink any more, it is lifted a little and tried beside, along a spiral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....scenes.core.geometry import Array, axis_rotation, inverse, transform
from ....scenes.layout.clearance import footprint_radius
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Asset, Cause, Cavity
from ...motion.kinematics import line
from ...motion.manipulator import SLOW, Manipulator
from ...physics.execution import SkillFailedError
from ...sampling.placements import Placement

HOVER = 0.008
"""Between a peg's end and the brim before it goes in, metres."""
TRAVEL = 0.06
"""Straight way down to there, metres."""
OPTIONS = 16
"""Poses offered."""
UPRIGHT = 0.98
"""Least cosine between a peg's axis, or a hole's, and the vertical."""
LOOSEST = 0.004
"""Free space beside a peg above which it would rather be dropped, metres."""
STEP = 0.004
"""By which a peg is lowered at a time, metres."""
SUNK = 0.3
"""Share of a step that a peg must sink to count as free."""
ENTERED = 0.004
"""Depth from which the hole itself guides the peg, metres."""
ENOUGH = 0.6
"""Share of a hole's depth from which a peg falls the rest of the way, once it is let go."""
SEARCHES = 24
SPIRAL = 0.0004
"""Between the turns of the spiral that is searched, metres."""
LIFT = 0.003
"""By which a stuck peg is raised, metres."""
GROUND = 0.003
"""From the floor of a hole at which a peg may be let go, metres."""
CENTRED = 0.0004
"""Distance from the hole's axis at which a peg may be lowered, metres."""
ALIGNMENTS = 6
LEVEL = 1e-6
"""Sine of a tilt that is not worth turning back."""


@dataclass(frozen=True)
class Hole:
    """A snug cavity in the world: the middle of its brim, its axis (up), and its depth."""

    brim: Array
    up: Array
    depth: float


def fits(peg: Asset, cavity: Cavity) -> bool:
    """Whether an upright peg goes into a snug hole, with its middle below the brim."""
    if not cavity.snug or not cavity.round or peg.extents[2] > 4 * cavity.half_size[2]:
        return False
    play = cavity.half_size[0] - footprint_radius(peg)
    return 0.0 < play <= LOOSEST


def insertions(arm: Manipulator, thing: str, target: str) -> list[Placement]:
    """Poses of a peg just above the holes of a target, in random order.

    Args:
        arm: the robot at work.
        thing: what is held, or will be.
        target: what it goes to.
    """
    compiled, data = arm.compiled, arm.executor.data
    body = compiled.objects[thing].body
    turn = data.xmat[body].reshape(3, 3)
    found: list[Placement] = []
    holes = _holes(compiled, data, thing, target)
    if turn[2, 2] < UPRIGHT or not holes:
        return found
    for _ in range(OPTIONS):
        hole = holes[int(arm.rng.integers(len(holes)))]
        yaw = axis_rotation([0, 0, 1], float(arm.rng.uniform(-np.pi, np.pi)))
        pose = transform(hole.brim + hole.up * HOVER, yaw @ turn)
        found.append(Placement(pose, hole.up, TRAVEL))
    return found


def lower(arm: Manipulator, thing: str, target: str, placement: Placement) -> None:
    """Lower the peg in the hand into the hole below it.

    Raises:
        SkillFailedError: `insertion_stuck`; it stands on the rim, or jams.
    """
    holes = _holes(arm.compiled, arm.executor.data, thing, target)
    hole = min(holes, key=lambda x: float(np.linalg.norm(x.brim - placement.pose[:3, 3])))
    for _ in range(ALIGNMENTS):
        _servo(arm, thing, hole.brim + hole.up * HOVER, hole.up)
        if np.linalg.norm(_beside(arm, thing, hole)) < CENTRED:
            break
    searched = 0
    while (height := _height(arm, thing, hole)) > GROUND - hole.depth:
        aside = np.zeros(3) if height < -ENTERED else _spiral(searched, hole)
        _servo(arm, thing, hole.brim + aside + hole.up * (height - STEP), hole.up)
        if height - _height(arm, thing, hole) > SUNK * STEP:
            continue
        if -height > ENOUGH * hole.depth:
            return
        if searched >= SEARCHES:
            raise SkillFailedError(
                Cause.INSERTION_STUCK, f"{thing} stands {height * 1000:.0f} mm above the brim"
            )
        searched += 1
        _servo(arm, thing, hole.brim + aside + hole.up * (height + LIFT), hole.up)


def _holes(compiled: CompiledScene, data: Any, thing: str, target: str) -> list[Hole]:
    """The upright holes of a target that a peg fits."""
    peg, asset = compiled.asset_of(thing), compiled.asset_of(target)
    found: list[Hole] = []
    for cavity in asset.cavities:
        body = compiled.objects[target].bodies[cavity.link]
        turn = data.xmat[body].reshape(3, 3)
        if fits(peg, cavity) and turn[2, 2] > UPRIGHT:
            x, y, z = cavity.centre
            brim = data.xpos[body] + turn @ np.array([x, y, z + cavity.half_size[2]])
            found.append(Hole(brim, turn[:, 2].copy(), 2 * cavity.half_size[2]))
    return found


def _pose(arm: Manipulator, thing: str) -> Array:
    """Measured `world_from_object` (4, 4)."""
    arm.executor.refresh()
    data, body = arm.executor.data, arm.compiled.objects[thing].body
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))


def _height(arm: Manipulator, thing: str, hole: Hole) -> float:
    """Of the peg's lower end above the brim, metres."""
    return float((_pose(arm, thing)[:3, 3] - hole.brim) @ hole.up)


def _beside(arm: Manipulator, thing: str, hole: Hole) -> Array:
    """Offset (3,) of the peg's lower end from the hole's axis, metres."""
    offset = _pose(arm, thing)[:3, 3] - hole.brim
    aside: Array = offset - (offset @ hole.up) * hole.up
    return aside


def _spiral(number: int, hole: Hole) -> Array:
    """The point (3,) of that number on a spiral about the hole's axis, metres from it."""
    if number == 0:
        return np.zeros(3)
    angle = 2.4 * number
    side = np.cross(hole.up, [0.0, 1.0, 0.0])
    point: Array = axis_rotation(hole.up, angle) @ side * SPIRAL * np.sqrt(number)
    return point


def _servo(arm: Manipulator, thing: str, end: Array, up: Array) -> None:
    """Bring the peg's lower end to a point and its axis upright, as far as it goes.

    Raises:
        SkillFailedError: the arm cannot follow.
    """
    measured = _pose(arm, thing)
    axis = np.cross(measured[:3, 2], up)
    sine = float(np.linalg.norm(axis))
    turn = (
        axis_rotation(axis / sine, float(np.arcsin(min(1.0, sine)))) if sine > 1e-6 else np.eye(3)
    )
    wanted = transform(end, turn @ measured[:3, :3])
    current = arm.arm.forward(arm.q)
    goal = wanted @ inverse(measured) @ current
    path = arm.arm.cartesian_path(arm.q, line(current, goal))
    if path is None:
        raise SkillFailedError(
            Cause.INSERTION_STUCK, f"the arm cannot follow {thing} into its hole"
        )
    arm.execute([arm.q, *path], 0.0, SLOW)
