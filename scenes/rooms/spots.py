"""Spots: the surfaces and hollows of what stands in a room, and what already lies there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset
from ..core.geometry import (
    Array,
    Footprint,
    axis_rotation,
    contains,
    inverse,
    overlap,
    transform,
)
from ..layout.clearance import ROUND_SLACK, fits_on, footprint_radius, link_transform
from ..layout.clearance import outline as outline_of

CLEARANCE = 0.012
"""Free height above what is put below something, metres."""
HIGHEST = 1.75
"""Nothing is put on surfaces above this height, metres."""
EDGE = 0.008
"""Between a thing and the edge of its surface or a wall of its hollow, metres."""
UPRIGHT = axis_rotation([1.0, 0.0, 0.0], np.pi / 2)
"""Turns a flat thing onto its side edge; its front stays in front."""
FLAT = np.eye(3)
PILE = "pile"
"""What the tops of things are known by, so that more of their sort is piled on them."""


@dataclass(frozen=True)
class PlacementRegion:
    """A level area that carries things.

    Attributes:
        name: unique in the room.
        owner: name of the object it is part of.
        piece: name that fills know it by.
        pose: (4, 4) `world_from_spot`: the middle of the area, x towards the front.
        half: (2,) half extents along its x and y, metres.
        height: free height above it, metres.
        inside: behind a door, in a drawer, or within walls.
        disc: it is round, of radius `half[0]`.
    """

    name: str
    owner: str
    piece: str
    pose: Array
    half: Array
    height: float
    inside: bool
    disc: bool

    @property
    def yaw(self) -> float:
        """Heading of its front, radians."""
        return float(np.arctan2(self.pose[1, 0], self.pose[0, 0]))

    def area(self) -> Footprint:
        """On the floor plan."""
        return Footprint(self.pose[:2, 3], self.half, self.yaw)


def spots_of(name: str, piece: str, asset: Asset, pose: Array) -> list[PlacementRegion]:
    """All spots of an object whose joints are closed.

    Args:
        name: of the object.
        piece: name that fills know it by.
        asset: what it is.
        pose: (4, 4) `world_from_object`, upright.
    """
    found: list[PlacementRegion] = []
    for surface in asset.open_surfaces:
        at = pose @ link_transform(asset, surface.link, {})
        at = at @ transform(surface.pos, FLAT)
        half, free = np.array(surface.half_size), surface.clearance
        if at[2, 3] <= HIGHEST:
            found.append(
                PlacementRegion(
                    f"{name}/{surface.name}", name, piece, at, half, free, False, surface.disc
                )
            )
    for cavity in asset.cavities:
        if not cavity.encloses:
            continue
        at = pose @ link_transform(asset, cavity.link, {})
        floor = np.array(cavity.centre) - [0, 0, cavity.half_size[2]]
        at = at @ transform(floor, FLAT)
        vessel = cavity.opening == "top" and cavity.joint is None
        height = 2 * cavity.half_size[2] * (1.6 if vessel else 1.0)
        half = np.array(cavity.half_size[:2])
        if at[2, 3] <= HIGHEST:
            found.append(
                PlacementRegion(
                    f"{name}/{cavity.name}", name, piece, at, half, height, True, cavity.round
                )
            )
    return found


@dataclass(frozen=True)
class TiltedBounds:
    """Bounds of an asset's collision geometry about its origin, after a tilt, metres.

    Attributes:
        low: (3,) least corner.
        high: (3,) greatest corner.
    """

    low: Array
    high: Array

    @property
    def height(self) -> float:
        """Metres."""
        return float(self.high[2] - self.low[2])

    def footprint(self, pose: Array) -> Footprint:
        """On the floor plan, where the origin stands at a pose (4, 4) after the tilt."""
        yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
        half = (self.high[:2] - self.low[:2]) / 2
        middle = (self.high[:2] + self.low[:2]) / 2
        c, s = np.cos(yaw), np.sin(yaw)
        turned = np.array([c * middle[0] - s * middle[1], s * middle[0] + c * middle[1]])
        return Footprint(pose[:2, 3] + turned, half, yaw)


_OUTLINES: dict[tuple[str, bool], TiltedBounds] = {}


def outline(asset: Asset, upright: bool = False) -> TiltedBounds:
    """True bounds of an asset that lies flat, or stands on its side edge."""
    key = (asset.content_hash(), upright)
    if key not in _OUTLINES:
        points = outline_of(asset) @ (UPRIGHT if upright else FLAT).T
        _OUTLINES[key] = TiltedBounds(points.min(axis=0), points.max(axis=0))
    return _OUTLINES[key]


@dataclass(frozen=True)
class Box:
    """An upright box that things keep out of: a footprint between two heights, metres."""

    footprint: Footprint
    low: float
    high: float


@dataclass(frozen=True)
class StockedObject:
    """A small thing in its place.

    Attributes:
        name: in the scene.
        category: as the plan asked for it.
        asset: what it is.
        pose: (4, 4) `world_from_object`.
        spot: what carries it.
        box: what it takes up.
        upright: it stands on its side edge.
    """

    name: str
    category: str
    asset: Asset
    pose: Array
    spot: PlacementRegion
    box: Box
    upright: bool

    def at(self, pose: Array) -> StockedObject:
        """The same thing at another pose (4, 4)."""
        return put(self.name, self.category, self.asset, pose, self.spot, self.upright)


def put(
    name: str, category: str, asset: Asset, pose: Array, spot: PlacementRegion, upright: bool
) -> StockedObject:
    """A thing at a pose (4, 4) `world_from_object`."""
    untilted = pose @ transform(np.zeros(3), (UPRIGHT if upright else FLAT).T)
    bounds = outline(asset, upright)
    low = float(pose[2, 3] + bounds.low[2])
    box = Box(bounds.footprint(untilted), low, low + bounds.height)
    return StockedObject(name, category, asset, pose, spot, box, upright)


def pose_on(
    spot: PlacementRegion, asset: Asset, place: Array, turn: float, upright: bool, drop: float
) -> Array:
    """Pose (4, 4) of an asset on a spot.

    Args:
        spot: what carries it.
        asset: what is put there.
        place: (2,) in the spot's frame, of the middle of the asset's bounds, metres.
        turn: heading relative to the spot's front, radians.
        upright: on its side edge.
        drop: free height below it, metres.
    """
    bounds = outline(asset, upright)
    middle = (bounds.low[:2] + bounds.high[:2]) / 2
    c, s = np.cos(turn), np.sin(turn)
    shift = np.array([c * middle[0] - s * middle[1], s * middle[0] + c * middle[1]])
    x, y = place - shift
    local = transform([x, y, drop - bounds.low[2]], axis_rotation([0.0, 0.0, 1.0], turn))
    return spot.pose @ local @ transform(np.zeros(3), UPRIGHT if upright else FLAT)


def fits_there(
    thing: StockedObject, things: list[StockedObject], boxes: list[Box], gap: float
) -> bool:
    """Whether a thing lies on its spot and touches nothing.

    Args:
        thing: to be put down.
        things: that share its spot.
        boxes: of the furniture around.
        gap: least distance between two things, metres.
    """
    spot = thing.spot
    if thing.box.high - spot.pose[2, 3] > spot.height - CLEARANCE or not _carried(thing):
        return False
    grown = thing.box.footprint.grown(gap)
    if any(overlap(grown, other.box.footprint) for other in things):
        return False
    return not any(
        thing.box.low < box.high and thing.box.high > box.low
        and overlap(thing.box.footprint, box.footprint)
        for box in boxes
    )  # fmt: skip


def _carried(thing: StockedObject) -> bool:
    """Whether all of it lies over its spot; in a pile, whether its foot does."""
    spot, asset = thing.spot, thing.asset
    off = float(np.linalg.norm((inverse(spot.pose) @ thing.pose)[:2, 3]))
    if spot.piece == PILE:
        return off < 0.02 and fits_on(asset, spot.half, spot.disc)
    if not spot.disc:
        area = spot.area()
        return contains(Footprint(area.centre, area.half - EDGE, area.yaw), thing.box.footprint)
    if spot.inside:
        return off + footprint_radius(asset) * ROUND_SLACK <= float(spot.half[0])
    corners = thing.box.footprint.corners() - spot.pose[:2, 3]
    return bool((np.linalg.norm(corners, axis=1) <= spot.half[0] - EDGE).all())
