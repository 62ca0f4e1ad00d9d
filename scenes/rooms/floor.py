"""The floor of a room while it is furnished: what stands there, and what must stay free."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ...schemas import Asset, Refusal, Room
from ...schemas.reserved import ROOM_PREFIX
from ..core.geometry import Footprint, contains, overlap
from .candidates import candidates
from .plan import Furniture
from .standing import PASSAGE, PlacedFurniture, standing
from .walls import inside


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
    placed: list[PlacedFurniture] = field(default_factory=list[PlacedFurniture])
    refused: Counter[Refusal] = field(default_factory=Counter[Refusal])

    def place(self, piece: Furniture, asset: Asset, rng: np.random.Generator) -> bool:
        """Put one more of a piece somewhere; False where no place was found."""
        for pose, target in candidates(self.room, self.placed, piece, asset, rng):
            if self.stand(standing(self.name(piece), piece, asset, pose, target)):
                return True
        return False

    def stand(self, made: PlacedFurniture) -> bool:
        """Put a piece just there; False where that is not free."""
        free = self._is_free(made)
        if free:
            self.placed.append(made)
        return free

    def of(self, name: str) -> list[PlacedFurniture]:
        """All that stands of a piece, by its name in the plan."""
        return [other for other in self.placed if other.piece.name == name]

    def name(self, piece: Furniture) -> str:
        """Of the next that stands of a piece."""
        return f"{ROOM_PREFIX}{piece.name}_{len(self.of(piece.name)) + 1}"

    def _is_free(self, new: PlacedFurniture) -> bool:
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
