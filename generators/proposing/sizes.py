"""Why a goal cannot be reached, in sizes: what is measured, and what would be needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...scenes.layout.clearance import ROUND_SLACK, footprint_radius
from ...schemas import Asset, Cavity, Surface
from ...tasks.bddl.formula import Formula, Literal
from ...tasks.bddl.goals import ground_literals
from ...tasks.symbolic.domain import Relation
from ...tasks.symbolic.fitting import ROOM, STANDS_OUT
from .catalogue import RELATIONS, Catalogue
from .offered import OfferedCategory

Lack = tuple[float, str]
"""By what factor something is too large, and how to say so."""
STATES = {
    "open": ("openable", "door, drawer or lid to open"),
    "toggled_on": ("toggleable", "switch"),
}
"""What a thing must have for a state of its own."""


def why_not(goal: Formula, kinds: Mapping[str, OfferedCategory], catalogue: Catalogue) -> str:
    """The parts of a goal that no size in the library allows; empty where sizes are not why.

    Args:
        goal: in scene names.
        kinds: of the task's objects by scene name, without the support.
        catalogue: what fits where.
    """
    said: dict[str, None] = {}
    for literal in ground_literals(goal):
        for sentence in _about(literal, kinds, catalogue):
            said[sentence] = None
    return "; ".join(said)


def _about(
    literal: Literal, kinds: Mapping[str, OfferedCategory], catalogue: Catalogue
) -> Iterator[str]:
    first, *rest = literal.arguments
    thing = kinds.get(first)
    if thing is None:
        return
    if literal.predicate in STATES:
        affordance, what = STATES[literal.predicate]
        if not all(affordance in asset.affordances for asset in thing.assets):
            yield f"{first} has no {what}"
        return
    if not thing.movable and not thing.grain:
        yield _too_heavy(first, thing)
    target = kinds.get(rest[0]) if rest else None
    relation: Relation | None = next((x for x in RELATIONS if x == literal.predicate), None)
    if literal.negated or target is None or relation is None:
        return
    if catalogue.share(thing, target, relation) == 0:
        lacks = [
            lack
            for a in thing.assets
            for b in target.assets
            for lack in (_inside if relation == "inside" else _ontop)(first, a, rest[0], b)
        ]
        nothing = "an inside" if relation == "inside" else "a free surface on top"
        yield min(lacks)[1] if lacks else f"{rest[0]} does not have {nothing}"


def _too_heavy(name: str, kind: OfferedCategory) -> str:
    if any(asset.fixed for asset in kind.assets):
        return f"{name} is furniture, which stays where it is"
    least = min(min(asset.extents[:2]) for asset in kind.assets)
    if least <= kind.grip:
        return f"{name} is nothing that the fingers lift"
    return f"{name} is {least:.3f} m wide, and the fingers take {kind.grip:.3f} m"


def _inside(name: str, thing: Asset, holder: str, target: Asset) -> Iterator[Lack]:
    """The greatest lack of each cavity."""
    for cavity in target.cavities:
        if not cavity.snug:
            yield max((*_across(name, thing, holder, cavity), _up(name, thing, holder, cavity)))


def _across(name: str, thing: Asset, holder: str, cavity: Cavity) -> Iterator[Lack]:
    if cavity.round:
        has, needs = 2 * cavity.half_size[0], 2 * ROUND_SLACK * footprint_radius(thing)
        yield (
            needs / has,
            (f"the inner diameter of {holder} is {has:.3f} m, {name} needs {needs:.3f} m"),
        )
        return
    room = sorted(2 * half for half in cavity.half_size[:2])
    need = sorted(side + ROOM for side in thing.extents[:2])
    yield (
        max(b / a for a, b in zip(room, need, strict=True)),
        (
            f"the inside of {holder} is {room[0]:.3f} x {room[1]:.3f} m, "
            f"{name} needs {need[0]:.3f} x {need[1]:.3f} m"
        ),
    )


def _up(name: str, thing: Asset, holder: str, cavity: Cavity) -> Lack:
    free = cavity.opening == "top" and cavity.joint is None
    has = 2 * cavity.half_size[2] * (STANDS_OUT if free else 1.0) - ROOM
    tall = thing.extents[2]
    return tall / max(has, 1e-6), f"{holder} takes what is {has:.3f} m high, {name} is {tall:.3f} m"


def _ontop(name: str, thing: Asset, carrier: str, target: Asset) -> Iterator[Lack]:
    """The greatest lack of each surface."""
    for surface in target.open_surfaces:
        yield max(_foot(name, thing, carrier, surface), _below(name, thing, carrier, surface))


def _foot(name: str, thing: Asset, carrier: str, surface: Surface) -> Lack:
    room = sorted(2 * half for half in surface.half_size)
    foot = sorted(thing.extents[:2])
    return max(b / a for a, b in zip(room, foot, strict=True)), (
        f"the top of {carrier} is {room[0]:.3f} x {room[1]:.3f} m, "
        f"{name} is {foot[0]:.3f} x {foot[1]:.3f} m"
    )


def _below(name: str, thing: Asset, carrier: str, surface: Surface) -> Lack:
    tall, has = thing.extents[2], surface.clearance
    return tall / max(
        has, 1e-6
    ), f"on {carrier} {has:.3f} m are free above, {name} is {tall:.3f} m high"
