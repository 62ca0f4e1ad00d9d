"""Pouring: tilt a vessel of grains over another, shake out what stays, and put it back.

What is left in the vessel is looked at while it is tilted, and after it stands again; how it
is tilted, `tilting` finds.
"""

from __future__ import annotations

import numpy as np

from ....schemas import Cause, PlanningError
from ...motion.manipulator import CAREFUL, SLOW, Manipulator
from ...physics.execution import SkillFailedError
from ...physics.predicates import PhysicsFacts
from ...pick_place.picking import pick
from .tilting import STEP, Pour, again, choose, mouth

SHAKE = 0.3
"""Radians by which a vessel is swung to and fro."""
SHAKES = 5
"""How often, while grains are left in it."""
ROUNDS = 2
"""How often it is taken and tilted, while grains are left in it."""
DRAIN_SECONDS = 0.6
"""How long it is held tilted."""
CARRIED = 0.4
POURED = 0.35
"""Shares of the joints' limits at which a vessel is carried and tilted."""


def pour(arm: Manipulator, source: str, target: str, grains: frozenset[str]) -> None:
    """Pour grains from a vessel into another and put the vessel back.

    Raises:
        PlanningError: no way to do it was found; nothing was moved yet.
        SkillFailedError: it was tried and failed in physics: `spilled`, `not_poured`, or the
            grasp failed.
    """
    for _ in range(ROUNDS):
        arm.world.loose = grains
        try:
            arm.clear()
            way = choose(arm, source, target)
            pick(arm, source, way.grasp)
            _empty(arm, way, source, target, grains)
        finally:
            arm.world.loose = frozenset()
        arm.await_rest()
        if not _left(arm, source, grains):
            break
    _verify(arm, source, target, grains)


def _empty(arm: Manipulator, way: Pour, source: str, target: str, grains: frozenset[str]) -> None:
    """With the vessel in the hand: over, tilt, shake, and back to where it stood.

    Raises:
        SkillFailedError: the arm cannot follow as the vessel lies in the hand now.
    """
    try:
        plan = again(arm, way, source, target)
    except PlanningError as error:
        _put_back(arm, way)
        raise SkillFailedError(Cause.VESSEL_TURNED, f"{source}: {error}") from error
    finally:
        arm.world.upright = None
    arm.execute(plan.over, 0.0, CARRIED)
    arm.execute(plan.pour, 0.0, POURED)
    arm.executor.hold(DRAIN_SECONDS)
    swing = plan.pour[-1 - round(SHAKE / STEP) :]
    for _ in range(SHAKES):
        if not _left(arm, source, grains):
            break
        arm.execute([*swing[::-1], *swing[1:]], 0.0, 1.0)
        arm.executor.hold(DRAIN_SECONDS / 2)
    arm.execute(plan.pour[::-1], 0.0, CAREFUL)
    arm.execute(plan.over[::-1], 0.0, CAREFUL)
    _put_back(arm, way)


def _left(arm: Manipulator, source: str, grains: frozenset[str]) -> list[str]:
    """The grains that are in the vessel, however it is tilted."""
    arm.executor.refresh()
    data, objects = arm.executor.data, arm.compiled.objects
    cup = arm.compiled.asset_of(source)
    hollow = mouth(cup)
    middle = np.zeros(2) if hollow is None else np.array(hollow.centre[:2])
    place, turn = data.xpos[objects[source].body], data.xmat[objects[source].body].reshape(3, 3)
    local = {grain: turn.T @ (data.xpos[objects[grain].body] - place) for grain in sorted(grains)}
    return [
        grain
        for grain, at in local.items()
        if 0.0 < at[2] < cup.extents[2]
        and np.linalg.norm(at[:2] - middle) < min(cup.extents[:2]) / 2
    ]


def _put_back(arm: Manipulator, way: Pour) -> None:
    """Down where it stood, let go, and leave."""
    arm.execute([arm.q, *way.grasp.exit[::-1]], 0.0, SLOW)
    arm.grip(way.grasp.opening)
    arm.retreat(-way.grasp.pose[:3, 2], way.grasp.opening)


def _verify(arm: Manipulator, source: str, target: str, grains: frozenset[str]) -> None:
    """Every grain is in the target.

    Raises:
        SkillFailedError: `not_poured` or `spilled`.
    """
    left = len(_left(arm, source, grains))
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    inside = sum(facts.holds("inside", (grain, target)) for grain in grains)
    if left:
        raise SkillFailedError(Cause.NOT_POURED, f"{left} of {len(grains)} stayed in {source}")
    if inside < len(grains):
        raise SkillFailedError(Cause.SPILLED, f"{len(grains) - inside} are not in {target}")
