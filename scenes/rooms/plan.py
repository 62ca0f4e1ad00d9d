"""The parts of a plan: pieces of furniture, seats with their settings, and fills."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ..assets.fitted import FittedKind
from ..assets.meanings import among
from ..assets.sorts import Goods

Where = Literal["run", "wall", "middle", "around", "before", "on", "above", "over"]
How = Literal["scatter", "row", "pile", "upright"]


@dataclass(frozen=True)
class Furniture:
    """Furniture of one sort.

    Attributes:
        name: by which others and fills refer to it.
        categories: BDDL synsets, the first that the library offers is taken. None where the piece
            is there only if the library makes it to measure.
        where: `run` in one row along the walls, back to the wall; `wall` anywhere along the
            walls; `middle` free of the walls; `around` a target, facing it, one per seat;
            `before` a target, facing its front; `on` a target's top; `above` a target, against
            the same wall; `over` a target, as wide as it.
        count: least and greatest number.
        target: name of another piece, for `around`, `before`, `on`, `above` and `over`.
        height: least and greatest height of the asset, metres.
        raised: height of its bottom above the floor, for `above`, metres.
        matching: all of them are the same asset, as the chairs around a table.
        fitted: what it is where the library makes furniture to measure; else it is drawn from
            `categories`. `above` no target, such pieces are a row over all that stands in the run
            and is low.
        width: least and greatest width of what is made to measure, metres; it is cut to what is
            left of the far wall.
        front: depth kept free before it, so that a person can pass or sit there, metres; doors
            and drawers that come out farther have it too.
    """

    name: str
    categories: tuple[str, ...]
    where: Where
    count: tuple[int, int] = (1, 1)
    target: str = ""
    height: tuple[float, float] = (0.0, 3.0)
    raised: float = 0.0
    matching: bool = False
    front: float = 0.60
    fitted: FittedKind | None = None
    width: tuple[float, float] = (0.6, 0.6)


@dataclass(frozen=True)
class SettingItem:
    """One thing of a setting.

    Attributes:
        categories: one is drawn.
        ahead: how far the middle of it lies in from the table's edge, metres.
        aside: how far to the right of who sits there, metres.
        turn: about the vertical from facing the one who sits there, degrees.
    """

    categories: tuple[str, ...]
    ahead: float
    aside: float
    turn: float = 0.0


@dataclass(frozen=True)
class Setting:
    """The items in front of each seat at a piece of furniture."""

    owner: str
    parts: tuple[SettingItem, ...]


@dataclass(frozen=True)
class Fill:
    """Things to fill surfaces or insides.

    Attributes:
        owners: pieces, by name.
        things: categories to draw from.
        how: `scatter` anywhere; `row` along the back, fronts out; `pile` on each other;
            `upright` side by side on edge.
        inside: behind doors and in drawers; else on open surfaces.
        most: things on one surface or in one hollow.
        contents: what is put into these things, if any.
        share: of the room's small things that come from this fill at most, as long as others
            find a place.
        goods: what else is drawn: categories that declare to be among these, after `things`.
    """

    owners: tuple[str, ...]
    things: tuple[str, ...]
    how: How
    inside: bool = False
    most: int = 6
    contents: tuple[str, ...] = ()
    share: float = 0.16
    goods: tuple[Goods, ...] = ()

    def drawn_from(self, offered: Collection[str]) -> tuple[str, ...]:
        """`things`, then what is declared and offered by the library: in a fixed order."""
        declared = dict.fromkeys(name for goods in self.goods for name in among(goods))
        further = (x for x in declared if x in offered and x not in self.things)
        return (*self.things, *further)


@dataclass(frozen=True)
class RoomPlan:
    """One kind of room.

    Attributes:
        length: least and greatest extent along x, metres; `width` along y.
        pieces: in order of importance.
        settings: laid before anything else.
        fills: taken in turn until the room holds enough.
    """

    length: tuple[float, float]
    width: tuple[float, float]
    pieces: tuple[Furniture, ...]
    settings: tuple[Setting, ...]
    fills: tuple[Fill, ...]
