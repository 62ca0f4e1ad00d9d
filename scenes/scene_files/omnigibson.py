"""OmniGibson's scene files: of both generations, whoever wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...schemas import SpecError
from ...schemas.base import Quat, Vec3
from ..core.geometry import rotation, vec3
from ..core.taxonomy import behavior_models, node
from .found import MALFORMED, FoundObject, FoundScene, malformed, read_json, synset_of

OBJECTS = ("USDObject", "DatasetObject")
SCENERY = ("PrimitiveObject", "LightObject")
STRUCTURE = ("walls", "floors", "ceilings", "window", "door", "background")
"""BEHAVIOR's names of what rooms are built of."""
INDEX = Path("assets") / "index.json"
"""The list of assets of an export of ours, in its folder."""


def read_omnigibson(path: Path) -> FoundScene:
    """Read a scene file.

    Objects made from this project's own assets come back by their ids, with the list of assets
    that lies beside the export; of others, BEHAVIOR's list of models says the size.

    Raises:
        SpecError: it is no scene file of OmniGibson; the message says what it lacks.
    """
    return scene_of(read_json(path), path, path.parent.parent.parent / INDEX)


def scene_of(told: Any, path: Path, beside: Path) -> FoundScene:
    """The objects of the value of a scene file.

    Args:
        told: what the file says.
        path: of the file, for messages.
        beside: the list of this project's own assets; it need not be there.

    Raises:
        SpecError: as `read_omnigibson`.
    """
    try:
        made: dict[str, Any] = dict(told["objects_info"]["init_info"])
        state = told["state"].get("registry", told["state"])
        states: dict[str, Any] = dict(state["object_registry"])
        bound = _bound(told)
    except MALFORMED as error:
        raise SpecError(
            f"{path} is no scene file of OmniGibson: it lacks {error}; it needs "
            "objects_info.init_info and state.object_registry"
        ) from error
    index: dict[str, Any] = read_json(beside) if beside.is_file() else {}
    objects: list[FoundObject] = []
    skipped: dict[str, str] = {}
    base: tuple[Vec3, Quat] | None = None
    for name, info in made.items():
        if name not in states:
            skipped[name] = "has no state"
            continue
        try:
            kind, args = info["class_name"], info["args"]
            pose = _pose(states[name])
            if kind in OBJECTS and args.get("category") not in STRUCTURE:
                objects.append(_object(name, args, states[name], pose, index, bound))
            elif kind in SCENERY or kind in OBJECTS:
                skipped[name] = f"is scenery ({args.get('category', kind)})"
            else:
                base = pose
        except SpecError as error:
            skipped[name] = str(error)
        except MALFORMED as error:
            skipped[name] = malformed(error)
    return FoundScene(tuple(objects), skipped, base)


def _pose(state: dict[str, Any]) -> tuple[Vec3, Quat]:
    root = state["root_link"]
    x, y, z, w = root["ori"]
    return vec3(root["pos"]), (float(w), float(x), float(y), float(z))


def _object(
    name: str,
    args: dict[str, Any],
    state: dict[str, Any],
    pose: tuple[Vec3, Quat],
    index: dict[str, Any],
    bound: dict[str, str],
) -> FoundObject:
    pos, quat = pose
    own = index.get(Path(str(args.get("usd_path", ""))).stem)
    values = [float(value) for value in state.get("joint_pos", ())]
    if own is not None:
        return FoundObject(
            name=name,
            category=bound.get(name) or _played(str(args.get("category")), own["category"]),
            pos=pos,
            quat=quat,
            extents=vec3(own["extents"]),
            fixed=bool(args.get("fixed_base", False)),
            joints=dict(zip(own["joints"], values, strict=True)),
            asset=own["asset"],
            asset_hash=own["asset_hash"],
        )
    extents = _extents(args)
    # Its origin is taken for the middle of its box.
    low = np.array(pos) - rotation(quat)[:, 2] * (extents[2] / 2)
    return FoundObject(
        name=name,
        category=synset_of(str(args.get("category", "object"))),
        pos=vec3(low),
        quat=quat,
        extents=extents,
        fixed=bool(args.get("fixed_base", False)),
        joints={f"joint_{number}": value for number, value in enumerate(values)},
    )


def _bound(told: dict[str, Any]) -> dict[str, str]:
    """The categories of objects that the file's task speaks of: those of its instances."""
    metadata: dict[str, Any] = told.get("metadata") or {}
    task: dict[str, Any] = metadata.get("task") or {}
    instances: dict[str, Any] = task.get("inst_to_name") or {}
    return {str(name): instance.rpartition("_")[0] for instance, name in instances.items()}


def _played(said: str, own: str) -> str:
    """What an object stands for, whose asset may be of another category than its twin's.

    Args:
        said: BEHAVIOR's name of the category, as the file has it.
        own: the category of the asset.
    """
    return own if said in (own.split(".")[0], *node(own).models) else synset_of(said)


def _extents(args: dict[str, Any]) -> Vec3:
    """Of the bounding box: as stated, or the model's own times its scale.

    Raises:
        SpecError: nothing says how large it is.
    """
    if args.get("bounding_box") is not None:
        return vec3(args["bounding_box"])
    category, model = str(args.get("category")), args.get("model")
    for folder, known, extents in behavior_models(synset_of(category)):
        if folder == category and known == model:
            factor = args.get("scale")
            scale = np.ones(3) if factor is None else np.broadcast_to(factor, 3)
            return vec3(np.array(extents) * scale)
    raise SpecError(f"nothing says how large {category} {model} is")
