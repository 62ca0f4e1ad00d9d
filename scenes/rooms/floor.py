"""Where furniture stands: along the walls, free of them, around and on other furniture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ...schemas import Asset, Room
from ..fit import open_surfaces
from ..geometry import Array, Footprint, contains, overlap, transform, yaw_quaternion
from .plan import Piece

ATTEMPTS = 60
"""Places tried for one piece."""
PASSAGE = 0.60
"""Free width around what stands in the middle: a person can pass, metres."""
DOOR = 0.90
"""Width of the doorway and depth kept free behind it, metres."""
GAP = 0.015
"""Between furniture and wall, or furniture and furniture, metres."""
SEAT_WIDTH = 0.58
"""Along a table, per person, metres."""
SEAT_GAP = 0.04
"""Between a chair and its table, metres."""


@dataclass(frozen=True)
class Standing:
    """A piece of furniture in its place.

    Attributes:
        name: in the scene.
        piece: what the plan says of it.
        asset: what it is.
        pose: (4, 4) `world_from_object`.
        footprint: on the floor.
        low: height of its bottom, metres; `high` of its top.
        front: what must stay free before it, or None.
        target: name of what it belongs to: its table, its counter; empty if none.
    """

    name: str
    piece: Piece
    asset: Asset
    pose: Array
    footprint: Footprint
    low: float
    high: float
    front: Footprint | None
    target: str = ""


@dataclass
class Floor:
    """The floor while it is being furnished.

    Attributes:
        room: its walls.
        reserved: areas that stay free: the robot's, the doorway.
        placed: what stands there so far.
        refused: why pieces were left out, counted.
    """

    room: Room
    reserved: list[Footprint]
    placed: list[Standing] = field(default_factory=list[Standing])
    refused: Counter[str] = field(default_factory=Counter[str])

    def place(self, piece: Piece, asset: Asset, rng: np.random.Generator) -> bool:
        """Put one more of a piece somewhere; False where no place was found."""
        for pose, target in _candidates(self, piece, asset, rng):
            made = _standing(self._name(piece), piece, asset, pose, target)
            if self._is_free(made):
                self.placed.append(made)
                return True
        return False

    def of(self, name: str) -> list[Standing]:
        """All that stands of a piece, by its name in the plan."""
        return [standing for standing in self.placed if standing.piece.name == name]

    def _name(self, piece: Piece) -> str:
        return f"room_{piece.name}_{len(self.of(piece.name)) + 1}"

    def _is_free(self, new: Standing) -> bool:
        if not contains(inside(self.room), new.footprint):
            return False
        if new.low < 1.0 and any(overlap(area, new.footprint) for area in self.reserved):
            return False
        seat = new.front if new.piece.front > PASSAGE else None
        if seat is not None and any(overlap(area, seat) for area in self.reserved):
            return False
        for other in self.placed:
            carried = new.piece.where == "on" and new.target == other.name
            apart = carried or new.low >= other.high or new.high <= other.low
            if not apart and overlap(new.footprint, other.footprint):
                return False
            related = new.target == other.name or other.target == new.name
            if new.low > 0.01 or other.low > 0.01 or related:
                continue
            if other.front is not None and overlap(other.front, new.footprint):
                return False
            if new.front is not None and overlap(new.front, other.footprint):
                return False
        return True


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


def _standing(name: str, piece: Piece, asset: Asset, pose: Array, target: str) -> Standing:
    yaw = float(np.arctan2(pose[1, 0], pose[0, 0]))
    half = np.array(asset.extents[:2]) / 2
    footprint = Footprint(pose[:2, 3].copy(), half, yaw)
    low = float(pose[2, 3])
    front = None
    if piece.where in ("run", "wall", "middle"):
        depth = max(piece.front, reach(asset) + 0.1)
        ahead = footprint.axes()[0] * (half[0] + depth / 2)
        front = Footprint(footprint.centre + ahead, np.array([depth / 2, half[1]]), yaw)
    return Standing(
        name, piece, asset, pose, footprint, low, low + asset.extents[2], front, target
    )  # fmt: skip


def reach(asset: Asset) -> float:
    """How far doors and drawers come out of the front, metres."""
    depth = 0.0
    for link in asset.links:
        joint = link.joint
        if joint is not None and joint.kind == "slide" and abs(joint.axis[0]) > 0.5:
            depth = max(depth, joint.limits[1])
        elif joint is not None and joint.kind == "hinge" and abs(joint.axis[2]) > 0.5:
            depth = max(depth, 0.75 * asset.extents[1])
    return min(depth, asset.extents[1])


Candidate = tuple[Array, str]
"""A pose (4, 4) and the name of what it belongs to."""


def _candidates(
    floor: Floor, piece: Piece, asset: Asset, rng: np.random.Generator
) -> Iterator[Candidate]:
    """Poses to try, at most a few hundred."""
    if piece.where == "run":
        return _run(floor, asset)
    if piece.where == "wall":
        return _along_walls(floor, asset, rng)
    if piece.where == "middle":
        return _in_the_middle(floor, asset, rng)
    if piece.where == "around":
        return _around(floor, piece, asset)
    if piece.where == "before":
        return _before(floor, piece, asset)
    if piece.where == "above":
        return _above(floor, piece, asset)
    return _on(floor, piece, asset, rng)


def _run(floor: Floor, asset: Asset) -> Iterator[Candidate]:
    """Close to what already stands in the run, from the first wall's corner on."""
    half = asset.extents[1] / 2
    far, left, right, _ = walls(floor.room)
    for wall in (far, right, left):
        ends = [0.0]
        for other in floor.placed:
            if other.piece.where == "run" and abs(other.footprint.yaw - wall.yaw) < 0.1:
                middle = float((other.footprint.centre - wall.start) @ wall.along)
                ends.append(middle + float(other.footprint.half[1]))
        last = max(ends)
        for shift in np.arange(0.0, wall.length, 0.15).tolist():
            offset = last + half + 0.004 + shift
            if offset + half < wall.length:
                yield wall.pose(asset, offset), ""


def _along_walls(floor: Floor, asset: Asset, rng: np.random.Generator) -> Iterator[Candidate]:
    half = asset.extents[1] / 2 + GAP
    sides = walls(floor.room)
    for _ in range(ATTEMPTS):
        wall = sides[int(rng.integers(len(sides)))]
        if wall.length > 2 * half:
            yield wall.pose(asset, float(rng.uniform(half, wall.length - half))), ""


def _in_the_middle(floor: Floor, asset: Asset, rng: np.random.Generator) -> Iterator[Candidate]:
    """Anywhere a person can walk around, square to the walls."""
    for _ in range(ATTEMPTS):
        yaw = float(rng.integers(4)) * np.pi / 2
        half = np.array(asset.extents[:2]) / 2
        spread = np.abs(Footprint(np.zeros(2), half, yaw).corners()).max(axis=0) + PASSAGE
        low, high = np.array(floor.room.low[:2]) + spread, np.array(floor.room.high[:2]) - spread
        if (low < high).all():
            x, y = (low + (high - low) * rng.random(2)).tolist()
            yield transform([x, y, 0.0], yaw_quaternion(yaw)), ""


def _around(floor: Floor, piece: Piece, asset: Asset) -> Iterator[Candidate]:
    """Chairs at the long sides of a table, then at its ends, each facing it."""
    for table in floor.of(piece.target):
        area = table.footprint
        for axis in (0, 1):
            along = area.axes()[1 - axis]
            room = 2 * float(area.half[1 - axis])
            seats = int(room / SEAT_WIDTH) if axis == 0 else 1
            for side in (-1.0, 1.0):
                out = area.axes()[axis] * side
                away = area.half[axis] + SEAT_GAP + asset.extents[0] / 2
                for seat in range(seats):
                    shift = room * ((seat + 0.5) / seats - 0.5)
                    x, y = area.centre + out * away + along * shift
                    yaw = float(np.arctan2(-out[1], -out[0]))
                    yield transform([x, y, 0.0], yaw_quaternion(yaw)), table.name


def _before(floor: Floor, piece: Piece, asset: Asset) -> Iterator[Candidate]:
    """In front of a desk, facing it."""
    for desk in floor.of(piece.target):
        ahead = desk.footprint.axes()[0]
        away = desk.footprint.half[0] + SEAT_GAP + asset.extents[0] / 2
        x, y = desk.footprint.centre + ahead * away
        yield transform([x, y, 0.0], yaw_quaternion(desk.footprint.yaw + np.pi)), desk.name


def _above(floor: Floor, piece: Piece, asset: Asset) -> Iterator[Candidate]:
    """Over a counter, against the same wall."""
    for counter in floor.of(piece.target):
        area = counter.footprint
        ahead, along = area.axes()
        back = area.centre + ahead * (asset.extents[0] / 2 - area.half[0])
        slack = max(0.0, float(area.half[1]) - asset.extents[1] / 2)
        for shift in np.linspace(-slack, slack, 7).tolist():
            x, y = back + along * shift
            yield transform([x, y, piece.raised], yaw_quaternion(area.yaw)), counter.name


def _on(floor: Floor, piece: Piece, asset: Asset, rng: np.random.Generator) -> Iterator[Candidate]:
    """On the top of another piece, towards its back."""
    half = np.array(asset.extents[:2]) / 2
    for carrier in floor.of(piece.target):
        tops = sorted(open_surfaces(carrier.asset), key=lambda s: -s.pos[2])[:1]
        for top in tops:
            room = np.array(top.half_size) - half - 0.01
            if (room < 0).any() or top.clearance < asset.extents[2] + 0.02:
                continue
            for _ in range(8):
                spot = np.array([top.pos[0] - room[0], top.pos[1] + rng.uniform(-1, 1) * room[1]])
                point = carrier.pose @ np.array([*spot, top.pos[2], 1.0])
                turn = carrier.pose[:3, :3]
                yield transform(point[:3], turn), carrier.name
