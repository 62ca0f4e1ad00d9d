"""Poses that furniture may stand at: along walls, free of them, and by other furniture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...schemas import Asset, Room
from ..core.geometry import Array, Footprint, transform, yaw_quaternion
from .plan import Furniture
from .standing import PASSAGE, PlacedFurniture
from .walls import GAP, SEAM, walls

ATTEMPTS = 60
"""Places tried for one piece."""
SEAT_WIDTH = 0.58
"""Along a table, per person, metres."""
SEAT_GAP = 0.04
"""Between a chair and its table, metres."""

Candidate = tuple[Array, str]
"""A pose (4, 4) and the name of what it belongs to."""


def candidates(
    room: Room,
    placed: Sequence[PlacedFurniture],
    piece: Furniture,
    asset: Asset,
    rng: np.random.Generator,
) -> Iterator[Candidate]:
    """Poses to try, at most a few hundred."""
    targets = [other for other in placed if other.piece.name == piece.target]
    if piece.where == "run":
        return _run(room, placed, asset)
    if piece.where == "wall":
        return _along_walls(room, asset, rng)
    if piece.where == "middle":
        return _in_the_middle(room, asset, rng)
    if piece.where == "around":
        return _around(targets, asset)
    if piece.where == "before":
        return _before(targets, asset)
    if piece.where == "above":
        return _above(targets, asset, piece.raised)
    return _on(targets, asset, rng)


def _run(room: Room, placed: Sequence[PlacedFurniture], asset: Asset) -> Iterator[Candidate]:
    """Close to what already stands in the run, from the first wall's corner on."""
    half = asset.extents[1] / 2
    far, left, right, _ = walls(room)
    for wall in (far, right, left):
        ends = [0.0]
        for other in placed:
            if other.piece.where == "run" and abs(other.footprint.yaw - wall.yaw) < 0.1:
                middle = float((other.footprint.centre - wall.start) @ wall.along)
                ends.append(middle + float(other.footprint.half[1]))
        last = max(ends)
        for shift in np.arange(0.0, wall.length, 0.15).tolist():
            offset = last + half + SEAM + shift
            if offset + half < wall.length:
                yield wall.pose(asset, offset), ""


def _along_walls(room: Room, asset: Asset, rng: np.random.Generator) -> Iterator[Candidate]:
    half = asset.extents[1] / 2 + GAP
    sides = walls(room)
    for _ in range(ATTEMPTS):
        wall = sides[int(rng.integers(len(sides)))]
        if wall.length > 2 * half:
            yield wall.pose(asset, float(rng.uniform(half, wall.length - half))), ""


def _in_the_middle(room: Room, asset: Asset, rng: np.random.Generator) -> Iterator[Candidate]:
    """Anywhere a person can walk around, square to the walls."""
    for _ in range(ATTEMPTS):
        yaw = float(rng.integers(4)) * np.pi / 2
        half = np.array(asset.extents[:2]) / 2
        spread = np.abs(Footprint(np.zeros(2), half, yaw).corners()).max(axis=0) + PASSAGE
        low, high = np.array(room.low[:2]) + spread, np.array(room.high[:2]) - spread
        if (low < high).all():
            x, y = (low + (high - low) * rng.random(2)).tolist()
            yield transform([x, y, 0.0], yaw_quaternion(yaw)), ""


def _around(targets: Sequence[PlacedFurniture], asset: Asset) -> Iterator[Candidate]:
    """Chairs at the long sides of a table, then at its ends, each facing it."""
    for table in targets:
        area = table.footprint
        for axis in (0, 1):
            along = area.axes()[1 - axis]
            length = 2 * float(area.half[1 - axis])
            seats = int(length / SEAT_WIDTH) if axis == 0 else 1
            for side in (-1.0, 1.0):
                out = area.axes()[axis] * side
                away = area.half[axis] + SEAT_GAP + asset.extents[0] / 2
                for seat in range(seats):
                    shift = length * ((seat + 0.5) / seats - 0.5)
                    x, y = area.centre + out * away + along * shift
                    yaw = float(np.arctan2(-out[1], -out[0]))
                    yield transform([x, y, 0.0], yaw_quaternion(yaw)), table.name


def _before(targets: Sequence[PlacedFurniture], asset: Asset) -> Iterator[Candidate]:
    """In front of a desk, facing it."""
    for desk in targets:
        ahead = desk.footprint.axes()[0]
        away = desk.footprint.half[0] + SEAT_GAP + asset.extents[0] / 2
        x, y = desk.footprint.centre + ahead * away
        yield transform([x, y, 0.0], yaw_quaternion(desk.footprint.yaw + np.pi)), desk.name


def _above(targets: Sequence[PlacedFurniture], asset: Asset, height: float) -> Iterator[Candidate]:
    """Over a counter, against the same wall."""
    for counter in targets:
        area = counter.footprint
        ahead, along = area.axes()
        back = area.centre + ahead * (asset.extents[0] / 2 - area.half[0])
        slack = max(0.0, float(area.half[1]) - asset.extents[1] / 2)
        for shift in np.linspace(-slack, slack, 7).tolist():
            x, y = back + along * shift
            yield transform([x, y, height], yaw_quaternion(area.yaw)), counter.name


def _on(
    targets: Sequence[PlacedFurniture], asset: Asset, rng: np.random.Generator
) -> Iterator[Candidate]:
    """On the top of another piece, towards its back."""
    half = np.array(asset.extents[:2]) / 2
    for carrier in targets:
        tops = sorted(carrier.asset.open_surfaces, key=lambda s: -s.pos[2])[:1]
        for top in tops:
            slack = np.array(top.half_size) - half - 0.01
            if (slack < 0).any() or top.clearance < asset.extents[2] + 0.02:
                continue
            for _ in range(8):
                spot = np.array([top.pos[0] - slack[0], top.pos[1] + rng.uniform(-1, 1) * slack[1]])
                point = carrier.pose @ np.array([*spot, top.pos[2], 1.0])
                turn = carrier.pose[:3, :3]
                yield transform(point[:3], turn), carrier.name
