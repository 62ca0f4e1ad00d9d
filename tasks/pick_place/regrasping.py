"""Regrasping: what cannot be put where it goes as it can be grasped is put down and taken anew.

A place on the support is looked for at which some grasp goes together with some placement at
the target (Tournassoud et al., 1987). The step after it then finds such a pair.
"""

from __future__ import annotations

import copy
from collections.abc import Generator
from contextlib import contextmanager

from ...scenes.core.geometry import Array, quaternion
from ...schemas import Cause, PlanningError, TraceEvent
from ..motion.manipulator import Manipulator
from ..physics.predicates import PhysicsFacts
from ..sampling.placements import RELEASE_HEIGHT, UP, Placement
from ..symbolic.sentences import spoken
from .choosing import PlacementStrategy, choose
from .clearing import away_from

PLACES, FEW_PLACES = 10, 4
"""Places on the support at which the thing is imagined, and where only little time is given."""
ENOUGH = 2
"""Of them that suit, after which no further ones are looked at."""
DRAWS = (0.3, 0.8)
"""Noise on the grasps' scores: at each place a grasp is to be found under both."""
CLASHES = (Cause.PLACEMENT, Cause.COLLISION, Cause.UNREACHABLE)
"""What another grasp may avoid, where most grasps fail of it."""
INTO = {"ontop": "goes onto", "inside": "fits into", "nextto": "can stand next to"}


def regrasp(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    error: PlanningError,
    places: int,
) -> PlacementStrategy | None:
    """How to put a thing down on the support so that it can then be moved to its target.

    Args:
        arm: the robot at work, with an empty hand.
        relation: ontop, inside, or nextto: what is to hold of the thing and its target.
        thing: what cannot be moved there as it stands.
        target: where it goes.
        error: why it cannot.
        places: how many places to look at.

    Returns:
        None where no other grasp would help, or no place was found.
    """
    support = arm.compiled.scene.support
    if not _clashes(error) or support == target:
        return None
    arm.sync_planning_scene()
    suiting: list[Placement] = []
    for place in away_from((target,)).options(arm, thing, support)[:places]:
        with _imagined(arm, thing, place.pose):
            if _goes(arm, relation, thing, target):
                suiting.append(place)
        if len(suiting) >= ENOUGH:
            break
    arm.sync_planning_scene()
    subject = f"{thing} put down before it is {relation} {target}"
    values = (float(len(suiting)),)
    arm.note(TraceEvent(stage="placement", event="expand", subject=subject, values=values))
    if not suiting:
        return None

    def options(arm: Manipulator, thing: str, target: str) -> list[Placement]:
        del arm, thing, target
        return suiting

    return PlacementStrategy(options)


def _clashes(error: PlanningError) -> bool:
    """Whether there are grasps, and most fail of what another one may avoid."""
    grasps = error.cause.mostly
    return error.kind is Cause.NO_GRASP and grasps is not None and grasps.kind in CLASHES


def confined(arm: Manipulator, thing: str) -> bool:
    """Whether a thing is inside something, which leaves only some of its grasps free."""
    arm.sync_planning_scene()
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    return any(facts.holds("inside", (thing, x)) for x in arm.compiled.objects if x != thing)


def purpose(relation: str, thing: str, target: str) -> str:
    """The regrasp as a sentence."""
    return f"turn {spoken(thing)} round so that it {INTO[relation]} {spoken(target)}"


def _goes(arm: Manipulator, relation: str, thing: str, target: str) -> bool:
    """Whether the thing can be moved to its target from where it is imagined."""
    known, untraced = len(arm.trace), arm.untraced
    try:
        for noise in DRAWS:
            choose(arm, relation, thing, target, (noise,))
    except PlanningError:
        return False
    finally:
        # What is imagined only is not part of the search that led to the demonstration.
        del arm.trace[known:]
        arm.untraced = untraced
    return True


@contextmanager
def _imagined(arm: Manipulator, thing: str, pose: Array) -> Generator[None]:
    """The state with a thing put down at a pose (4, 4) of its release."""
    data = arm.executor.data
    arm.executor.data = copy.copy(data)
    address = arm.compiled.objects[thing].free_qpos
    if address is None:
        raise PlanningError(Cause.NO_GRASP, f"{thing} is fixed")
    stood = pose[:3, 3] - RELEASE_HEIGHT * UP
    arm.executor.data.qpos[address : address + 7] = [*stood, *quaternion(pose[:3, :3])]
    try:
        arm.sync_planning_scene()
        yield
    finally:
        arm.executor.data = data
