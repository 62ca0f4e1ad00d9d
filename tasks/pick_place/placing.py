"""Pick and place: search over grasps and placements together, then carry out and verify.

A grasp only counts when some placement can be reached with it. What is chosen is carried out
in closed loop: the object's pose in the hand is measured after lifting, and the placement is
planned again with it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from ...scenes.core.geometry import Array
from ...schemas import Cause, PlanningError
from ..motion.blocking import BlockedError
from ..motion.manipulator import CAREFUL, LADEN, SLOW, Manipulator
from ..sampling.placements import Placement
from .candidates import NOISE
from .choosing import PlacementStrategy, ReachedPlacement, choose, drops, options_of
from .picking import Grasp, pick, release_opening, tried, verify_held

PICKS = (NOISE, NOISE[1:], NOISE[2:])
"""Rounds in which grasps are looked for, each time that a thing is taken: where it lies in the
hand so that it cannot be put down, it is put back and taken otherwise."""
MAX_CARRIAGES = 4
"""Placements to which a path is looked for."""
CARRY = 0.65
"""Share of the joints' limits at which objects are carried."""
BACK_OFF = 0.09
"""How far the hand leaves what it let go of, metres; out of a cupboard, farther."""


def pick_and_place(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    manner: PlacementStrategy | None = None,
) -> None:
    """Move an object so that `relation(thing, target)` holds.

    Args:
        arm: the robot at work.
        relation: ontop, inside, or nextto; any other with a `manner`.
        thing: what to move.
        target: where to.
        manner: how to put it down, where that is special.

    Raises:
        PlanningError: no grasp, placement or path was found; the object is where it was.
        SkillFailedError: it was tried and failed in physics.
    """
    posture = arm.home if arm.habits.near_postures else None
    with arm.arm.keeping(posture):
        _pick_and_place(arm, relation, thing, target, manner)


def _pick_and_place(
    arm: Manipulator, relation: str, thing: str, target: str, manner: PlacementStrategy | None
) -> None:
    failed = PlanningError(Cause.NO_PATH, "no placement is left")
    for rounds in PICKS:
        arm.clear()
        grasp, drop = choose(arm, relation, thing, target, rounds, manner)
        grasp = pick(arm, thing, grasp)
        held = arm.held(thing)
        arm.sync_planning_scene(held)
        options = [drop.placement, *options_of(arm, relation, thing, target, manner)]
        try:
            drop, path = _carriage(arm, options, replace(grasp, exit=[arm.q], held=held))
        except PlanningError as error:
            failed = error
            _put_back(arm, grasp)
            continue
        _put_down(arm, f"{thing} {relation} {target}", drop, path)
        if manner is not None:
            manner.finish(arm, thing, target, drop.placement)
        opening = release_opening(arm, thing, grasp)
        arm.grip(opening)
        out = drop.placement.out
        arm.retreat(out, opening, max(BACK_OFF, drop.placement.travel))
        return
    raise failed


def _put_back(arm: Manipulator, grasp: Grasp) -> None:
    """Let go of what was lifted where it stood."""
    arm.execute(grasp.exit[::-1], 0.0, CAREFUL)
    opening = release_opening(arm, grasp.held.name, grasp)
    arm.grip(opening)
    arm.retreat(-grasp.pose[:3, 2], opening)


def _put_down(arm: Manipulator, subject: str, drop: ReachedPlacement, path: list[Array]) -> None:
    """Carry what is held to where it goes.

    Raises:
        SkillFailedError: `dropped`.
    """
    held = drop.held
    arm.note(tried("placement", "choose", subject, drop.placement.pose))

    def watch() -> None:
        verify_held(arm, held.name, held)

    arm.execute(path, 0.0, CARRY, LADEN, watch)
    watch()
    arm.execute(drop.path, 0.0, SLOW, watch=watch)
    verify_held(arm, held.name, held)


def _carriage(
    arm: Manipulator, options: list[Placement], grasp: Grasp
) -> tuple[ReachedPlacement, list[Array]]:
    """A placement that can be reached, and the path to where it begins."""
    failed = PlanningError(Cause.NO_PATH, "no placement is left")
    opening = arm.executor.opening
    for bent in (True,) if arm.arm.posture is None else (False, True):
        try:
            with arm.arm.bending(bent):
                for drop in islice(drops(arm, options, grasp), MAX_CARRIAGES):
                    try:
                        return drop, arm.planner.connect(arm.q, drop.before, opening, arm.rng)
                    except PlanningError as error:
                        failed = error
        except BlockedError as error:
            failed = error
    raise failed
