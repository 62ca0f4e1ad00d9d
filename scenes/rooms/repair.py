"""Repair: settle a furnished room, and put elsewhere what does not stay where it was put."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

import numpy as np

from ...schemas import (
    NO_ROBOT,
    WITHOUT_ROBOT,
    Asset,
    Material,
    Refusal,
    RefusalKind,
    RobotPose,
    Scene,
    SceneObject,
)
from ..core.geometry import Array, quaternion, vec3
from ..model.mujoco_model import compile_model
from ..robots import robot
from .filling import Filling
from .inventory import Inventory
from .rest import come_to_rest
from .spots import StockedObject
from .standing import PlacedFurniture

ROUNDS = 8
"""Times a room is settled and repaired."""
IDENTITY = (1.0, 0.0, 0.0, 0.0)


class UnfinishedError(Exception):
    """A room holds too little, or does not come to rest.

    Attributes:
        refusal: which of the two.
        reasons: what was left out or put elsewhere before, counted.
    """

    def __init__(self, refusal: Refusal, reasons: Counter[Refusal]) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.reasons = reasons


def repair(
    filling: Filling, wanted: int, robot_name: str, rng: np.random.Generator
) -> Counter[Refusal]:
    """Settle, and put elsewhere what does not stay, until everything does.

    After the first time only what shares furniture with a new thing is let go again.

    Raises:
        UnfinishedError: where things still do not stay after ROUNDS rounds.
    """
    inventory = filling.inventory
    reasons: Counter[Refusal] = Counter()
    known: set[str] = set()
    for _ in range(ROUNDS):
        new = {name for name in inventory.things if name not in known}
        if not new:
            return reasons
        stirred = {inventory.root(name) for name in new}
        live = {name for name in inventory.things if inventory.root(name) in stirred}
        compiled = compile_model(*_scene(inventory, live, robot_name), "physics")
        outcome = come_to_rest(compiled, inventory.contained())
        reasons.update(outcome.bad.values())
        lost = inventory.with_carried(set(outcome.bad))
        inventory.move({n: pose for n, pose in outcome.poses.items() if n not in lost})
        inventory.discard(lost)
        known = set(inventory.things)
        filling.fill(wanted, rng)
    raise UnfinishedError(Refusal(RefusalKind.ROOM_RESTLESS, numbers=(ROUNDS,)), reasons)


def _scene(
    inventory: Inventory, live: set[str], robot_name: str
) -> tuple[Scene, Mapping[str, Asset]]:
    """The room as a scene in which only `live` things are free."""
    standing = [furniture(s) for s in inventory.floor.placed]
    things = [small(thing, fixed=name not in live) for name, thing in inventory.things.items()]
    assets = [s.asset for s in inventory.floor.placed]
    assets += [thing.asset for thing in inventory.things.values()]
    scene = Scene(
        id="room",
        seed=(0,),
        support=standing[0].name,
        robot=_standing(robot_name),
        objects=(*standing, *things),
        lights=(),
        ambient=0.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
        room=inventory.floor.room,
    )
    return scene, {asset.content_hash(): asset for asset in assets}


def _standing(name: str) -> RobotPose:
    """The robot beside its table, if there is one."""
    if name == NO_ROBOT:
        return WITHOUT_ROBOT
    return RobotPose(name=name, pos=(0.0, 0.0, 0.75), quat=IDENTITY, home=robot(name).home)


def furniture(standing: PlacedFurniture) -> SceneObject:
    """A piece of furniture as an object of a scene."""
    return _object(standing.name, standing.asset, standing.pose, "context", standing.asset.fixed)


def small(thing: StockedObject, *, fixed: bool = False) -> SceneObject:
    """A small thing as an object of a scene; `fixed` welds it where it is."""
    return _object(thing.name, thing.asset, thing.pose, "clutter", fixed or thing.asset.fixed)


def _object(
    name: str, asset: Asset, pose: Array, role: Literal["context", "clutter"], fixed: bool
) -> SceneObject:
    return SceneObject(
        name=name,
        category=asset.category,
        asset=asset.id,
        asset_hash=asset.content_hash(),
        pos=vec3(pose[:3, 3]),
        quat=quaternion(pose[:3, :3]),
        joints={joint.name: 0.0 for joint in asset.joints},
        fixed=fixed,
        role=role,
    )
