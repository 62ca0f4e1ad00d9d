"""Validity of a scene at rest: what penetrates what, and what gravity moves.

COL is the share of objects in a pair deeper than 1 mm, welded furniture included; STB the share
of movable objects (free, or with joints) of which no part moves 1 cm or turns 5 degrees in 5 s
of gravity. Both are taken on a fresh simulation of the scene as it was saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt

from ...schemas import Asset, Scene
from ..core.geometry import Array
from .mujoco_model import CompiledScene, compile_model

SECONDS = 5.0
DEPTH = 0.001
"""Metres; pairs deeper than this collide."""
SHIFT = 0.01
"""Metres; what moves less is stable."""
TURN = np.radians(5.0)


@dataclass(frozen=True)
class Validity:
    """How valid a scene is.

    Attributes:
        objects: how many it has, the robot's support included.
        movable: how many of them are free or have joints.
        colliding: names of objects in a pair deeper than DEPTH.
        unstable: names of movable objects that move.
        depths: deepest penetration of each object that touches another, by name, metres.
    """

    objects: int
    movable: int
    colliding: tuple[str, ...]
    unstable: tuple[str, ...]
    depths: Mapping[str, float]


def validity(scene: Scene, assets: Mapping[str, Asset], seconds: float = SECONDS) -> Validity:
    """Measure a scene.

    Args:
        scene: at rest.
        assets: by content hash.
        seconds: of gravity.
    """
    compiled = compile_model(scene, assets, "physics")
    data = compiled.new_data()
    deepest: dict[str, float] = {}
    for pair, depth in depths(compiled, data).items():
        for name in pair:
            deepest[name] = max(deepest.get(name, 0.0), depth)
    before = _bodies(data)
    mujoco.mj_step(compiled.model, data, round(seconds / compiled.model.opt.timestep))
    after = _bodies(data)
    movable = [
        thing.name
        for thing in scene.objects
        if not thing.fixed or compiled.objects[thing.name].joints
    ]
    return Validity(
        objects=len(scene.objects),
        movable=len(movable),
        colliding=tuple(sorted(name for name, depth in deepest.items() if depth > DEPTH)),
        unstable=tuple(name for name in movable if _moved(compiled, name, before, after)),
        depths=dict(sorted(deepest.items())),
    )


Pair = tuple[tuple[str, ...], float]
"""Names of the objects that touch, and how deep, metres."""


def depths(
    compiled: CompiledScene, data: Any, welded: Iterable[Pair] | None = None
) -> dict[tuple[str, ...], float]:
    """Deepest penetration of each pair of objects, metres; one name alone is in no object.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, forward-computed.
        welded: what `welded_pairs` gives, where it is known.
    """
    found: dict[tuple[str, ...], float] = {}
    if welded is None:
        welded = welded_pairs(compiled, data)
    for pair, depth in (*_contacts(compiled, data), *welded):
        key = tuple(sorted(pair))
        found[key] = max(found.get(key, 0.0), depth)
    return found


def welded_pairs(compiled: CompiledScene, data: Any) -> tuple[Pair, ...]:
    """Penetrations of welded things, which the simulator leaves out: the same in all states.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, forward-computed.
    """
    return tuple(_welded(compiled, data))


def _contacts(compiled: CompiledScene, data: Any) -> Iterator[Pair]:
    """Contacts between different things, the deepest of each two."""
    owners = np.sort(compiled.geom_owner[np.asarray(data.contact.geom).reshape(-1, 2)], axis=1)
    deep = -np.asarray(data.contact.dist)
    between = (deep > 0) & (owners[:, 0] != owners[:, 1])
    pairs, which = np.unique(owners[between], axis=0, return_inverse=True)
    deepest = np.zeros(len(pairs))
    np.maximum.at(deepest, which.ravel(), deep[between])
    for pair, depth in zip(pairs, deepest.tolist(), strict=True):
        yield _names(compiled, pair), depth


def _welded(compiled: CompiledScene, data: Any) -> Iterator[Pair]:
    model, owner = compiled.model, compiled.geom_owner
    welded = model.body_weldid[model.geom_bodyid] == 0
    geoms = np.nonzero(welded & (owner >= 0) & (model.geom_contype > 0))[0]
    turn = np.abs(np.asarray(data.geom_xmat).reshape(-1, 3, 3))
    middle = data.geom_xpos + np.einsum(
        "nij,nj->ni", np.asarray(data.geom_xmat).reshape(-1, 3, 3), model.geom_aabb[:, :3]
    )
    half = np.einsum("nij,nj->ni", turn, model.geom_aabb[:, 3:])
    for place, first in enumerate(geoms):
        others = geoms[place + 1 :]
        gap = np.abs(middle[others] - middle[first]) - half[others] - half[first]
        for second in others[(gap < 0).all(axis=1) & (owner[others] != owner[first])]:
            away = mujoco.mj_geomDistance(model, data, int(first), int(second), 0.01, None)
            if away < 0:
                yield _names(compiled, owner[[first, second]]), -float(away)


def _names(compiled: CompiledScene, owners: npt.NDArray[Any]) -> tuple[str, ...]:
    return tuple(compiled.scene.objects[int(owner)].name for owner in owners if owner >= 0)


def _bodies(data: Any) -> tuple[Array, Array]:
    """Position (N, 3) and orientation (N, 4) of each body."""
    return np.array(data.xpos), np.array(data.xquat)


def _moved(
    compiled: CompiledScene, name: str, before: tuple[Array, Array], after: tuple[Array, Array]
) -> bool:
    bodies = list(compiled.objects[name].bodies.values())
    shift = np.linalg.norm(after[0][bodies] - before[0][bodies], axis=1)
    cosine = np.abs((after[1][bodies] * before[1][bodies]).sum(axis=1))
    turn = 2 * np.arccos(np.clip(cosine, -1.0, 1.0))
    return bool((shift >= SHIFT).any() or (turn >= TURN).any())
