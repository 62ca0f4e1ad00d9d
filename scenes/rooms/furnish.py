"""Furnishing a room: walls, furniture, small things, and repair until all of it is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...schemas import (
    AssemblyError,
    Asset,
    Material,
    Refusal,
    RefusalKind,
    Room,
    RoomSpec,
    Scene,
    SceneObject,
)
from ..assets.library import AssetLibrary
from ..core.geometry import Footprint
from ..layout.views import number
from .filling import Filling
from .fitting import Fitter
from .floor import Floor
from .inventory import Inventory
from .kinds import PLANS
from .plan import Furniture, RoomPlan
from .repair import UnfinishedError, furniture, repair, small
from .shell import clear_of, shell, station, within
from .spots import Box
from .stock import Stock
from .surfaces import surfaces
from .walls import doorway, inside

ATTEMPTS = 4
"""Rooms tried."""


@dataclass(frozen=True)
class Furnishing:
    """The furniture and things of a room, at rest.

    Attributes:
        room: its walls.
        objects: furniture, then small things.
        assets: theirs, by content hash.
        left_out: why pieces and things of the plan are missing, counted.
        repaired: why things were put elsewhere after they had settled, counted.
        floor: what it looks like; `wall` likewise.
    """

    room: Room
    objects: tuple[SceneObject, ...]
    assets: Mapping[str, Asset]
    left_out: Mapping[Refusal, int]
    repaired: Mapping[Refusal, int]
    floor: Material
    wall: Material

    def around(self, scene: Scene) -> Scene:
        """The scene in this room; cameras outside it or in furniture go ahead along their view."""
        boxes = [self._box(thing) for thing in self.objects if thing.fixed]
        cameras = (clear_of(boxes, within(self.room, camera)) for camera in scene.cameras)
        return scene.model_copy(
            update={
                "objects": (*scene.objects, *self.objects),
                "room": self.room,
                "cameras": tuple(cameras),
                "floor": self.floor,
                "wall": self.wall,
            }
        )

    def _box(self, thing: SceneObject) -> Box:
        """What a piece of furniture takes up."""
        extents = self.assets[thing.asset_hash].extents
        yaw = float(2 * np.arctan2(thing.quat[3], thing.quat[0]))
        area = Footprint(np.array(thing.pos[:2]), np.array(extents[:2]) / 2, yaw)
        return Box(area, thing.pos[2], thing.pos[2] + extents[2])


def furnish(
    spec: RoomSpec, robot_name: str, library: AssetLibrary, rng: np.random.Generator
) -> Furnishing:
    """Furnish a room around the robot, whose table and its surroundings stay free.

    Args:
        spec: the kind of room, and how many things it holds at least.
        robot_name: which robot stands there.
        library: where assets come from.
        rng: everything random.

    Raises:
        SpecError: where the room is too small for the robot and its table.
        AssemblyError: where no room holds as many things and comes to rest; reasons counted.
    """
    reasons: Counter[Refusal] = Counter()
    for _ in range(ATTEMPTS):
        try:
            return _furnish(spec, robot_name, library, rng)
        except UnfinishedError as error:
            reasons[error.refusal] += 1
            reasons.update(error.reasons)
    raise AssemblyError(
        f"scene.room: no {spec.kind} in {ATTEMPTS} attempts; ask for fewer `objects` or a larger"
        " `size`",
        reasons,
        impossible=True,
    )


def _furnish(
    spec: RoomSpec, robot_name: str, library: AssetLibrary, rng: np.random.Generator
) -> Furnishing:
    plan = PLANS[spec.kind]
    room = shell(spec, plan, rng)
    stock = Stock(library)
    floor = _furnished(plan, room, stock, rng)
    wanted = round(number(spec.objects, rng, "scene.room.objects")) - len(floor.placed)
    inventory = Inventory(floor)
    filling = Filling(plan, inventory, stock)
    filling.lay_settings(rng)
    filling.fill(wanted, rng)
    left_out = Counter(stock.missing) + floor.refused
    _check_full(room, len(floor.placed), len(inventory.things), wanted, left_out)
    repaired = repair(filling, wanted, robot_name, rng)
    _check_full(room, len(floor.placed), len(inventory.things), wanted, left_out)
    cover, paint = surfaces(spec.kind, rng)
    objects = [furniture(s) for s in floor.placed]
    objects += [small(thing) for thing in inventory.things.values()]
    assets = [s.asset for s in floor.placed] + [t.asset for t in inventory.things.values()]
    return Furnishing(
        room=room,
        objects=tuple(objects),
        assets={asset.content_hash(): asset for asset in assets},
        left_out=left_out,
        repaired=repaired,
        floor=cover,
        wall=paint,
    )


def _check_full(
    room: Room, pieces: int, things: int, wanted: int, reasons: Counter[Refusal]
) -> None:
    """Refuse a room that holds too little."""
    if things < wanted:
        depth, width = (2 * float(half) for half in inside(room).half)
        numbers = (depth, width, pieces + things, pieces + wanted)
        raise UnfinishedError(Refusal(RefusalKind.ROOM_TOO_FULL, numbers=numbers), reasons)


def _furnished(plan: RoomPlan, room: Room, stock: Stock, rng: np.random.Generator) -> Floor:
    """The floor with all furniture that finds a place."""
    # A run of furniture goes on along the right wall; the door is then in the left one.
    sides = 1 if any(piece.where == "run" for piece in plan.pieces) else 2
    floor = Floor(room, [station(), doorway(room, sides, rng)])
    models: dict[str, Asset] = {}
    fitter = Fitter.of(plan, stock.library, rng)
    for piece in plan.pieces:
        if fitter is not None and piece.fitted is not None:
            fitter.place(floor, piece, rng)
            continue
        if not piece.categories:
            continue
        least, most = piece.count
        for index in range(int(rng.integers(least, most + 1))):
            asset = models.get(piece.name)
            if asset is None:
                asset = stock.draw(piece.categories, rng, suits=partial(_suits, piece))
            if asset is None:
                break
            if piece.matching:
                models[piece.name] = asset
            if not floor.place(piece, asset, rng):
                refusal = Refusal(RefusalKind.NO_PLACE_IN_ROOM, (piece.name,))
                floor.refused[refusal] += index < least
                break
    return floor


def _suits(piece: Furniture, asset: Asset) -> bool:
    return asset.fixed and piece.height[0] <= asset.extents[2] <= piece.height[1]
