"""Furniture made to measure for a room: units that fill the run, and a row of cupboards over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, Refusal, RefusalKind
from ..assets.fitted import SLAB, WORKTOP, FittedUnit, FittingLibrary, fitting
from ..assets.library import AssetLibrary
from ..core.geometry import Array, transform
from .floor import Floor
from .plan import Furniture, RoomPlan
from .standing import PlacedFurniture, standing
from .walls import SEAM, Wall, walls

CUPBOARD, NARROWEST = 0.60, 0.28
"""Width that cupboards of a row come close to, and the least, metres."""
APART = 0.002
"""Between cupboards, metres."""
TOUCHING = 0.05
"""What stands closer than this in the run has one row of cupboards over it, metres."""
UNDER_CEILING = 0.01
"""From the top of a hood's duct to the ceiling, metres."""

Span = tuple[float, float]
"""Stretch of a wall, metres along it."""


@dataclass
class Fitter:
    """Builds and places the fitted pieces of one room.

    Attributes:
        library: that makes them.
        style: of all of them.
        made: how many there are so far.
    """

    library: FittingLibrary
    style: int
    made: int = 0

    @classmethod
    def of(cls, plan: RoomPlan, library: AssetLibrary, rng: np.random.Generator) -> Fitter | None:
        """One of a new style; None where the plan or the library has nothing fitted."""
        maker = fitting(library)
        if maker is None or not any(piece.fitted for piece in plan.pieces):
            return None
        return cls(maker, int(rng.integers(2**31)))

    def place(self, floor: Floor, piece: Furniture, rng: np.random.Generator) -> None:
        """Put all of a piece where it belongs; what finds no place is counted as refused."""
        if piece.where == "over":
            self._over(floor, piece)
        elif piece.where == "above" and piece.target:
            self._above(floor, piece)
        elif piece.where == "above":
            self._row(floor, piece)
        else:
            self._run(floor, piece, rng)

    def _unit(self, piece: Furniture, width: float, height: float = 0.0) -> Asset:
        assert piece.fitted is not None
        unit = FittedUnit(piece.fitted, round(width, 3), self.style, self.made, round(height, 3))
        self.made += 1
        return self.library.fitted(unit)

    def _run(self, floor: Floor, piece: Furniture, rng: np.random.Generator) -> None:
        """In the run, cut to what is left of the far wall."""
        least, most = piece.count
        for index in range(int(rng.integers(least, most + 1))):
            width, left = float(rng.uniform(*piece.width)), _left(floor)
            if piece.width[0] <= left <= piece.width[1]:
                width = left - APART
            if not floor.place(piece, self._unit(piece, width), rng):
                refusal = Refusal(RefusalKind.NO_PLACE_IN_ROOM, (piece.name,))
                floor.refused[refusal] += index < least
                return

    def _over(self, floor: Floor, piece: Furniture) -> None:
        """A worktop that goes on over what is in the run and low enough."""
        for target in floor.of(piece.target):
            wall = _wall_of(floor, target)
            if wall is not None and target.high < WORKTOP - SLAB:
                asset = self._unit(piece, 2 * float(target.footprint.half[1]))
                _stand(floor, piece, asset, _hung(wall, asset, _middle(wall, target),
                                                  WORKTOP - SLAB), target.name)  # fmt: skip

    def _above(self, floor: Floor, piece: Furniture) -> None:
        """Over each target, as wide as it, up to the ceiling."""
        for target in floor.of(piece.target):
            wall = _wall_of(floor, target)
            if wall is not None and target.high < piece.raised:
                tall = floor.room.high[2] - UNDER_CEILING - piece.raised
                asset = self._unit(piece, 2 * float(target.footprint.half[1]), tall)
                pose = _hung(wall, asset, _middle(wall, target), piece.raised)
                _stand(floor, piece, asset, pose, target.name)

    def _row(self, floor: Floor, piece: Furniture) -> None:
        """Side by side over all that is low and has nothing over it, ends flush with its ends."""
        covered = {other.target for other in floor.placed if other.piece.where == "above"}
        low = [
            other
            for other in floor.placed
            if other.piece.where == "run" and other.high < piece.raised
            and other.name not in covered
        ]  # fmt: skip
        for wall in walls(floor.room):
            for start, end in _spans([other for other in low if _along(wall, other)], wall):
                count = max(1, round((end - start) / CUPBOARD))
                width = (end - start) / count
                for index in range(count if width >= NARROWEST else 0):
                    asset = self._unit(piece, width - APART)
                    pose = _hung(wall, asset, start + (index + 0.5) * width, piece.raised)
                    _stand(floor, piece, asset, pose, "")


def _stand(floor: Floor, piece: Furniture, asset: Asset, pose: Array, target: str) -> None:
    if not floor.stand(standing(floor.name(piece), piece, asset, pose, target)):
        floor.refused[Refusal(RefusalKind.NO_PLACE_IN_ROOM, (piece.name,))] += 1


def _hung(wall: Wall, asset: Asset, offset: float, height: float) -> Array:
    """(4, 4): back to the wall, its middle at `offset` along it, its bottom at a height."""
    return transform([0.0, 0.0, height], np.eye(3)) @ wall.pose(asset, offset)


def _along(wall: Wall, placed: PlacedFurniture) -> bool:
    return abs(placed.footprint.yaw - wall.yaw) < 0.1


def _wall_of(floor: Floor, placed: PlacedFurniture) -> Wall | None:
    """The wall that something has its back to."""
    return next((wall for wall in walls(floor.room) if _along(wall, placed)), None)


def _middle(wall: Wall, placed: PlacedFurniture) -> float:
    return float((placed.footprint.centre - wall.start) @ wall.along)


def _spans(low: list[PlacedFurniture], wall: Wall) -> list[Span]:
    """Stretches of a wall that pieces take up, those that touch as one."""
    found: list[Span] = []
    for place in sorted(low, key=lambda other: _middle(wall, other)):
        middle, half = _middle(wall, place), float(place.footprint.half[1])
        if found and middle - half - found[-1][1] < TOUCHING:
            found[-1] = (found[-1][0], middle + half)
        else:
            found.append((middle - half, middle + half))
    return found


def _left(floor: Floor) -> float:
    """What is free of the far wall after all that stands in the run along it, metres."""
    far = walls(floor.room)[0]
    run = [p for p in floor.placed if p.piece.where == "run" and _along(far, p)]
    ends = [_middle(far, p) + float(p.footprint.half[1]) for p in run]
    return far.length - max(ends, default=0.0) - 2 * SEAM
