"""Pick and place: search over grasps and placements together, then carry out and verify.

A grasp only counts when some placement can be reached with it. What is chosen is carried out
in closed loop: the object's pose in the hand is measured after lifting, and the placement is
planned again with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation, inverse
from ...schemas import Cause, Failure, PlanningError
from ..grasping.grasps import held_opening
from ..motion.blocking import BlockedError, blocked, counted, mostly, obstacles
from ..motion.collision import PRESS_DEPTH, Held
from ..motion.manipulator import CAREFUL, LADEN, SLOW, Manipulator
from ..physics.predicates import PhysicsFacts
from ..sampling.placements import UP, Placement, placements
from .picking import (
    CONFIGURATIONS,
    NOISE,
    Grasp,
    candidates,
    pick,
    reachable_grasp,
    release_opening,
    tried,
    verify_held,
)

MAX_PLACEMENTS = 24
PICKS = (NOISE, NOISE[1:], NOISE[2:])
"""Rounds in which grasps are looked for, each time that a thing is taken: where it lies in the
hand so that it cannot be put down, it is put back and taken otherwise."""
MAX_CARRIAGES = 4
"""Placements to which a path is looked for."""
LEVEL = 0.5
"""Cosine of the steepest way that still leads in from the front."""
LEANS = (0.0, None, 0.25, -0.25)
"""Between the hand and the way in from the front, tried in turn, radians; None is any."""
CARRY = 0.65
"""Share of the joints' limits at which objects are carried."""
BACK_OFF = 0.09
"""How far the hand leaves what it let go of, metres; out of a cupboard, farther."""
PLAIN = "plain"
"""Of a key in `Manipulator.avoid`, before thing and target: the plain place had no effect."""


@dataclass(frozen=True)
class ReachedPlacement:
    """A placement that can be reached, with the paths that carry it out."""

    placement: Placement
    before: Array
    path: list[Array]
    held: Held


def _let_go(arm: Manipulator, thing: str, target: str, placement: Placement) -> None:
    """Nothing is done before the hand lets go."""
    del arm, thing, target, placement


@dataclass(frozen=True)
class PlacementStrategy:
    """A special way to put something down.

    Attributes:
        options: where an object can go, the best first.
        finish: what is done there before the hand lets go.
    """

    options: Callable[[Manipulator, str, str], list[Placement]]
    finish: Callable[[Manipulator, str, str, Placement], None] = _let_go


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
        options = [drop.placement, *_options(arm, relation, thing, target, manner)]
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


def choose(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    rounds: tuple[float, ...] = NOISE,
    manner: PlacementStrategy | None = None,
) -> tuple[Grasp, ReachedPlacement]:
    """The first grasp, in order of score with some noise, from which a placement is reached.

    Args:
        arm: the robot at work.
        relation: ontop, inside, or nextto.
        thing: what to move.
        target: where to.
        rounds: noise on the grasps' scores, round by round.
        manner: how to put it down, where that is special.

    Raises:
        PlanningError: where there is none; every rejection is in the trace.
    """
    arm.sync_planning_scene()
    options = _options(arm, relation, thing, target, manner)
    if not options:
        raise PlanningError(Cause.NO_ROOM, f"no room for {thing}: {relation} {target}")
    errors: list[PlanningError] = []
    level = bool(abs(options[0].out[2]) < 0.5)
    ways = (
        (way, bent)
        for noise, bent in _rounds(arm, rounds)
        for way in candidates(arm, thing, noise, level)
    )
    for number, ((pose, width, kind), bent) in enumerate(ways):
        subject = f"grasp {number} of {thing}"
        try:
            with arm.arm.bending(bent):
                grasp = reachable_grasp(arm, thing, target, pose, width)
                drop = next(_drops(arm, options, grasp))
            arm.sync_planning_scene()
            path = arm.planner.connect(arm.q, grasp.before, grasp.opening, arm.rng)
        except PlanningError as error:
            if bent:
                errors.append(error)
            arm.note(tried("grasp", "reject", subject, pose, str(error)))
            continue
        arm.note(tried("grasp", "choose", subject, pose, kind))
        return replace(grasp, path=path), drop
    refused = Counter(error.cause for error in errors)
    detail = f"no grasp of {thing} works for {relation} {target}: {counted(refused)}"
    raise BlockedError(mostly(Cause.NO_GRASP, refused), detail, obstacles(errors))


def _rounds(arm: Manipulator, rounds: tuple[float, ...]) -> list[tuple[float, bool]]:
    """Noise on the grasps' scores, round by round, and whether the arm may bend otherwise."""
    kept = [] if arm.arm.posture is None else [(rounds[0], False)]
    return [*kept, *((noise, True) for noise in rounds)]


def _options(
    arm: Manipulator, relation: str, thing: str, target: str, manner: PlacementStrategy | None
) -> list[Placement]:
    """Where an object can go, what this attempt prefers first."""
    data, compiled = arm.executor.data, arm.compiled
    if manner is not None:
        return manner.options(arm, thing, target)
    plain = arm.habits.plain_places and takes_one(arm, relation, thing, target)
    found = placements(compiled, data, relation, thing, target, MAX_PLACEMENTS, arm.rng, plain)
    if arm.variety is None:
        return found
    low, high = PhysicsFacts(compiled, data).box(target)
    return arm.variety.placements(thing, found, (low + high) / 2)


def takes_one(arm: Manipulator, relation: str, thing: str, target: str) -> bool:
    """Whether the middle of a target is free for a thing, and no other one needs room there."""
    if target == arm.compiled.scene.support or relation == "nextto":
        return True
    if (PLAIN, thing, target) in arm.avoid or target in arm.shared:
        return False
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    others = (name for name in arm.compiled.objects if name not in (thing, target))
    return not any(facts.holds(relation, (other, target)) for other in others)


def _turned(options: list[Placement], object_from_tool: Array, half: Array) -> Iterator[Placement]:
    """Placements, most that are entered from the front turned as the hand is best led in.

    Args:
        options: to be turned.
        object_from_tool: (4, 4).
        half: (3,) half extents of the object, metres: turned, it looks out no farther.
    """
    for number, placement in enumerate(options):
        lean = LEANS[number % len(LEANS)]
        ahead = (placement.pose @ object_from_tool)[:2, 2]
        into = -placement.out[:2]
        if (
            not placement.turnable
            or lean is None
            or min(np.linalg.norm(into), np.linalg.norm(ahead)) < LEVEL
        ):
            yield placement
            continue
        angle = float(np.arctan2(ahead[0] * into[1] - ahead[1] * into[0], ahead @ into))
        pose = placement.pose.copy()
        pose[:3, :3] = axis_rotation(UP, angle + lean) @ pose[:3, :3]
        longer = np.abs(placement.out @ pose[:3, :3]) @ half
        longer -= np.abs(placement.out @ placement.pose[:3, :3]) @ half
        pose[:3, 3] -= placement.out * max(0.0, float(longer))
        yield replace(placement, pose=pose)


def _ahead(
    arm: Manipulator, options: Iterator[Placement], object_from_tool: Array
) -> Iterator[Placement]:
    """Placements; those that may be turned with the hand as at home, where that is a habit."""
    for placement in options:
        if not (placement.free and arm.habits.plain_places):
            yield placement
            continue
        turn = arm.facing.turn(placement.pose @ object_from_tool)
        pose = placement.pose.copy()
        pose[:3, :3] = axis_rotation(UP, turn) @ pose[:3, :3]
        yield replace(placement, pose=pose)


def _drops(arm: Manipulator, options: list[Placement], grasp: Grasp) -> Iterator[ReachedPlacement]:
    """The placements that can be reached with the object held as it is.

    Raises:
        PlanningError: `placement_...` after the last one, with the reasons counted.
    """
    errors: list[PlanningError] = []
    opening = held_opening(grasp.width, arm.compiled.robot.spec)
    arm.world.update(arm.executor.data, grasp.held)
    touch = frozenset({grasp.held.name})
    object_from_tool = inverse(grasp.held.tool_from_object)
    half = np.array(arm.compiled.asset_of(grasp.held.name).extents) / 2
    for placement in _ahead(arm, _turned(options, object_from_tool, half), object_from_tool):
        pose = placement.pose @ object_from_tool
        above = pose.copy()
        above[:3, 3] += placement.out * placement.travel
        found = arm.arm.distinct(above, grasp.exit[-1], CONFIGURATIONS)
        if not found:
            errors.append(PlanningError(Cause.UNREACHABLE, "out of reach"))
            continue
        hit = arm.world.check_hand_collision(pose, opening, touch, depth=PRESS_DEPTH)
        if hit is not None:
            errors.append(blocked("put down, it would hit", hit))
            continue
        for q in found:
            hit = arm.world.check_collision(q, opening)
            if hit is not None:
                errors.append(blocked("before it hits", hit))
                continue
            try:
                path = arm.plan_cartesian(q, pose, opening, touch, depth=PRESS_DEPTH)
            except PlanningError as error:
                errors.append(error)
            else:
                yield ReachedPlacement(placement, q, path, grasp.held)
    refused = Counter(error.cause for error in errors) or Counter([Failure(Cause.NO_CANDIDATE)])
    told = ", ".join(f"{text} x{count}" for text, count in Counter(map(str, errors)).most_common())
    detail = f"{len(options)} placements: {told}"
    raise BlockedError(mostly(Cause.PLACEMENT, refused), detail, obstacles(errors))


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
                for drop in islice(_drops(arm, options, grasp), MAX_CARRIAGES):
                    try:
                        return drop, arm.planner.connect(arm.q, drop.before, opening, arm.rng)
                    except PlanningError as error:
                        failed = error
        except BlockedError as error:
            failed = error
    raise failed
