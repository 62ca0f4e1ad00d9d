"""Small things: settings in front of seats, then fills taken in turn until there are enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ...schemas import Asset
from ..geometry import Array, Footprint, inverse
from .floor import Floor, Standing
from .plan import Fill, Part, Plan
from .spots import PILE, Box, Spot, Thing, fits_there, outline, pose_on, put, spots_of
from .stock import Stock

TRIES = 12
"""Places tried for one thing."""
DRAWS = 3
"""Assets tried for one place."""
DROP = 0.0006
"""Free height under what is put down, metres."""
CONTENTS = 3
"""Things in one bowl or basket at most."""
OPEN_SHARE = 2
"""Turns of an open surface for each turn of what is behind doors or in drawers."""
IDLE = 6
"""Rounds over all spots without a thing placed, after which a room is full."""
VESSEL = "vessel"
"""What the hollows of things are known by."""
GAPS = {"scatter": 0.02, "row": 0.006, "pile": 0.02, "upright": 0.0006}
"""Least distance of things by how they are laid, metres."""


@dataclass
class Filling:
    """The things of a room while they are put in place.

    Attributes:
        plan: the kind of room.
        floor: its furniture.
        stock: where assets come from.
        things: put down so far, by name.
        made: how many names were given.
    """

    plan: Plan
    floor: Floor
    stock: Stock
    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    made: int = 0

    def __post_init__(self) -> None:
        """Collect the spots of the furniture and what stands in the way."""
        self.spots = [
            spot
            for standing in self.floor.placed
            for spot in spots_of(standing.name, standing.piece.name, standing.asset, standing.pose)
        ]
        self.boxes = [_box(standing) for standing in self.floor.placed]
        self.names = [standing.name for standing in self.floor.placed]

    def lay_settings(self, rng: np.random.Generator) -> None:
        """What lies in front of each seat, and what does not fit is left out."""
        for setting in self.plan.settings:
            for seat in self.floor.placed:
                owner = next(
                    (s for s in self.floor.of(setting.owner) if s.name == seat.target), None
                )
                if owner is not None and seat.piece.where in ("around", "before"):
                    for part in setting.parts:
                        self._lay(part, seat, owner, rng)

    def fill(self, count: int, rng: np.random.Generator) -> None:
        """Put more things down until there are `count`, or the room is full."""
        work = [
            (fill, spot)
            for fill in self.plan.fills
            for spot in self.spots
            if spot.piece in fill.owners and spot.inside == fill.inside
            for _ in range(1 if fill.inside else OPEN_SHARE)
        ]
        idle = 0
        while work and len(self.things) < count and idle < IDLE:
            before = len(self.things)
            order: list[int] = rng.permutation(len(work)).tolist()
            for fill, spot in (work[place] for place in order):
                if len(self.things) < count and len(self._on(spot)) < fill.most:
                    self._add(fill, spot, rng)
            idle = 0 if len(self.things) > before else idle + 1

    def drop(self, names: set[str]) -> None:
        """Take things away."""
        for name in names:
            del self.things[name]

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

    def move(self, poses: Mapping[str, Array]) -> None:
        """Take over the poses (4, 4) things have come to."""
        for name, pose in poses.items():
            self.things[name] = self.things[name].at(pose)

    def _on(self, spot: Spot) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.spot.name == spot.name]

    def _near(self, spot: Spot) -> list[Thing]:
        """What may be touched by what is put on a spot: all on its owner."""
        if spot.piece == PILE:
            return self._on(spot)
        return [t for t in self.things.values() if t.spot.owner == spot.owner and _meet(t, spot)]

    def _ways(self, spot: Spot) -> list[Box]:
        """Furniture that stands in the way, but for what the spot is part of."""
        area = spot.area().grown(0.05)
        return [
            box
            for name, box in zip(self.names, self.boxes, strict=True)
            if name != spot.owner and _close(area, box.footprint)
        ]

    def _try(
        self, category: str, asset: Asset, spot: Spot, place: Array, turn: float, upright: bool,
        gap: float,
    ) -> Thing | None:  # fmt: skip
        """Put an asset there if it fits."""
        pose = pose_on(spot, asset, place, turn, upright, DROP)
        thing = put(self._name(category), category, asset, pose, spot, upright)
        boxes = [] if spot.inside or spot.piece == PILE else self._ways(spot)
        if not fits_there(thing, self._near(spot), boxes, gap):
            return None
        self.things[thing.name] = thing
        self.made += 1
        return thing

    def _name(self, category: str) -> str:
        stem = "".join(c if c.isalnum() else "_" for c in category.split(".")[0])
        return f"room_{stem[:40]}_{self.made + 1}"

    def _lay(self, part: Part, seat: Standing, owner: Standing, rng: np.random.Generator) -> None:
        """One thing of a setting, on the top of the owner."""
        top = max(
            (s for s in self.spots if s.owner == owner.name and not s.inside),
            key=lambda s: s.pose[2, 3],
            default=None,
        )
        asset = self.stock.draw(part.categories, rng, suits=partial(_is_small, part.categories))
        if top is None or asset is None:
            return
        forward = seat.footprint.axes()[0]
        right = np.array([forward[1], -forward[0]])
        inward = abs(forward @ owner.footprint.axes()[0]) > 0.7
        depth = owner.footprint.half[0 if inward else 1]
        edge = owner.footprint.centre - forward * depth
        edge += right * float((seat.footprint.centre - edge) @ right)
        depth_of = outline(asset).high[0] - outline(asset).low[0]
        ahead = part.ahead + (depth_of / 2 if part.turn in (0.0, 180.0) else 0.0)
        spot_xy = edge + forward * ahead + right * part.aside
        place = (inverse(top.pose) @ np.array([*spot_xy, top.pose[2, 3], 1.0]))[:2]
        place = place + rng.normal(0, 0.006, 2)
        towards = float(np.arctan2(-forward[1], -forward[0])) - top.yaw
        turn = towards + np.radians(part.turn) + float(rng.normal(0, 0.04))
        category = self.stock.category(part.categories)
        self._try(category, asset, top, place, turn, False, 0.004)

    def _add(self, fill: Fill, spot: Spot, rng: np.random.Generator) -> None:
        """One more thing, pile or group of a fill on a spot."""
        for _ in range(DRAWS):
            wanted = fill.things[int(rng.integers(len(fill.things)))]
            asset = self.stock.draw((wanted,), rng, suits=partial(_is_small, (wanted,)))
            if asset is None or not _may_fit(asset, spot, fill.how == "upright"):
                continue
            if fill.how == "upright":
                self._shelve(wanted, asset, fill, spot, rng)
                return
            thing = self._put_somewhere(wanted, asset, fill, spot, rng)
            if thing is not None:
                if fill.how == "pile":
                    self._pile(thing, fill, rng)
                if fill.contents:
                    self._pour(thing, fill.contents, rng)
                return

    def _put_somewhere(
        self, category: str, asset: Asset, fill: Fill, spot: Spot, rng: np.random.Generator
    ) -> Thing | None:
        for _ in range(TRIES):
            turn = float(rng.normal(0, 0.12))
            if fill.how == "scatter":
                turn = float(rng.uniform(-np.pi, np.pi))
            elif fill.how == "pile":
                turn += float(rng.integers(2)) * np.pi
            place = _place(asset, spot, turn, rng, at_back=fill.how == "row")
            thing = self._try(category, asset, spot, place, turn, False, GAPS[fill.how])
            if thing is not None:
                return thing
        return None

    def _pile(self, first: Thing, fill: Fill, rng: np.random.Generator) -> None:
        """More of the same sort on top, each no larger than the one below."""
        below = first
        for _ in range(int(rng.integers(1, 4))):
            tops = spots_of(below.name, PILE, below.asset, below.pose)
            asset = self.stock.draw((below.category,), rng, below=below.asset)
            if asset is None or not tops or len(self._on(first.spot)) >= fill.most:
                return
            limit = first.spot.pose[2, 3] + first.spot.height
            if below.box.high + outline(asset).height > limit - 0.02:
                return
            turn = float(rng.normal(0, 0.06))
            top = max(tops, key=lambda spot: spot.pose[2, 3])
            thing = self._try(below.category, asset, top, np.zeros(2), turn, False, 0.0)
            if thing is None:
                return
            below = thing

    def _pour(self, vessel: Thing, contents: tuple[str, ...], rng: np.random.Generator) -> None:
        """A few things into a bowl or basket."""
        hollows = spots_of(vessel.name, VESSEL, vessel.asset, vessel.pose)
        for _ in range(CONTENTS):
            category = contents[int(rng.integers(len(contents)))]
            asset = self.stock.draw((category,), rng, suits=partial(_is_small, (category,)))
            for spot in hollows:
                if asset is None or not _may_fit(asset, spot, False):
                    continue
                for _ in range(TRIES):
                    turn = float(rng.uniform(-np.pi, np.pi))
                    place = _place(asset, spot, turn, rng, at_back=False)
                    if self._try(category, asset, spot, place, turn, False, 0.002) is not None:
                        break

    def _shelve(
        self, category: str, asset: Asset, fill: Fill, spot: Spot, rng: np.random.Generator
    ) -> None:
        """Several side by side on edge, from one end of a shelf on."""
        if self._on(spot):
            return
        offset = float(spot.half[1]) - 0.01
        for _ in range(int(rng.integers(3, fill.most + 1))):
            bounds = outline(asset, True)
            depth, width = (bounds.high - bounds.low)[:2]
            back = float(-spot.half[0] + depth / 2 + 0.012)
            place = np.array([back, offset - width / 2])
            if self._try(category, asset, spot, place, 0.0, True, 0.0) is None:
                return
            offset -= width + GAPS["upright"]
            drawn = self.stock.draw((category,), rng, suits=partial(_is_small, (category,)))
            if drawn is not None and _may_fit(drawn, spot, True):
                asset = drawn


def _is_small(wanted: tuple[str, ...], asset: Asset) -> bool:
    """Whether it is a small thing: welded ones only where just they were asked for."""
    return not asset.fixed or asset.category in wanted


def _box(standing: Standing) -> Box:
    """What small things keep out of: furniture, and the reach of doors of what stands on it."""
    footprint = standing.footprint
    if standing.piece.where == "on":
        half = footprint.half + np.array([0.06, 0.0])
        footprint = Footprint(footprint.centre + footprint.axes()[0] * 0.06, half, footprint.yaw)
    return Box(footprint, standing.low, standing.high)


def _meet(thing: Thing, spot: Spot) -> bool:
    """Whether what is put on a spot could touch a thing: it is there or in what is there."""
    return thing.spot.name == spot.name


def _close(a: Footprint, b: Footprint) -> bool:
    """Whether the circles about two rectangles meet: cheap."""
    away = float(np.linalg.norm(a.centre - b.centre))
    return away < float(np.linalg.norm(a.half) + np.linalg.norm(b.half))


def _may_fit(asset: Asset, spot: Spot, upright: bool) -> bool:
    bounds = outline(asset, upright)
    across = np.sort((bounds.high - bounds.low)[:2])
    return bounds.height < spot.height and bool((across <= 2 * np.sort(spot.half)).all())


def _place(
    asset: Asset, spot: Spot, turn: float, rng: np.random.Generator, *, at_back: bool
) -> Array:
    """A place (2,) for the middle of an asset, in the spot's frame."""
    bounds = outline(asset)
    half = (bounds.high - bounds.low)[:2] / 2
    spread = np.abs(Footprint(np.zeros(2), half, turn).corners()).max(axis=0) + 0.01
    room = np.maximum(spot.half - spread, 0.0)
    if spot.disc:
        angle, radius = rng.uniform(-np.pi, np.pi), np.sqrt(rng.uniform()) * max(room)
        return np.array([np.cos(angle), np.sin(angle)]) * radius
    place = room * (2 * rng.random(2) - 1)
    if at_back:
        place[0] = -room[0] + min(0.05, 2 * room[0]) * rng.uniform() ** 2
    return place
