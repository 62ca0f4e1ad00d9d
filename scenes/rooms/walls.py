"""The walls of a room, the floor between them, and the doorway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, Room
from ..core.geometry import Array, Footprint, transform, yaw_quaternion

DOOR = 0.90
"""Width of the doorway and depth kept free behind it, metres."""
GAP = 0.015
"""Between furniture and wall, or furniture and furniture, metres."""


SEAM = 0.004
"""Between two pieces of a run, metres."""


def inside(room: Room) -> Footprint:
    """The room's floor."""
    low, high = np.array(room.low[:2]), np.array(room.high[:2])
    return Footprint((low + high) / 2, (high - low) / 2, 0.0)


def doorway(room: Room, sides: int, rng: np.random.Generator) -> Footprint:
    """A stretch of one of the first `sides` side walls that nothing stands before."""
    wall = walls(room)[1 + int(rng.integers(sides))]
    along = float(rng.uniform(DOOR / 2 + 0.1, wall.length - DOOR / 2 - 0.1))
    centre = wall.start + wall.along * along + wall.inward * DOOR / 2
    return Footprint(centre, np.full(2, DOOR / 2), wall.yaw)


@dataclass(frozen=True)
class Wall:
    """One wall, seen from inside, from its right end to its left.

    Attributes:
        start: (2,) corner, metres.
        along: (2,) unit vector to the other corner.
        inward: (2,) unit vector into the room.
        length: metres.
    """

    start: Array
    along: Array
    inward: Array
    length: float

    @property
    def yaw(self) -> float:
        """Heading of what stands with its back to this wall, radians."""
        return float(np.arctan2(self.inward[1], self.inward[0]))

    def pose(self, asset: Asset, offset: float) -> Array:
        """(4, 4): back to the wall, the middle at `offset` along it."""
        x, y = self.start + self.along * offset + self.inward * (GAP + asset.extents[0] / 2)
        return transform([x, y, 0.0], yaw_quaternion(self.yaw))


def walls(room: Room) -> tuple[Wall, ...]:
    """The far wall, the two at the sides, and the one behind the robot."""
    (x0, y0, _), (x1, y1, _) = room.low, room.high
    length, width = x1 - x0, y1 - y0
    return (
        Wall(np.array([x1, y1]), np.array([0.0, -1.0]), np.array([-1.0, 0.0]), width),
        Wall(np.array([x0, y1]), np.array([1.0, 0.0]), np.array([0.0, -1.0]), length),
        Wall(np.array([x1, y0]), np.array([-1.0, 0.0]), np.array([0.0, 1.0]), length),
        Wall(np.array([x0, y0]), np.array([0.0, 1.0]), np.array([1.0, 0.0]), width),
    )
