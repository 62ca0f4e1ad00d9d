"""How fitted objects stand to each other, as a SceneSpec says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas import Constant, ObjectSpec, PoseSpec
from ..assets.library import AssetLibrary
from ..layout.clearance import cavities_by_height, surfaces_by_height
from ..layout.relations import (
    aligned,
    facing,
    in_front_of,
    level_inside,
    level_on,
    next_to,
    quarter_turn,
)
from .fitting import Fitted
from .surfaces import symmetry

NEAR = 0.5
"""Between the middles of things of which one faces or is aligned to the other, metres."""
PARALLEL = np.radians(4.0)
"""Closer to parallel than cousins need to keep, so that it is hardly by chance."""


@dataclass(frozen=True)
class ObservedSupport:
    """The carrier of an object.

    Attributes:
        relation: on or inside.
        target: name of the object, or of the support.
        level: which of its surfaces or hollows, from the lowest; None for the support.
    """

    relation: str
    target: str
    level: int | None = None


def standing(thing: Fitted, others: Sequence[Fitted], support: str) -> ObservedSupport:
    """The carrier of an object: the smallest hollow it is in, a surface, or the support."""
    for other in sorted(others, key=lambda o: float(np.prod(o.box.extents))):
        hollow, top = level_inside(thing.body, other.body), level_on(thing.body, other.body)
        if hollow is not None:
            # What lies on an open shelf or a tray counts as on it.
            walled = cavities_by_height(other.body.asset)[hollow].encloses
            if walled or top is None:
                return ObservedSupport("inside", other.segment.name, hollow)
        if top is not None:
            return ObservedSupport("on", other.segment.name, top)
    return ObservedSupport("on", support)


def relations(fitted: Sequence[Fitted], support: str) -> frozenset[tuple[str, str, str]]:
    """Every on, inside and next_to that holds, as (relation, object, target).

    What stands in an open shelf or on a tray is both on it and inside it, as in BDDL.
    """
    found: set[tuple[str, str, str]] = set()
    carried: dict[str, str] = {}
    for thing in fitted:
        others = [other for other in fitted if other is not thing]
        under = standing(thing, others, support)
        found.add((under.relation, thing.segment.name, under.target))
        carried[thing.segment.name] = under.target
        for other in others:
            if level_inside(thing.body, other.body) is not None:
                found.add(("inside", thing.segment.name, other.segment.name))
    for thing in fitted:
        mine = thing.segment.name
        for other in fitted:
            theirs = other.segment.name
            apart = carried[mine] != theirs and carried[theirs] != mine
            if other is not thing and apart and next_to(thing.body, other.body):
                found.add(("next_to", mine, theirs))
    return frozenset(found)


def object_specs(
    fitted: Sequence[Fitted], support: str, library: AssetLibrary
) -> tuple[ObjectSpec, ...]:
    """The objects of a SceneSpec, each related to earlier ones only."""
    specs: list[ObjectSpec] = []
    levels: dict[str, str] = {}
    for number, thing in enumerate(fitted):
        earlier = fitted[:number]
        under = standing(thing, earlier, support)
        levels[thing.segment.name] = under.target
        peers = [o for o in earlier if levels[o.segment.name] == under.target]
        peers.sort(key=lambda o: _apart(thing, o))
        beside = _first(p for p in peers if next_to(thing.body, p.body))
        x, y = (round(float(value), 4) for value in thing.measured.centre[:2])
        specs.append(
            ObjectSpec(
                name=thing.segment.name,
                category=thing.category,
                on=under.target if under.relation == "on" and beside is None else None,
                inside=under.target if under.relation == "inside" and beside is None else None,
                next_to=beside,
                level=_stated(under, earlier),
                in_front_of=_first(p for p in peers if _has_front(p) and _before(thing, p)),
                facing=_first(p for p in peers if _has_front(thing) and _faces(thing, p)),
                aligned=_first(p for p in peers if _parallel(thing, p, library)),
                pose=PoseSpec(
                    x=Constant(value=x),
                    y=Constant(value=y),
                    yaw=Constant(value=round(float(np.degrees(thing.measured.yaw)), 2)),
                ),
                extents=_extents(thing),
                joint={name: Constant(value=share) for name, share in thing.shares.items()},
            )
        )
    return tuple(specs)


def _stated(under: ObservedSupport, earlier: Sequence[Fitted]) -> int | None:
    """The level, where what carries it has more than one."""
    carrier = next((o.body.asset for o in earlier if o.segment.name == under.target), None)
    if carrier is None:
        return None
    count = surfaces_by_height(carrier) if under.relation == "on" else cavities_by_height(carrier)
    return under.level if len(count) > 1 else None


def _extents(thing: Fitted) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 4) for value in thing.measured.extents)
    return x, y, z


def _apart(a: Fitted, b: Fitted) -> float:
    return float(np.linalg.norm(a.box.centre[:2] - b.box.centre[:2]))


def _has_front(thing: Fitted) -> bool:
    """Whether it makes sense to speak of its front: furniture, and what opens forwards."""
    asset = thing.body.asset
    return asset.fixed or any(cavity.opening == "front" for cavity in asset.cavities)


def _before(a: Fitted, b: Fitted) -> bool:
    return in_front_of(a.body, b.body)


def _faces(a: Fitted, b: Fitted) -> bool:
    return _apart(a, b) < NEAR and facing(a.body, b.body)


def _parallel(a: Fitted, b: Fitted, library: AssetLibrary) -> bool:
    if 0 in (symmetry(library, a.asset_id), symmetry(library, b.asset_id)):
        return False
    off = abs(quarter_turn(a.box.yaw - b.box.yaw))
    return _apart(a, b) < NEAR and off <= PARALLEL and aligned(a.body, b.body)


def _first(found: Iterator[Fitted]) -> str | None:
    """The name of the first, or None where there is none."""
    thing = next(found, None)
    return None if thing is None else thing.segment.name
