"""Making way: what stands in the way of a step and can be moved is moved aside first."""

from __future__ import annotations

import re

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import Cause, PlanningError, Scene
from ..motion.blocking import BlockedError
from ..motion.manipulator import Manipulator
from ..motion.obstacles import ObstacleKind
from ..physics.predicates import PhysicsFacts
from ..sampling.placements import Placement, placements
from ..symbolic.sentences import spoken
from .choosing import PlacementStrategy

CLEARANCES = (0.11, 0.06, 0.02)
"""Around what way is made for, metres: room for the hand, or the most that there is."""
MAX_PLACES, TRIED_PLACES = 240, 36
"""Places looked at to put something aside, and how many of the best are tried."""
ROOMY = 0.04
"""Free space around a place beyond which more is no better, metres."""
TAKEN = 0.004
"""Free space below which a place counts as taken, metres."""
SMALL = 0.1
"""Metres: of two things in the way as often, one twice as long in `size + SMALL` counts half."""
LEAST_HITS = 2
"""Candidates that something must block before it is moved for them."""


def blockers(arm: Manipulator, error: PlanningError, wanted: tuple[str, ...]) -> list[str]:
    """Things to move out of the way, first what blocks much and is small, so cheap to move.

    Args:
        arm: the robot at work.
        error: why a step is impossible.
        wanted: what the step is about, which stays where it is.

    Returns:
        Graspable things that carry and hold nothing; empty where nothing of the kind is in
        the way.
    """
    if not isinstance(error, BlockedError):
        return []
    arm.sync_planning_scene()
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    found: dict[str, float] = {}
    for obstacle, count in error.by.most_common():
        name = obstacle.name
        if obstacle.kind is not ObstacleKind.OBJECT or count < LEAST_HITS or name in wanted:
            continue
        loaded = any(
            facts.holds(relation, (other, name))
            for other in arm.compiled.objects
            if other != name
            for relation in ("ontop", "inside")
        )
        if arm.compiled.asset_of(name).graspable and not loaded:
            found[name] = count / (max(arm.compiled.asset_of(name).extents) + SMALL)
    return sorted(found, key=lambda name: -found[name])


def away_from(names: tuple[str, ...]) -> PlacementStrategy:
    """Putting something down on the support with room for the hand around some objects."""

    def options(arm: Manipulator, thing: str, target: str) -> list[Placement]:
        data, compiled = arm.executor.data, arm.compiled
        found = placements(compiled, data, "ontop", thing, target, MAX_PLACES, arm.rng)
        facts = PhysicsFacts(compiled, data)
        others = [x for x in compiled.objects if x not in (thing, target, compiled.scene.support)]
        extents = np.array(compiled.asset_of(thing).extents)
        free = {id(x): _free_space(facts, x.pose, extents, others) for x in found}
        found = sorted(found, key=lambda x: -min(free[id(x)], ROOMY))
        found = [x for x in found if free[id(x)] > TAKEN] or found
        apart = [_apart(facts, x.pose, float(extents[:2].max()), names, target) for x in found]
        for clearance in CLEARANCES:
            away = [x for x, free_way in zip(found, apart, strict=True) if free_way > clearance]
            if away:
                return away[:TRIED_PLACES]
        return []

    return PlacementStrategy(options)


def _free_space(facts: PhysicsFacts, pose: Array, extents: Array, others: list[str]) -> float:
    """Between the upright box around a thing put down and those around others, metres."""
    half = np.abs(pose[:2, :3]) @ (extents / 2)
    least = ROOMY
    for name in others:
        low, high = facts.box(name)
        gaps = np.maximum(low[:2] - pose[:2, 3] - half, pose[:2, 3] - half - high[:2])
        least = min(least, float(gaps.max()))
    return least


def _apart(
    facts: PhysicsFacts, pose: Array, size: float, names: tuple[str, ...], target: str
) -> float:
    """How far a thing of some size is put down from the nearest of some objects, metres."""
    least = np.inf
    for name in names:
        if name == target:
            continue
        low, high = (corner[:2] for corner in facts.box(name))
        between = np.linalg.norm(pose[:2, 3] - (low + high) / 2)
        least = min(least, float(between) - (size + float((high - low).max())) / 2)
    return least


def aside(scene: Scene, name: str, done: str, wanted: tuple[str, ...], error: PlanningError) -> str:
    """Moving something aside, as a sentence; clutter is called by its kind.

    Args:
        scene: where.
        name: of what is moved.
        done: what has then been done to the first of `wanted`; empty where that is moved.
        wanted: what the step is about for which way is made.
        error: why it was impossible.
    """
    thing, other = spoken(wanted[0]), scene.object(name)
    called = spoken(name)
    if other.role == "clutter":
        called = spoken(re.sub("_+", "_", other.category.split(".")[0]))
    if done:
        purpose = f"{thing} can be {done}"
    elif Cause.PLACEMENT in error.cause:
        purpose = f"there is room for {thing}"
    else:
        purpose = f"{thing} can be grasped"
    return f"move {called} aside so that {purpose}"
