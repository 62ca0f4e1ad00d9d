"""Filling a room: settings in front of seats, then fills taken in turn until it holds enough."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ...schemas import Asset
from ..core.geometry import Array, Footprint, inverse
from .inventory import VESSEL, Inventory
from .plan import Fill, RoomPlan, SettingItem
from .spots import PILE, PlacementRegion, StockedObject, outline, spots_of
from .standing import PlacedFurniture
from .stock import Stock

TRIES = 12
"""Places tried for one thing."""
DRAWS = 3
"""Assets tried for one place."""
CONTENTS = 3
"""Things in one bowl or basket at most."""
HIGHEST_PILE = 4
"""Things on each other at most."""
OPEN_SHARE = 2
"""Turns of an open surface for each turn of what is behind doors or in drawers."""
IDLE = 2
"""Rounds over all spots without a thing placed, after which a room is full."""
GAPS = {"scatter": 0.02, "row": 0.006, "pile": 0.02, "upright": 0.0006}
"""Least distance of things by how they are laid, metres."""
SETTING_GAP = 0.004


@dataclass
class Filling:
    """Puts things into a room.

    Attributes:
        plan: the kind of room.
        inventory: what is there.
        stock: where assets come from.
        fill_of: which fill each thing came from, by name.
    """

    plan: RoomPlan
    inventory: Inventory
    stock: Stock
    fill_of: dict[str, int] = field(default_factory=dict[str, int])

    def lay_settings(self, rng: np.random.Generator) -> None:
        """Lay the items in front of each seat; what does not fit is left out."""
        floor = self.inventory.floor
        for setting in self.plan.settings:
            owners = {standing.name: standing for standing in floor.of(setting.owner)}
            for seat in floor.placed:
                if seat.target in owners and seat.piece.where in ("around", "before"):
                    for part in setting.parts:
                        self._lay(part, seat, owners[seat.target], rng)

    def fill(self, count: int, rng: np.random.Generator) -> None:
        """Put more things down until there are `count`, or the room is full.

        No fill takes more than its share, until nothing else finds a place.
        """
        work = [
            (number, fill, spot)
            for number, fill in enumerate(self.plan.fills)
            for spot in self.inventory.spots
            if spot.piece in fill.owners and spot.inside == fill.inside
            for _ in range(1 if fill.inside else OPEN_SHARE)
        ]
        for shares in (True, False):
            idle = 0
            while work and len(self.inventory.things) < count and idle < IDLE:
                before = len(self.inventory.things)
                order: list[int] = rng.permutation(len(work)).tolist()
                for number, fill, spot in (work[place] for place in order):
                    most = fill.share * count if shares else count
                    if len(self.inventory.things) < count and self._taken(number) < most:
                        self._take(number, fill, spot, rng)
                idle = 0 if len(self.inventory.things) > before else idle + 1

    def _taken(self, number: int) -> int:
        """Things there are of a fill."""
        return Counter(self.fill_of.get(name) for name in self.inventory.things)[number]

    def _take(
        self, number: int, fill: Fill, spot: PlacementRegion, rng: np.random.Generator
    ) -> None:
        """One turn of a fill on a spot."""
        known = set(self.inventory.things)
        if len(self.inventory.on(spot)) < fill.most:
            self._add(fill, spot, rng)
        for name in self.inventory.things:
            if name not in known:
                self.fill_of[name] = number

    def _draw(self, wanted: tuple[str, ...], rng: np.random.Generator) -> Asset | None:
        return self.stock.draw(wanted, rng, suits=partial(_is_small, wanted))

    def _lay(
        self,
        part: SettingItem,
        seat: PlacedFurniture,
        owner: PlacedFurniture,
        rng: np.random.Generator,
    ) -> None:
        """One thing of a setting, on the top of the owner."""
        spots = [s for s in self.inventory.spots if s.owner == owner.name and not s.inside]
        asset = self._draw(part.categories, rng)
        if not spots or asset is None:
            return
        top = max(spots, key=lambda spot: spot.pose[2, 3])
        forward = seat.footprint.axes()[0]
        right = np.array([forward[1], -forward[0]])
        inward = abs(forward @ owner.footprint.axes()[0]) > 0.7
        edge = owner.footprint.centre - forward * owner.footprint.half[0 if inward else 1]
        edge = edge + right * float((seat.footprint.centre - edge) @ right)
        bounds = outline(asset)
        half = (bounds.high - bounds.low)[1 if abs(part.turn) == 90.0 else 0] / 2
        at = edge + forward * (part.ahead + half) + right * part.aside
        place: Array = (inverse(top.pose) @ np.array([*at, top.pose[2, 3], 1.0]))[:2]
        place = place + rng.normal(0, 0.006, 2)
        towards = float(np.arctan2(-forward[1], -forward[0])) - top.yaw
        turn = towards + np.radians(part.turn) + float(rng.normal(0, 0.04))
        category = self.stock.category(part.categories)
        self.inventory.try_put(category, asset, top, place, turn, gap=SETTING_GAP)

    def _add(self, fill: Fill, spot: PlacementRegion, rng: np.random.Generator) -> None:
        """One more thing, pile or group of a fill on a spot."""
        things = fill.drawn_from(self.stock.offered)
        for _ in range(DRAWS):
            wanted = things[int(rng.integers(len(things)))]
            asset = self._draw((wanted,), rng)
            if asset is None or not _may_fit(asset, spot, fill.how == "upright"):
                continue
            if fill.how == "upright":
                self._shelve(wanted, asset, fill, spot, rng)
                return
            thing = self._put_somewhere(wanted, asset, fill, spot, rng)
            if thing is not None:
                if fill.how == "pile":
                    self._pile(thing, rng)
                if fill.contents:
                    self._pour(thing, fill.contents, rng)
                return

    def _put_somewhere(
        self,
        category: str,
        asset: Asset,
        fill: Fill,
        spot: PlacementRegion,
        rng: np.random.Generator,
    ) -> StockedObject | None:
        for _ in range(TRIES):
            turn = float(rng.normal(0, 0.12))
            if fill.how == "scatter":
                turn = float(rng.uniform(-np.pi, np.pi))
            elif fill.how == "pile":
                turn += float(rng.integers(2)) * np.pi
            place = _place(asset, spot, turn, rng, at_back=fill.how == "row")
            gap = GAPS[fill.how]
            thing = self.inventory.try_put(category, asset, spot, place, turn, gap=gap)
            if thing is not None:
                return thing
        return None

    def _pile(self, first: StockedObject, rng: np.random.Generator) -> None:
        """More of the same sort on top, each no larger than the one below."""
        below = first
        limit = first.spot.pose[2, 3] + first.spot.height - 0.02
        for _ in range(int(rng.integers(1, HIGHEST_PILE))):
            tops = spots_of(below.name, PILE, below.asset, below.pose)
            asset = self.stock.draw((below.category,), rng, below=below.asset)
            if asset is None or not tops or below.box.high + outline(asset).height > limit:
                return
            turn = float(rng.normal(0, 0.06))
            top = max(tops, key=lambda spot: spot.pose[2, 3])
            thing = self.inventory.try_put(below.category, asset, top, np.zeros(2), turn)
            if thing is None:
                return
            below = thing

    def _pour(
        self, vessel: StockedObject, contents: tuple[str, ...], rng: np.random.Generator
    ) -> None:
        """A few things into a bowl or basket."""
        hollows = spots_of(vessel.name, VESSEL, vessel.asset, vessel.pose)
        for _ in range(CONTENTS):
            category = contents[int(rng.integers(len(contents)))]
            asset = self._draw((category,), rng)
            for spot in hollows:
                if asset is None or not _may_fit(asset, spot, False):
                    continue
                for _ in range(TRIES):
                    turn = float(rng.uniform(-np.pi, np.pi))
                    place = _place(asset, spot, turn, rng, at_back=False)
                    if self.inventory.try_put(category, asset, spot, place, turn, gap=0.002):
                        break

    def _shelve(
        self,
        category: str,
        asset: Asset,
        fill: Fill,
        spot: PlacementRegion,
        rng: np.random.Generator,
    ) -> None:
        """Several side by side on edge, from one end of a shelf on."""
        if self.inventory.on(spot):
            return
        offset = float(spot.half[1]) - 0.01
        for _ in range(int(rng.integers(3, fill.most + 1))):
            bounds = outline(asset, True)
            depth, width = (bounds.high - bounds.low)[:2]
            back = float(-spot.half[0] + depth / 2 + 0.012)
            place = np.array([back, offset - width / 2])
            if self.inventory.try_put(category, asset, spot, place, 0.0, upright=True) is None:
                return
            offset -= width + GAPS["upright"]
            drawn = self._draw((category,), rng)
            if drawn is not None and _may_fit(drawn, spot, True):
                asset = drawn


def _is_small(wanted: tuple[str, ...], asset: Asset) -> bool:
    """Whether it is a small thing: welded ones only where just they were asked for."""
    return not asset.fixed or asset.category in wanted


def _may_fit(asset: Asset, spot: PlacementRegion, upright: bool) -> bool:
    bounds = outline(asset, upright)
    across = np.sort((bounds.high - bounds.low)[:2])
    return bounds.height < spot.height and bool((across <= 2 * np.sort(spot.half)).all())


def _place(
    asset: Asset, spot: PlacementRegion, turn: float, rng: np.random.Generator, *, at_back: bool
) -> Array:
    """A place (2,) for the middle of an asset, in the spot's frame."""
    bounds = outline(asset)
    half = (bounds.high - bounds.low)[:2] / 2
    spread = np.abs(Footprint(np.zeros(2), half, turn).corners()).max(axis=0) + 0.01
    room = np.maximum(spot.half - spread, 0.0)
    if spot.disc:
        angle, radius = rng.uniform(-np.pi, np.pi), np.sqrt(rng.uniform()) * max(room)
        round_place: Array = np.array([np.cos(angle), np.sin(angle)]) * radius
        return round_place
    place: Array = room * (2 * rng.random(2) - 1)
    if at_back:
        place[0] = -room[0] + min(0.05, 2 * room[0]) * rng.uniform() ** 2
    return place
