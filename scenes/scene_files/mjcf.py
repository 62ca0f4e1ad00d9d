"""MJCF scenes: ours, and others such as robosuite's and LIBERO's.

A body of the world is an object. In an export of ours, `scene.json` says what each of them is;
elsewhere the name says it, as in `akita_black_bowl_1`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from ...schemas import SpecError, one_line
from ...schemas.base import Quat, Vec3
from ..core.geometry import inverse, quaternion, transform, vec3
from .found import MALFORMED, FoundObject, FoundScene, malformed, read_json, synset_of

FREE = mujoco.mjtJoint.mjJNT_FREE
ROBOTS = ("robot", "panda", "base", "mount", "gripper", "sawyer", "iiwa", "ur5", "fr3")
"""Words in the names of bodies that are no objects."""


def read_mjcf(path: Path) -> FoundScene:
    """Read a scene in its first keyframe, or as the bodies stand.

    Raises:
        SpecError: MuJoCo cannot load it; its message is passed on.
    """
    try:
        model: Any = mujoco.MjModel.from_xml_path(str(path))
    except ValueError as error:
        raise SpecError(f"{path}: {one_line(error)}") from error
    data: Any = mujoco.MjData(model)
    if model.nkey:
        mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_kinematics(model, data)
    listed = _beside(path.with_name("scene.json"))
    objects: list[FoundObject] = []
    skipped: dict[str, str] = {}
    base: tuple[Vec3, Quat] | None = None
    for body in range(1, model.nbody):
        name = model.body(body).name
        if model.body_parentid[body] != 0:
            continue
        if name in listed:
            try:
                objects.append(_listed(model, data, body, listed[name]))
            except MALFORMED as error:
                skipped[name] = malformed(error)
        elif any(word in name.lower() for word in ROBOTS):
            skipped[name] = "is of a robot"
            base = base or (vec3(data.xpos[body]), quaternion(data.xmat[body].reshape(3, 3)))
        else:
            try:
                objects.append(_measured(model, data, body, name))
            except SpecError as error:
                skipped[name] = str(error)
    return FoundScene(tuple(objects), skipped, base)


def _beside(path: Path) -> dict[str, Any]:
    """The objects that the list beside an export of ours describes, by name.

    Raises:
        SpecError: the file is no such list.
    """
    if not path.is_file():
        return {}
    try:
        return {entry["name"]: entry for entry in read_json(path)["objects"]}
    except MALFORMED as error:
        raise SpecError(
            f"{path} lists no objects, as one beside an exported scene does "
            f"({type(error).__name__}: {one_line(error)}); move it elsewhere"
        ) from error


def _listed(model: Any, data: Any, body: int, entry: dict[str, Any]) -> FoundObject:
    """An object that `scene.json` describes."""
    name = entry["name"]
    return FoundObject(
        name=name,
        category=entry["category"],
        pos=vec3(data.xpos[body]),
        quat=_quat(data.xquat[body]),
        extents=vec3(entry["extents"]),
        fixed=bool(entry["fixed"]),
        joints={
            joint: float(data.qpos[model.joint(f"{name}/{joint}").qposadr[0]])
            for joint in entry["joints"]
        },
        asset=entry["asset"],
        asset_hash=entry["asset_hash"],
    )


def _measured(model: Any, data: Any, body: int, name: str) -> FoundObject:
    """An object by its body's name and the box of its geoms, joints as they stand.

    Raises:
        SpecError: the name means nothing to BDDL, or it has no geometry.
    """
    category = _named(name)
    family = [body]
    for other in range(body + 1, model.nbody):
        if model.body_parentid[other] in family:
            family.append(other)
    frame = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
    points = [
        point for geom in range(model.ngeom) if model.geom_bodyid[geom] in family
        for point in _corners(model, data, geom, inverse(frame))
    ]  # fmt: skip
    if not points:
        raise SpecError("has no geometry")
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    middle = np.array([*(low + high)[:2] / 2, low[2], 1.0])
    free = any(model.jnt_type[j] == FREE for j in range(model.njnt) if model.jnt_bodyid[j] == body)
    return FoundObject(
        name=re.sub(r"[^A-Za-z0-9_-]", "_", name),
        category=category,
        pos=vec3((frame @ middle)[:3]),
        quat=_quat(data.xquat[body]),
        extents=vec3(high - low),
        fixed=not free,
        joints={
            model.joint(j).name: float(data.qpos[model.jnt_qposadr[j]])
            for j in range(model.njnt)
            if model.jnt_bodyid[j] in family and model.jnt_type[j] != FREE
        },
    )


def _corners(model: Any, data: Any, geom: int, body_from_world: Any) -> list[Any]:
    centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
    frame = body_from_world @ transform(data.geom_xpos[geom], data.geom_xmat[geom].reshape(3, 3))
    signs = (2 * np.array(x) - 1 for x in np.ndindex(2, 2, 2))
    return [(frame @ np.array([*(centre + half * sign), 1.0]))[:3] for sign in signs]


def _named(name: str) -> str:
    """The category in a body's name: the longest run of its last words that BDDL knows.

    Raises:
        SpecError: none of them is.
    """
    words = [word for word in re.split(r"[_\W\d]+", name.lower()) if word]
    words = [word for word in words if word not in ("main", "body", "object", "root", "g")]
    for first in range(len(words)):
        try:
            return synset_of("_".join(words[first:]))
        except SpecError:
            continue
    raise SpecError(f"BDDL knows no category in the name {name!r}")


def _quat(values: Any) -> Quat:
    w, x, y, z = (float(value) for value in values)
    return (w, x, y, z)
