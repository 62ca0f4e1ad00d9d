"""Small worlds for tests: tasks in scene names, assembled scenes, and scenes built by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from cousins.scenes.assembly.assemble import AssemblyRequest
from cousins.scenes.core.geometry import yaw_quaternion
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.scenes.robots import robot
from cousins.schemas import (
    Asset,
    CameraSpec,
    CousinSpec,
    DatasetSpec,
    Material,
    RobotPose,
    Scene,
    SceneObject,
    SceneSpec,
    TaskObject,
    TaskSpec,
)
from cousins.schemas.base import Vec3
from cousins.tasks.solving.setup import build_scene

LIBRARY = ProceduralLibrary()
TABLE = "breakfast_table.n.01"


class Few:
    """A library of a few categories."""

    name = "few"
    version = "1"

    def __init__(self, *categories: str) -> None:
        self.categories = categories

    def ids(self) -> dict[str, tuple[str, ...]]:
        return {category: LIBRARY.ids()[category] for category in self.categories}

    def quarantined(self) -> dict[str, str]:
        return {}

    def stamp(self, asset_id: str) -> str:
        return LIBRARY.stamp(asset_id)

    def get(self, asset_id: str) -> Asset:
        return LIBRARY.get(asset_id)


@lru_cache(maxsize=64)
def first(category: str) -> Asset:
    """The first asset of a category."""
    return LIBRARY.get(LIBRARY.ids()[category][0])


def make_task(objects: Mapping[str, str], init: str, goal: str, number: int = 0) -> TaskSpec:
    """A task over a table and these objects, by category; the text speaks of scene names.

    Everything that `init` does not place stands on the table.
    """
    bound = {"table": TABLE, **objects}
    instances = {name: f"{category}_1" for name, category in bound.items()}
    assert len(set(instances.values())) == len(instances)
    placed = re.findall(r"\((?:ontop|inside|nextto) (\w+)", init)
    init += "".join(f"(ontop {name} table)" for name in objects if name not in placed)

    def instanced(text: str) -> str:
        return re.sub(
            r"(?<=[ (])(\w+)(?=[ )])", lambda m: instances.get(m.group(1), m.group(1)), text
        )

    typed = " ".join(f"{instances[name]} - {category}" for name, category in bound.items())
    return TaskSpec(
        id=f"t{number:04d}",
        name="test",
        instruction="Do it.",
        bddl=(
            f"(define (problem test-0) (:domain omnigibson) (:objects {typed}) "
            f"(:init {instanced(init)}) (:goal {instanced(goal)}))"
        ),
        objects=tuple(
            TaskObject(name=name, instance=instances[name], category=category)
            for name, category in bound.items()
        ),
        proposer="grammar",
    )


def scene_for(task: TaskSpec, seed: int = 0, index: int = 0) -> tuple[Scene, dict[str, Asset]]:
    """The scene of a task, without anything else in it."""
    return build_scene(DatasetSpec(name="test", seed=seed), task, index, LIBRARY)


def make_request(
    spec: SceneSpec,
    seed: int = 0,
    cameras: tuple[CameraSpec, ...] = (),
    cousins: CousinSpec | None = None,
    roles: Mapping[str, str] | None = None,
) -> AssemblyRequest:
    """A request for a scene without a task."""
    return AssemblyRequest(
        scene_id=f"test-{seed}",
        task_id=None,
        spec=spec,
        roles=roles or {},
        required={},
        cousins=cousins or CousinSpec(),
        cameras=cameras,
        robot="franka-fr3",
        seed=(seed,),
        twin_seed=(seed,),
        own=frozenset() if roles else frozenset(thing.name for thing in spec.objects),
    )


def put(
    name: str,
    asset: Asset,
    pos: Vec3,
    yaw: float = 0.0,
    joints: Mapping[str, float] | None = None,
) -> tuple[SceneObject, Asset]:
    """An object at a pose in the world: `pos` is the middle of its bottom, metres."""
    thing = SceneObject(
        name=name,
        category=asset.category,
        asset=asset.id,
        asset_hash=asset.content_hash(),
        pos=pos,
        quat=yaw_quaternion(yaw),
        joints={j.name: 0.0 for j in asset.joints} | dict(joints or {}),
        fixed=asset.fixed,
        role="task",
    )
    return thing, asset


def by_hand(
    *things: tuple[SceneObject, Asset], height: float | None = None, arm: str = "franka-fr3"
) -> CompiledScene:
    """A scene of a table and things just where they are put, not settled.

    Args:
        things: from `put`; their z is measured from 0.2 mm below the table's top, so that
            what stands at z = 0 touches it.
        height: of the robot's base above the floor, metres; the table's by default.
        arm: name of the robot.
    """
    table = first(TABLE)
    top = max(surface.pos[2] for surface in table.surfaces)
    depth = table.extents[0]
    base, asset = put("table", table, (0.12 + depth / 2, 0.0, 0.0), np.pi)
    objects = [base.model_copy(update={"role": "support"})]
    assets = {asset.content_hash(): asset}
    for thing, asset in things:
        x, y, z = thing.pos
        objects.append(thing.model_copy(update={"pos": (x, y, z + top - 2e-4)}))
        assets[asset.content_hash()] = asset
    scene = Scene(
        id="by-hand",
        seed=(0,),
        support="table",
        robot=RobotPose(
            name=arm,
            pos=(0.0, 0.0, top if height is None else height),
            quat=(1.0, 0.0, 0.0, 0.0),
            home=robot(arm).home,
        ),
        objects=tuple(objects),
        lights=(),
        ambient=100.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
    )
    return compile_model(scene, assets, "physics")
