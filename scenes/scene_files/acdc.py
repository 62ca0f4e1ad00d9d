"""ACDC's `scene_i_info.json`: the cousin scenes of `cremebrule/digital-cousins`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np

from ...schemas import SpecError
from ..core.geometry import Array, quaternion, rotation, transform, vec3
from .found import MALFORMED, FoundObject, FoundScene, malformed, read_json, synset_of


def read_acdc(path: Path) -> FoundScene:
    """Read a scene of ACDC.

    Poses are given in the camera's frame, and the camera's in the world; an object's origin is
    taken for the middle of its box.

    Raises:
        SpecError: it is no such file; the message says what it lacks.
    """
    told = read_json(path)
    try:
        position, (x, y, z, w) = told["cam_pose"]
        camera = transform(position, rotation((w, x, y, z)))
        listed = told["objects"].items()
    except MALFORMED as error:
        raise SpecError(
            f"{path} is no scene_i_info.json of ACDC: it needs cam_pose and objects ({error})"
        ) from error
    objects: list[FoundObject] = []
    skipped: dict[str, str] = {}
    for name, info in listed:
        try:
            objects.append(_object(name, info, camera))
        except SpecError as error:
            skipped[name] = str(error)
        except MALFORMED as error:
            skipped[name] = malformed(error)
    return FoundScene(tuple(objects), skipped)


def _object(name: str, info: dict[str, Any], camera: Array) -> FoundObject:
    pose = camera @ np.array(info["tf_from_cam"], dtype=np.float64)
    extents = vec3(info["bbox_extent"])
    mount: Any = info.get("mount")
    return FoundObject(
        name=name,
        category=synset_of(info["category"]),
        pos=vec3(pose[:3, 3] - pose[:3, 2] * (extents[2] / 2)),
        quat=quaternion(pose[:3, :3]),
        extents=extents,
        fixed=isinstance(mount, dict) and bool(cast("dict[str, Any]", mount).get("wall")),
    )
