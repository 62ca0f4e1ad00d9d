"""A grasp and a placement that go together: what picking and placing looks for first.

Grasps are looked at in the order of their scores. What is to be learned from is chosen by more:
a grasp with which the arm stays in its upright plane, and the thing need not fall, is better than
one that scores a little higher and bends the arm aside. So the search goes on until no grasp that
is left can be better than the best way found (best first, with the scores as bounds).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation, inverse
from ...schemas import Cause, Failure, PlanningError
from ..grasping.hand import held_opening
from ..motion.blocking import BlockedError, blocked, counted, mostly, obstacles
from ..motion.collision import PRESS_DEPTH, Held
from ..motion.manipulator import Manipulator
from ..physics.predicates import PhysicsFacts
from ..sampling.placements import RELEASE_HEIGHT, UP, Placement, placements
from .candidates import NOISE, Candidate, candidates
from .picking import CONFIGURATIONS, Grasp, reachable_grasp, tried

MAX_PLACEMENTS = 24
LEVEL = 0.5
"""Cosine of the steepest way that still leads in from the front."""
LEANS = (0.0, None, 0.25, -0.25)
"""Between the hand and the way in from the front, tried in turn, radians; None is any."""
PLAIN = "plain"
"""Of a key in `Manipulator.avoid`, before thing and target: the plain place had no effect."""
ASIDE, FALL = 1.0, 2.0
"""Of how far the arm is bent aside where it takes a thing and where it lets go, per radian, and
of how far the thing falls, per metre, against a grasp's score."""
LOOKED = 12
"""Candidates that are looked at for something better than the best way found."""


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


@dataclass(frozen=True, order=True)
class _Way:
    """A grasp from which a placement is reached, in the order of costs."""

    cost: float
    number: int
    candidate: Candidate = field(compare=False)
    grasp: Grasp = field(compare=False)
    drop: ReachedPlacement = field(compare=False)


def choose(
    arm: Manipulator,
    relation: str,
    thing: str,
    target: str,
    rounds: tuple[float, ...] = NOISE,
    manner: PlacementStrategy | None = None,
) -> tuple[Grasp, ReachedPlacement]:
    """A grasp from which a placement is reached, of those that were looked at the cheapest.

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
    options = options_of(arm, relation, thing, target, manner)
    if not options:
        raise PlanningError(Cause.NO_ROOM, f"no room for {thing}: {relation} {target}")
    errors: list[PlanningError] = []
    numbers = count()
    for noise, bent in _rounds(arm, rounds):
        with arm.arm.bending(bent):
            for way in _ways(arm, thing, target, options, noise, numbers, errors):
                arm.sync_planning_scene()
                subject, candidate = f"grasp {way.number} of {thing}", way.candidate
                try:
                    path = arm.planner.connect(arm.q, way.grasp.before, way.grasp.opening, arm.rng)
                except PlanningError as error:
                    errors.append(error)
                    arm.note(tried("grasp", "reject", subject, candidate.pose, str(error)))
                    continue
                arm.note(tried("grasp", "choose", subject, candidate.pose, candidate.kind))
                return replace(way.grasp, path=path), way.drop
        if not bent:
            errors.clear()
    refused = Counter(error.cause for error in errors)
    detail = f"no grasp of {thing} works for {relation} {target}: {counted(refused)}"
    raise BlockedError(mostly(Cause.NO_GRASP, refused), detail, obstacles(errors))


def _ways(
    arm: Manipulator,
    thing: str,
    target: str,
    options: list[Placement],
    noise: float,
    numbers: Iterator[int],
    errors: list[PlanningError],
) -> Iterator[_Way]:
    """Grasps of a round from which a placement is reached, the cheapest first; see the module.

    Why the others are none is added to `errors`, and noted.
    """
    found: list[_Way] = []
    looked = 0
    level = bool(abs(options[0].out[2]) < 0.5)
    for candidate in candidates(arm, thing, noise, level):
        while found and (found[0].cost <= candidate.cost or looked >= LOOKED):
            yield heappop(found)
        looked = looked + 1 if found else 0
        number = next(numbers)
        try:
            grasp = reachable_grasp(arm, thing, target, candidate.pose, candidate.width)
            drop = next(drops(arm, options, grasp))
        except PlanningError as error:
            errors.append(error)
            subject = f"grasp {number} of {thing}"
            arm.note(tried("grasp", "reject", subject, candidate.pose, str(error)))
            continue
        cost = candidate.cost + _strain(arm, grasp, drop)
        heappush(found, _Way(cost, number, candidate, grasp, drop))
    while found:
        yield heappop(found)


def _strain(arm: Manipulator, grasp: Grasp, drop: ReachedPlacement) -> float:
    """What a way costs besides its grasp; nothing where attempts are to differ."""
    if arm.arm.posture is None or arm.arm.bent:
        return 0.0
    bent = sum(arm.arm.aside(path[-1]) for path in (grasp.approach, drop.path))
    return ASIDE * bent + FALL * max(0.0, drop.placement.fall - RELEASE_HEIGHT)


def _rounds(arm: Manipulator, rounds: tuple[float, ...]) -> list[tuple[float, bool]]:
    """Noise on the grasps' scores, round by round, and whether the arm may bend otherwise."""
    kept = [] if arm.arm.posture is None else [(rounds[0], False)]
    return [*kept, *((noise, True) for noise in rounds)]


def options_of(
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


def drops(arm: Manipulator, options: list[Placement], grasp: Grasp) -> Iterator[ReachedPlacement]:
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
