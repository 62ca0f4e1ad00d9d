"""Validity of a scene at rest: what penetrates what, and what gravity moves.

COL is the share of objects in a pair deeper than 1 mm, welded furniture included; STB the share
of movable objects (free, or with joints) of which no part moves 1 cm or turns 5 degrees in 5 s
of gravity. Both are taken on a fresh simulation of the scene as it was saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

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


def depths(compiled: CompiledScene, data: Any) -> dict[tuple[str, ...], float]:
    """Deepest penetration of each pair of objects, metres; one name alone is in no object.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, forward-computed.
    """
    found: dict[tuple[str, ...], float] = {}
    for pair, depth in (*_contacts(compiled, data), *_welded(compiled, data)):
        key = tuple(sorted(pair))
        found[key] = max(found.get(key, 0.0), depth)
    return found


Pair = tuple[tuple[str, ...], float]
"""Names of the objects that touch, and how deep, metres."""


def _contacts(compiled: CompiledScene, data: Any) -> Iterator[Pair]:
    """Contacts between different things."""
    for contact in range(data.ncon):
        first, second = (int(geom) for geom in data.contact.geom[contact])
        yield from _pair(compiled, first, second, -float(data.contact.dist[contact]))


def _welded(compiled: CompiledScene, data: Any) -> Iterator[Pair]:
    """Penetrations of welded things, which the simulator leaves out."""
    model = compiled.model
    welded = model.body_weldid[model.geom_bodyid] == 0
    owned = compiled.owner[model.geom_bodyid] >= 0
    geoms = np.nonzero(welded & owned & (model.geom_contype > 0))[0]
    turn = np.abs(np.asarray(data.geom_xmat).reshape(-1, 3, 3))
    middle = data.geom_xpos + np.einsum(
        "nij,nj->ni", np.asarray(data.geom_xmat).reshape(-1, 3, 3), model.geom_aabb[:, :3]
    )
    half = np.einsum("nij,nj->ni", turn, model.geom_aabb[:, 3:])
    for place, first in enumerate(geoms):
        others = geoms[place + 1 :]
        gap = np.abs(middle[others] - middle[first]) - half[others] - half[first]
        for second in others[(gap < 0).all(axis=1)]:
            if (
                compiled.owner[model.geom_bodyid[first]]
                != compiled.owner[model.geom_bodyid[second]]
            ):
                away = mujoco.mj_geomDistance(model, data, int(first), int(second), 0.01, None)
                if away < 0:
                    yield from _pair(compiled, int(first), int(second), -float(away))


def _pair(compiled: CompiledScene, first: int, second: int, depth: float) -> Iterator[Pair]:
    scene, model = compiled.scene, compiled.model
    owners = [int(compiled.owner[model.geom_bodyid[geom]]) for geom in (first, second)]
    if depth > 0 and owners[0] != owners[1]:
        yield tuple(scene.objects[owner].name for owner in owners if owner >= 0), depth


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
