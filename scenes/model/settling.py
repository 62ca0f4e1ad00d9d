"""Settling: let a laid-out scene come to rest, and say whether it did so where it should."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import Refusal, RefusalKind, Scene, SceneObject
from ..core.geometry import rotation, vec3
from .mujoco_model import CompiledScene

SETTLE_SECONDS = 3.0
CHECK_STEPS = 50
"""Physics steps between two looks at the speeds."""
REST_SPEED = 0.01
"""m/s, below which a thing is at rest."""
REST_SPIN = 0.1
"""rad/s, likewise."""
MAX_DEPTH = 0.001
"""Deepest allowed penetration at rest, metres."""
MAX_SHIFT = 0.03
"""Greatest allowed shift while settling, metres."""
MAX_TILT = np.radians(12.0)


def settle(compiled: CompiledScene) -> Scene:
    """The scene with the poses and joints it has after coming to rest, or after 3 s."""
    data = compiled.new_data()
    steps = round(SETTLE_SECONDS / compiled.model.opt.timestep)
    for _ in range(0, steps, CHECK_STEPS):
        mujoco.mj_step(compiled.model, data, CHECK_STEPS)
        if fastest(compiled, data) == (None, None) and data.time > 0.2:
            break
    return with_state(compiled, data)


def fastest(compiled: CompiledScene, data: Any) -> tuple[str | None, str | None]:
    """Names of an object that still moves and of one whose joint does; None where none does."""
    for name, index in compiled.objects.items():
        if index.free_dof is not None:
            velocity = data.qvel[index.free_dof : index.free_dof + 6]
            slow = np.linalg.norm(velocity[:3]) < REST_SPEED
            if not slow or np.linalg.norm(velocity[3:]) > REST_SPIN:
                return name, None
        for joint in index.joints.values():
            if abs(data.qvel[joint.dof]) > REST_SPIN:
                return None, name
    return None, None


def with_state(compiled: CompiledScene, data: Any) -> Scene:
    """The scene with the poses and joint positions of a simulation state."""
    moved: list[SceneObject] = []
    for thing in compiled.scene.objects:
        index = compiled.objects[thing.name]
        update: dict[str, Any] = {
            "joints": {n: float(data.qpos[j.qpos]) for n, j in index.joints.items()}
        }
        if index.free_qpos is not None:
            pose = data.qpos[index.free_qpos : index.free_qpos + 7]
            w, x, y, z = (float(v) for v in pose[3:] / np.linalg.norm(pose[3:]))
            update |= {"pos": vec3(pose[:3]), "quat": (w, x, y, z)}
        moved.append(thing.model_copy(update=update))
    return compiled.scene.model_copy(update={"objects": tuple(moved)})


def check_at_rest(before: Scene, compiled: CompiledScene) -> Refusal | None:
    """Why a settled scene is refused: penetration, motion, or things that left their place.

    Grains may shift among each other.

    Args:
        before: the scene as it was laid out.
        compiled: the scene as it settled, compiled for physics.
    """
    data = compiled.new_data()
    deep = data.contact.dist < -MAX_DEPTH
    if bool(np.any(deep)):
        return Refusal(RefusalKind.PENETRATION, numbers=(MAX_DEPTH,))
    mujoco.mj_step(compiled.model, data, CHECK_STEPS)
    moving = fastest(compiled, data)
    for name in moving:
        if name is not None:
            return Refusal(RefusalKind.RESTLESS, (name,))
    for old in before.objects:
        if compiled.asset_of(old.name).grain:
            continue
        new = compiled.scene.object(old.name)
        if np.linalg.norm(np.subtract(new.pos, old.pos)) > MAX_SHIFT:
            return Refusal(RefusalKind.STRAYS, (old.name,))
        up_old, up_new = rotation(old.quat)[:, 2], rotation(new.quat)[:, 2]
        round_thing = max(compiled.asset_of(old.name).extents) < 1.25 * min(
            compiled.asset_of(old.name).extents
        )
        if not round_thing and up_old @ up_new < np.cos(MAX_TILT):
            return Refusal(RefusalKind.TOPPLES, (old.name,))
    return None
