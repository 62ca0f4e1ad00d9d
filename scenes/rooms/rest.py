"""Bringing a furnished room to rest: settle, and find what does not stay where it was put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from ...schemas import Refusal, RefusalKind
from ..core.geometry import Array, rotation, transform
from ..model.mujoco_model import CompiledScene

SETTLE_SECONDS = 0.7
WATCH_SECONDS = 0.5
"""How long things are watched after settling."""
SHIFT = 0.03
"""Greatest way a thing may go while settling, metres; what lies in vessels may roll about."""
SHIFT_CONTAINED = 0.12
TILT = np.cos(np.radians(10.0))
CREEP = 0.0004
"""Greatest way a thing may go while it is watched, metres."""
TURN = np.cos(np.radians(0.4))
"""Cosine of the greatest angle it may turn while it is watched."""
DEPTH = 0.0007
"""Deepest allowed penetration, metres."""


@dataclass(frozen=True)
class RestOutcome:
    """The outcome for the free things of a room.

    Attributes:
        poses: (4, 4) `world_from_object` of each, by name.
        bad: names of those that did not stay, with the reason.
    """

    poses: dict[str, Array]
    bad: dict[str, Refusal]


def come_to_rest(compiled: CompiledScene, contained: frozenset[str]) -> RestOutcome:
    """Let everything settle, then watch it.

    Args:
        compiled: the room, compiled for physics.
        contained: names of what lies in vessels and may roll about in them.
    """
    data = compiled.new_data()
    names = [n for n, index in compiled.objects.items() if index.free_qpos is not None]
    start = _poses(compiled, data, names)
    step = compiled.model.opt.timestep
    mujoco.mj_step(compiled.model, data, round(SETTLE_SECONDS / step))
    settled = _poses(compiled, data, names)
    mujoco.mj_step(compiled.model, data, round(WATCH_SECONDS / step))
    mujoco.mj_forward(compiled.model, data)
    end = _poses(compiled, data, names)
    deep = sorted(_deep(compiled, data) & set(names))
    bad = dict.fromkeys(deep, RefusalKind.THING_PENETRATES)
    for name in names:
        free = name in contained
        if _gone(start[name], end[name]) > (SHIFT_CONTAINED if free else SHIFT):
            bad[name] = RefusalKind.THING_STRAYS
        elif not free and _upright(start[name], end[name]) < TILT:
            bad[name] = RefusalKind.THING_TOPPLES
        elif _gone(settled[name], end[name]) > CREEP or _turned(settled[name], end[name]) < TURN:
            bad[name] = RefusalKind.THING_RESTLESS
    return RestOutcome(end, {name: Refusal(kind, (name,)) for name, kind in bad.items()})


def _poses(compiled: CompiledScene, data: Any, names: list[str]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name in names:
        at = compiled.objects[name].free_qpos
        values = np.array(data.qpos[at : at + 7])  # type: ignore[operator]
        found[name] = transform(values[:3], rotation(values[3:]))
    return found


def _gone(before: Array, after: Array) -> float:
    return float(np.linalg.norm(before[:3, 3] - after[:3, 3]))


def _upright(before: Array, after: Array) -> float:
    """Cosine of the angle by which what pointed up has tilted."""
    up_in_body = before[:3, :3].T[:, 2]
    return float((after[:3, :3] @ up_in_body)[2])


def _turned(before: Array, after: Array) -> float:
    """Cosine of the angle between two orientations."""
    return float((np.trace(before[:3, :3].T @ after[:3, :3]) - 1) / 2)


def _deep(compiled: CompiledScene, data: Any) -> set[str]:
    """Names of objects in a contact deeper than allowed."""
    scene, model = compiled.scene, compiled.model
    found: set[str] = set()
    for contact in np.nonzero(data.contact.dist < -DEPTH)[0]:
        for geom in data.contact.geom[contact]:
            owner = int(compiled.owner[model.geom_bodyid[geom]])
            if owner >= 0:
                found.add(scene.objects[owner].name)
    return found
