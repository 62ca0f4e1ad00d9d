"""A piece of decor, and the wall that it is placed along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ....schemas import Material
from ...core.geometry import Array

Form = Literal["box", "cylinder", "sheet"]
FIRST_WORDS = (
    "curtain", "door", "lamp", "picture", "plant", "radiator", "rug", "shelf", "sideboard",
    "switch", "window",
)  # fmt: skip
"""Names of pieces begin with one of them, which is what they are part of."""
UP = np.array([0.0, 0.0, 1.0])


def is_pane(name: str) -> bool:
    """Whether a piece of that name lets daylight in."""
    return name.startswith("window_") and name.endswith("_pane")


@dataclass(frozen=True, eq=False)
class Piece:
    """One form of one colour.

    Attributes:
        name: what it is part of, its number, and what it is.
        form: a sheet is seen from where its third axis points, and from nowhere else.
        centre: (3,) in the world, metres.
        turn: (3, 3) `world_from_piece`.
        half: (3,) half extents along its axes, metres; a sheet's third is 0.
        material: its looks.
        shine: light that it gives of itself, as a share of a white surface's in full light.
        outdoors: seed of the view that it shows, for panes; -1 shows none.
    """

    name: str
    form: Form
    centre: Array
    turn: Array
    half: Array
    material: Material
    shine: float = 0.0
    outdoors: int = -1


@dataclass(frozen=True, eq=False)
class WallSide:
    """One wall, seen from inside.

    Attributes:
        name: `back`, `front`, `left` or `right`.
        foot: (3,) the middle of its foot, metres.
        inward: (3,) unit vector into the room.
        half: half its length, metres.
        height: metres.
    """

    name: str
    foot: Array
    inward: Array
    half: float
    height: float

    @cached_property
    def along(self) -> Array:
        """(3,) unit vector along it: inward, along and up are right-handed as along, inward, up."""
        found: Array = np.cross(self.inward, UP)
        return found

    @cached_property
    def turn(self) -> Array:
        """(3, 3): of what stands along it; x along the wall, y into the room, z up."""
        return np.stack([self.along, self.inward, UP], axis=1)

    @cached_property
    def facing(self) -> Array:
        """(3, 3): of sheets that hang on it; x along the wall, y up, z into the room."""
        return np.stack([np.cross(UP, self.inward), UP, self.inward], axis=1)

    def at(self, along: float, out: float, up: float) -> Array:
        """(3,) a place: metres along it from its middle, from it into the room, and up."""
        found: Array = self.foot + along * self.along + out * self.inward + up * UP
        return found


@dataclass(frozen=True, eq=False)
class WallParts:
    """Names the parts of one thing, and puts them along a wall about a place on it.

    Attributes:
        name: of the thing, such as `window_0`.
        side: the wall.
        along: where its middle is, metres along the wall.
    """

    name: str
    side: WallSide
    along: float

    def box(
        self, part: str, place: tuple[float, float, float], half: tuple[float, float, float],
        material: Material, shine: float = 0.0,
    ) -> Piece:  # fmt: skip
        """A box: place and half extents along the wall, into the room, and up."""
        return self._solid("box", part, place, half, material, shine)

    def round(
        self, part: str, place: tuple[float, float, float], half: tuple[float, float, float],
        material: Material, shine: float = 0.0,
    ) -> Piece:  # fmt: skip
        """An upright cylinder."""
        return self._solid("cylinder", part, place, half, material, shine)

    def sheet(
        self, part: str, place: tuple[float, float, float], half: tuple[float, float],
        material: Material, shine: float = 0.0, outdoors: int = -1,
    ) -> Piece:  # fmt: skip
        """A sheet that faces the room: half its width and height."""
        u, out, up = place
        return Piece(
            f"{self.name}_{part}", "sheet", self.side.at(self.along + u, out, up),
            self.side.facing, np.array([*half, 0.0]), material, shine, outdoors,
        )  # fmt: skip

    def _solid(
        self, form: Form, part: str, place: tuple[float, float, float],
        half: tuple[float, float, float], material: Material, shine: float,
    ) -> Piece:  # fmt: skip
        u, out, up = place
        return Piece(
            f"{self.name}_{part}", form, self.side.at(self.along + u, out, up), self.side.turn,
            np.array(half), material, shine,
        )  # fmt: skip
