"""Making way: what stands in the way of a step and can be moved is moved aside first."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import re

import numpy as np

from ..schemas import PlanningError, Scene
from .blocking import BlockedError
from .manipulation import Manipulator
from .pick_place import Manner
from .placements import Placement, placements
from .predicates import PhysicsFacts
from .sentences import spoken

CLEARANCE = 0.11
"""Around what way is made for, metres: room for the hand."""
MAX_PLACES = 72
"""Places looked at to put something aside."""
LEAST_HITS = 2
"""Candidates that something must block before it is moved for them."""


def blockers(arm: Manipulator, error: PlanningError, wanted: tuple[str, ...]) -> list[str]:
    """What may be moved out of the way, the most frequent obstacle first.

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
    arm.look()
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    found: list[str] = []
    for name, count in error.by.most_common():
        if count < LEAST_HITS or name in wanted or name not in arm.compiled.objects:
            continue
        loaded = any(
            facts.holds(relation, (other, name))
            for other in arm.compiled.objects
            if other != name
            for relation in ("ontop", "inside")
        )
        if arm.compiled.asset_of(name).graspable and not loaded:
            found.append(name)
    return found


def away_from(names: tuple[str, ...]) -> Manner:
    """Putting something down on the support with room for the hand around some objects."""

    def options(arm: Manipulator, thing: str, target: str) -> list[Placement]:
        data, compiled = arm.executor.data, arm.compiled
        found = placements(compiled, data, "ontop", thing, target, MAX_PLACES, arm.rng)
        facts, size = PhysicsFacts(compiled, data), max(compiled.asset_of(thing).extents[:2])
        for name in names:
            if name == target:
                continue
            low, high = (corner[:2] for corner in facts.box(name))
            apart, middle = CLEARANCE + (size + float((high - low).max())) / 2, (low + high) / 2
            found = [x for x in found if np.linalg.norm(x.pose[:2, 3] - middle) > apart]
        return found

    return Manner(options)


def aside(
    scene: Scene, name: str, skill: str, wanted: tuple[str, ...], error: PlanningError
) -> str:
    """Moving something aside, as a sentence; clutter is called by its kind."""
    thing, other = spoken(wanted[0]), scene.object(name)
    called = spoken(name)
    if other.role == "clutter":
        called = spoken(re.sub("_+", "_", other.category.split(".")[0]))
    if skill in ("open", "close"):
        purpose = f"{thing} can be {'opened' if skill == 'open' else 'closed'}"
    elif "placement" in error.cause:
        purpose = f"there is room for {thing}"
    else:
        purpose = f"{thing} can be grasped"
    return f"move {called} aside so that {purpose}"
