"""The small things of a room: where they may be put, and which carry which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...schemas import Asset
from ...schemas.reserved import ROOM_PREFIX
from ..core.geometry import Array, Footprint
from .floor import Floor
from .spots import PILE, Box, PlacementRegion, StockedObject, fits_there, pose_on, put, spots_of
from .standing import PlacedFurniture

DROP = 0.0006
"""Free height under what is put down, metres."""
VESSEL = "vessel"
"""What the hollows of things are known by."""
DOOR_REACH = 0.12
"""Kept free before appliances that stand on other furniture, metres."""


@dataclass
class Inventory:
    """The things of a room, and the spots of its furniture.

    Attributes:
        floor: the furniture.
        things: put down so far, by name.
        made: how many names were given.
    """

    floor: Floor
    things: dict[str, StockedObject] = field(default_factory=dict[str, StockedObject])
    made: int = 0

    def __post_init__(self) -> None:
        """Collect the spots of the furniture and what stands in the way."""
        standing = self.floor.placed
        self.spots = [
            spot for s in standing for spot in spots_of(s.name, s.piece.name, s.asset, s.pose)
        ]
        self._boxes = {s.name: _box(s) for s in standing}

    def on(self, spot: PlacementRegion) -> list[StockedObject]:
        """The things on a spot."""
        return [thing for thing in self.things.values() if thing.spot.name == spot.name]

    def try_put(
        self, category: str, asset: Asset, spot: PlacementRegion, place: Array, turn: float, *,
        upright: bool = False, gap: float = 0.0,
    ) -> StockedObject | None:  # fmt: skip
        """Put an asset down if it fits there.

        Args:
            category: as the plan asked for it.
            asset: what it is.
            spot: what carries it.
            place: (2,) of its middle in the spot's frame, metres.
            turn: heading relative to the spot's front, radians.
            upright: on its side edge.
            gap: least distance to other things, metres.
        """
        pose = pose_on(spot, asset, place, turn, upright, DROP)
        stem = "".join(c if c.isalnum() else "_" for c in category.split(".")[0])
        name = f"{ROOM_PREFIX}{stem[:40]}_{self.made + 1}"
        thing = put(name, category, asset, pose, spot, upright)
        boxes = [] if spot.inside or spot.piece == PILE else self._ways(spot)
        if not fits_there(thing, self.on(spot), boxes, gap):
            return None
        self.things[thing.name] = thing
        self.made += 1
        return thing

    def discard(self, names: set[str]) -> None:
        """Take things away."""
        for name in names:
            del self.things[name]

    def move(self, poses: Mapping[str, Array]) -> None:
        """Take over the poses (4, 4) things have come to."""
        for name, pose in poses.items():
            self.things[name] = self.things[name].at(pose)

    def root(self, name: str) -> str:
        """The piece of furniture that carries a thing in the end."""
        owner = self.things[name].spot.owner
        return self.root(owner) if owner in self.things else owner

    def contained(self) -> frozenset[str]:
        """Names of what lies in vessels, such as bowls."""
        return frozenset(name for name, thing in self.things.items() if thing.spot.piece == VESSEL)

    def with_carried(self, names: set[str]) -> set[str]:
        """Things and all that they carry."""
        carried = {n for n, thing in self.things.items() if thing.spot.owner in names}
        return names if carried <= names else self.with_carried(names | carried)

    def _ways(self, spot: PlacementRegion) -> list[Box]:
        """Furniture that stands in the way, but for what the spot is part of."""
        area = spot.area().grown(0.05)
        boxes = self._boxes.items()
        return [box for name, box in boxes if name != spot.owner and _close(area, box.footprint)]


def _box(standing: PlacedFurniture) -> Box:
    """The space small things avoid: furniture, and the reach of doors of what stands on it."""
    footprint = standing.footprint
    if standing.piece.where == "on":
        half = footprint.half + np.array([DOOR_REACH / 2, 0.0])
        centre = footprint.centre + footprint.axes()[0] * DOOR_REACH / 2
        footprint = Footprint(centre, half, footprint.yaw)
    return Box(footprint, standing.low, standing.high)


def _close(a: Footprint, b: Footprint) -> bool:
    """Whether the circles about two rectangles meet: cheap."""
    away = float(np.linalg.norm(a.centre - b.centre))
    return away < float(np.linalg.norm(a.half) + np.linalg.norm(b.half))
