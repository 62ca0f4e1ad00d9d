"""Scenes made ready to draw; those that differ in state, lights or cameras share a model."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...scenes.mujoco_model import CompiledScene, compile_model
from ...schemas import Asset, Scene, hash_of
from ...tasks.predicates import facts
from .labels import Labeller

KEPT = 2


@dataclass(frozen=True)
class Prepared:
    """A scene that can be drawn and labelled.

    Attributes:
        key: hash of what its visual model depends on.
        world: the scene compiled with visual detail.
        labeller: of that model.
    """

    key: str
    world: CompiledScene
    labeller: Labeller


def prepared(scene: Scene, assets: Mapping[str, Asset]) -> Prepared:
    """The scene, ready to draw; recently used models are kept."""
    found = _prepared(KeyedScene(_shape_key(scene), scene, assets))
    return replace(found, world=replace(found.world, scene=scene))


def physics(scene: Scene, assets: Mapping[str, Asset]) -> CompiledScene:
    """The scene, ready to simulate; recently used models are kept."""
    return replace(_physics(KeyedScene(_shape_key(scene), scene, assets)), scene=scene)


def facts_at(
    scene: Scene, assets: Mapping[str, Asset], qpos: npt.NDArray[np.float64]
) -> tuple[str, ...]:
    """The ground BDDL literals that hold in a state of a scene.

    Args:
        scene: of that state.
        assets: by content hash.
        qpos: (nq,) positions, as in `EpisodeArrays`.
    """
    import mujoco

    world = _physics(KeyedScene(_shape_key(scene), scene, assets))
    data = mujoco.MjData(world.model)
    data.qpos[:] = qpos
    mujoco.mj_forward(world.model, data)
    return facts(world, data)


@dataclass(frozen=True, eq=False)
class KeyedScene:
    """A scene and its assets, equal to any other of the same key: what caches go by."""

    key: str
    scene: Scene
    assets: Mapping[str, Asset]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyedScene) and other.key == self.key


@lru_cache(maxsize=KEPT)
def _prepared(plan: KeyedScene) -> Prepared:
    world = compile_model(plan.scene, plan.assets, detail="visual")
    return Prepared(plan.key, world, Labeller(world))


@lru_cache(maxsize=KEPT)
def _physics(plan: KeyedScene) -> CompiledScene:
    return compile_model(plan.scene, plan.assets, detail="physics")


def _shape_key(scene: Scene) -> str:
    """Hash of what decides the visual model; poses of free objects are state."""
    objects = [
        (
            thing.name,
            thing.asset_hash,
            (thing.pos, thing.quat) if thing.fixed else None,
            thing.visible,
        )
        for thing in scene.objects
    ]
    around = [part and part.model_dump() for part in (scene.floor, scene.wall, scene.room)]
    return hash_of([scene.robot.model_dump(), objects, *around])
