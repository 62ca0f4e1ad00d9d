"""Furnishing a room: walls, furniture, small things, and repair until all of it is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...schemas import (
    AssemblyError,
    Asset,
    Material,
    RobotPose,
    Room,
    RoomSpec,
    Scene,
    SceneObject,
    SpecError,
)
from ..geometry import Footprint, contains, quaternion, vec3
from ..library import AssetLibrary
from ..mujoco_model import compile_model
from ..views import number
from .filling import Filling
from .floor import Floor, Standing, doorway, inside
from .kinds import PLANS
from .plan import Piece, Plan
from .rest import come_to_rest
from .spots import Thing
from .stock import Stock

ROUNDS = 8
"""Times a room is settled and repaired."""
HEIGHT = (2.45, 2.75)
"""Of the walls, metres."""
BEHIND = 1.05
"""From the robot's axis to the wall behind it, metres."""
ASIDE = 1.55
"""Free to each side of the robot's axis at least, metres."""
AHEAD = 2.0
"""Free before the robot at least, metres."""


@dataclass(frozen=True)
class Furnishing:
    """What a room is furnished with, at rest.

    Attributes:
        room: its walls.
        objects: furniture, then small things.
        assets: theirs, by content hash.
        left_out: why pieces and things of the plan are missing, counted.
        repaired: why things were put elsewhere after they had settled, counted.
    """

    room: Room
    objects: tuple[SceneObject, ...]
    assets: Mapping[str, Asset]
    left_out: Mapping[str, int]
    repaired: Mapping[str, int]


def furnish(
    spec: RoomSpec, robot: RobotPose, library: AssetLibrary, rng: np.random.Generator
) -> Furnishing:
    """Furnish a room around the robot, whose table and its surroundings stay free.

    Args:
        spec: the kind of room, and how many things it holds at least.
        robot: which one, and where it stands.
        library: where assets come from.
        rng: everything random.

    Raises:
        SpecError: where the room is too small for the robot and its table.
        AssemblyError: where the room does not hold as many things, or does not come to rest.
    """
    plan = PLANS[spec.kind]
    room = _walls(spec, plan, rng)
    stock = Stock(library)
    floor = _furnished(plan, room, stock, rng)
    wanted = round(number(spec.objects, rng, "scene.room.objects")) - len(floor.placed)
    filling = Filling(plan, floor, stock)
    filling.lay_settings(rng)
    filling.fill(wanted, rng)
    repaired = _repair(filling, wanted, robot, rng)
    left_out = Counter(stock.missing) + floor.refused
    if len(filling.things) < wanted:
        raise AssemblyError(
            f"a {spec.kind} of {inside(room).half[0] * 2:.1f} m by {inside(room).half[1] * 2:.1f} m"
            f" holds {len(floor.placed) + len(filling.things)} things, not"
            f" {len(floor.placed) + wanted}; ask for fewer `objects` or a larger `size`",
            left_out,
        )
    objects = [_furniture(s) for s in floor.placed]
    objects += [_object(thing, fixed=thing.asset.fixed) for thing in filling.things.values()]
    assets = [s.asset for s in floor.placed] + [t.asset for t in filling.things.values()]
    return Furnishing(
        room=room,
        objects=tuple(objects),
        assets={asset.content_hash(): asset for asset in assets},
        left_out=dict(sorted(left_out.items())),
        repaired=dict(sorted(repaired.items())),
    )


def station() -> Footprint:
    """What the robot, its support and those who look at it keep free."""
    return Footprint(
        np.array([(AHEAD - BEHIND) / 2, 0.0]), np.array([(AHEAD + BEHIND) / 2, ASIDE]), 0.0
    )


def _walls(spec: RoomSpec, plan: Plan, rng: np.random.Generator) -> Room:
    if spec.size is None:
        length, width = float(rng.uniform(*plan.length)), float(rng.uniform(*plan.width))
    else:
        length = number(spec.size[0], rng, "scene.room.size[0]")
        width = number(spec.size[1], rng, "scene.room.size[1]")
    height = float(rng.uniform(*HEIGHT))
    slack = max(0.0, width / 2 - ASIDE - 0.7)
    middle = float(rng.uniform(-slack, slack))
    low = (-BEHIND - 0.02, middle - width / 2, 0.0)
    room = Room(low=low, high=(low[0] + length, middle + width / 2, height))
    if not contains(inside(room), station()):
        least = station().half * 2
        raise SpecError(
            f"scene.room.size: {length:.2f} m by {width:.2f} m; the robot and its table need"
            f" {least[0] + 0.02:.2f} m by {least[1]:.2f} m at least"
        )
    return room


def _furnished(plan: Plan, room: Room, stock: Stock, rng: np.random.Generator) -> Floor:
    floor = Floor(room, [station(), doorway(room, rng)])
    for piece in plan.pieces:
        least, most = piece.count
        count = int(rng.integers(least, most + 1))
        asset: Asset | None = None
        for index in range(count):
            if asset is None or not piece.matching:
                asset = stock.draw(piece.categories, rng, suits=lambda a, p=piece: _suits(a, p))
            if asset is None:
                break
            if not floor.place(piece, asset, rng):
                floor.refused[f"no place for {piece.name}"] += index < least
                break
    return floor


def _suits(asset: Asset, piece: Piece) -> bool:
    return asset.fixed and piece.height[0] <= asset.extents[2] <= piece.height[1]


def _repair(
    filling: Filling, wanted: int, robot: RobotPose, rng: np.random.Generator
) -> Counter[str]:
    """Settle, and put elsewhere what does not stay, until everything does.

    After the first time only what shares furniture with a new thing is let go again.

    Raises:
        AssemblyError: where things still do not stay after ROUNDS rounds.
    """
    reasons: Counter[str] = Counter()
    known: set[str] = set()
    for _ in range(ROUNDS):
        new = {name for name in filling.things if name not in known}
        if not new:
            return reasons
        stirred = {filling.root(name) for name in new}
        live = {name for name in filling.things if filling.root(name) in stirred}
        compiled = compile_model(*_scene(filling, live, robot), "physics")
        outcome = come_to_rest(compiled, filling.contained())
        reasons.update(outcome.bad.values())
        lost = filling.with_carried(set(outcome.bad))
        filling.move({n: pose for n, pose in outcome.poses.items() if n not in lost})
        filling.drop(lost)
        known = set(filling.things)
        filling.fill(wanted, rng)
    raise AssemblyError(f"a room does not come to rest in {ROUNDS} rounds of repair", reasons)


def _scene(filling: Filling, live: set[str], robot: RobotPose) -> tuple[Scene, Mapping[str, Asset]]:
    """The room as a scene in which only `live` things are free."""
    furniture = [_furniture(s) for s in filling.floor.placed]
    things = [
        _object(thing, fixed=name not in live or thing.asset.fixed)
        for name, thing in filling.things.items()
    ]
    assets = [s.asset for s in filling.floor.placed]
    assets += [thing.asset for thing in filling.things.values()]
    scene = Scene(
        id="room",
        seed=(0,),
        support=furniture[0].name,
        robot=robot,
        objects=(*furniture, *things),
        lights=(),
        ambient=0.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
        room=filling.floor.room,
    )
    return scene, {asset.content_hash(): asset for asset in assets}


def _furniture(standing: Standing) -> SceneObject:
    asset = standing.asset
    return SceneObject(
        name=standing.name,
        category=asset.category,
        asset=asset.id,
        asset_hash=asset.content_hash(),
        pos=vec3(standing.pose[:3, 3]),
        quat=quaternion(standing.pose[:3, :3]),
        joints={joint.name: 0.0 for joint in asset.joints},
        fixed=asset.fixed,
        role="context",
    )


def _object(thing: Thing, *, fixed: bool) -> SceneObject:
    return SceneObject(
        name=thing.name,
        category=thing.asset.category,
        asset=thing.asset.id,
        asset_hash=thing.asset.content_hash(),
        pos=vec3(thing.pose[:3, 3]),
        quat=quaternion(thing.pose[:3, :3]),
        joints={joint.name: 0.0 for joint in thing.asset.joints},
        fixed=fixed,
        role="clutter",
    )
