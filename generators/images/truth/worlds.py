"""Scenes made ready to draw; those that differ in state, lights or cameras share a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar

import mujoco
import numpy as np
import numpy.typing as npt

from ....scenes.model.decor import open_sides
from ....scenes.model.mujoco_model import CompiledScene, compile_model
from ....scenes.model.validity import Pair, depths, welded_pairs
from ....schemas import Asset, Scene, hash_of
from ....schemas.base import Model
from ....tasks.physics.predicates import PhysicsFacts
from .labeller import Labeller

Part = TypeVar("Part", covariant=True)
KEPT = 2


@dataclass(frozen=True)
class PreparedScene:
    """A scene that can be drawn and labelled.

    Attributes:
        key: hash of what its visual model depends on.
        world: the scene compiled with visual detail.
        labeller: of that model.
        data: a `mujoco.MjData` of that model, lent to whoever draws a scene of it next.
    """

    key: str
    world: CompiledScene
    labeller: Labeller
    data: Any

    def at_rest(self) -> Any:
        """The lent data in the scene's initial state."""
        self.world.reset(self.data)
        return self.data


def prepared(scene: Scene, assets: Mapping[str, Asset]) -> PreparedScene:
    """The scene, ready to draw; recently used models are kept."""
    found = _prepared(KeyedScene(shape_key(scene), scene, assets))
    return replace(found, world=replace(found.world, scene=scene))


@dataclass(frozen=True)
class Simulated:
    """A state of a scene, positions computed: poses and contacts, no velocities or forces.

    Attributes:
        compiled: the scene, compiled for physics.
        data: its `mujoco.MjData`, lent until the next look at a scene of the same shape.
        welded: how deep things that never move lie in each other.
    """

    compiled: CompiledScene
    data: Any
    welded: Callable[[], tuple[Pair, ...]]

    def depths(self) -> dict[tuple[str, ...], float]:
        """Deepest penetration of each pair of objects, metres; one name alone is in no object."""
        return depths(self.compiled, self.data, self.welded())


def at_rest(scene: Scene, assets: Mapping[str, Asset]) -> Simulated:
    """The scene's initial state; recently used models are kept."""
    lent = _physics(KeyedScene(shape_key(scene), scene, assets))
    compiled = replace(lent.compiled, scene=scene)
    return Simulated(compiled, lent.at(compiled.rest()), lent.welded)


def facts_at(
    scene: Scene, assets: Mapping[str, Asset], qpos: npt.NDArray[np.float64]
) -> PhysicsFacts:
    """The facts of a state of a scene: `atoms()` gives the ground BDDL literals that hold.

    Args:
        scene: of that state.
        assets: by content hash.
        qpos: (nq,) positions, as in `EpisodeArrays`.
    """
    lent = _physics(KeyedScene(shape_key(scene), scene, assets))
    return PhysicsFacts(lent.compiled, lent.at(qpos))


class _Lent:
    """A scene compiled for physics, with the one `mujoco.MjData` that all looks at it share.

    To make another costs more than all that is read from it.
    """

    def __init__(self, compiled: CompiledScene) -> None:
        self.compiled = compiled
        self._data = compiled.new_data()
        self._at = self._data.qpos.tobytes()
        self._welded: tuple[Pair, ...] | None = None

    def welded(self) -> tuple[Pair, ...]:
        """See `Simulated.welded`."""
        if self._welded is None:
            self._welded = welded_pairs(self.compiled, self._data)
        return self._welded

    def at(self, qpos: npt.NDArray[np.float64]) -> Any:
        """The data at these positions (nq,)."""
        raw = qpos.tobytes()
        if raw != self._at:
            self._data.qpos[:] = qpos
            mujoco.mj_fwdPosition(self.compiled.model, self._data)
            self._at = raw
        return self._data


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
def _prepared(plan: KeyedScene) -> PreparedScene:
    world = compile_model(plan.scene, plan.assets, detail="visual")
    return PreparedScene(plan.key, world, Labeller(world), world.new_data())


@lru_cache(maxsize=KEPT)
def _physics(plan: KeyedScene) -> _Lent:
    return _Lent(compile_model(plan.scene, plan.assets, detail="physics"))


def shape_key(scene: Scene) -> str:
    """Hash of what decides the visual model; poses of free objects are state."""
    return _shape(_Same(scene))


def state_key(scene: Scene) -> str:
    """Hash of what decides the models and where all objects are; lights and cameras are free."""
    return _state(_Same(scene))


@dataclass(frozen=True, eq=False)
class _Same(Generic[Part]):
    """A frozen thing, equal to itself alone: it need not be hashed twice."""

    value: Part

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value  # pyright: ignore[reportUnknownMemberType]


@lru_cache(maxsize=16)
def _shape(same: _Same[Scene]) -> str:
    scene = same.value
    objects = [
        (
            thing.name,
            thing.asset_hash,
            (thing.pos, thing.quat) if thing.fixed else None,
            thing.visible,
        )
        for thing in scene.objects
    ]
    parts = [part and _part(_Same(part)) for part in (scene.floor, scene.wall, scene.room)]
    around = {"walls": scene.walls, "decor": scene.decor, "seed": scene.seed}
    passed = [sorted(names) for names in open_sides(scene)]
    return hash_of([_part(_Same(scene.robot)), objects, parts, around, passed])


@lru_cache(maxsize=16)
def _state(same: _Same[Scene]) -> str:
    scene = same.value
    places = [(thing.name, thing.pos, thing.quat, thing.joints) for thing in scene.objects]
    return hash_of([shape_key(scene), places])


@lru_cache(maxsize=64)
def _part(same: _Same[Model]) -> str:
    """Hash of what all scenes that a sweep makes of one share."""
    return same.value.content_hash()
