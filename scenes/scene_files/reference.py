"""A scene file as a reference: a Scene with assets, and the spec whose cousins keep what it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...schemas import (
    WITHOUT_ROBOT,
    Asset,
    Inertial,
    Link,
    Material,
    Scene,
    SceneObject,
    SceneSpec,
    Shape,
    SpecError,
    Surface,
)
from ...schemas.asset import Cavity
from ...schemas.base import Vec3
from ...schemas.reserved import is_reserved
from ..core.geometry import Array, inverse, quaternion, transform, vec3
from ..cousins.reference import reference_spec
from .acdc import read_acdc
from .found import FoundObject, FoundScene, read_json
from .mjcf import read_mjcf
from .omnigibson import read_omnigibson

SUPPORT = "table"
"""What the support is called in a spec."""
REACH = 0.55
"""Where the support's middle is put before a robot that the file does not have, metres."""
WALL = 0.005
"""Thickness of the walls and the floor of a stand-in that holds something, metres."""
Find = Callable[[str, str], "Asset | None"]
"""Gives the asset of an id and a content hash, or None."""


@dataclass(frozen=True)
class Reference:
    """A scene file as a scene.

    Attributes:
        scene: its poses relative to the robot's base, or to a place before the support.
        assets: by content hash; of objects that no library has, boxes of their size.
        stand_ins: names of objects with such a box.
        skipped: what was left out, by name, with the reason.
    """

    scene: Scene
    assets: Mapping[str, Asset]
    stand_ins: tuple[str, ...]
    skipped: Mapping[str, str]

    def spec(self) -> SceneSpec:
        """What its cousins keep: relations, poses, sizes, openings."""
        return reference_spec(self.scene, self.assets)


def read_scene_file(path: Path) -> FoundScene:
    """Read a scene file of a kind that its content tells.

    Raises:
        SpecError: it is of no known kind; the message lists them.
    """
    if path.suffix == ".xml":
        return read_mjcf(path)
    told = read_json(path)
    if isinstance(told, dict) and "objects_info" in told:
        return read_omnigibson(path)
    if isinstance(told, dict) and "cam_pose" in told:
        return read_acdc(path)
    raise SpecError(
        f"{path} is no scene file that is known; allowed: OmniGibson's scene JSON (with "
        "objects_info), ACDC's scene_i_info.json (with cam_pose), MJCF (.xml)"
    )


def reference_of(
    path: Path, find: Find, support: str | None = None, found: FoundScene | None = None
) -> Reference:
    """Read a scene file as a reference.

    Args:
        path: of the file.
        find: looks for assets that the file names by id and hash.
        support: name of the object that carries the others; None takes the one that carries most.
        found: what is in the file, where it was read already.

    Raises:
        SpecError: the file is of no known kind, or nothing in it carries anything.
    """
    found = read_scene_file(path) if found is None else found
    carrier = _support(found, support, path)
    skipped = dict(found.skipped)
    kept = [carrier]
    for thing in found.objects:
        if thing is carrier:
            continue
        if thing.extents is None or not _above(thing, carrier):
            skipped[thing.name] = f"is not on {carrier.name}"
        else:
            kept.append(thing)
    to_base = inverse(_base(found, carrier))
    names = _names(kept, carrier)
    assets: dict[str, Asset] = {}
    objects: list[SceneObject] = []
    boxes: list[str] = []
    for thing in kept:
        asset = find(thing.asset, thing.asset_hash) if thing.asset and thing.asset_hash else None
        if asset is None:
            asset = _box(thing, [x for x in kept if x is not thing])
            boxes.append(names[thing.name])
        assets[asset.content_hash()] = asset
        objects.append(_object(thing, names[thing.name], asset, to_base, thing is carrier))
    scene = Scene(
        id=re.sub(r"[^A-Za-z0-9_-]", "-", f"f-{path.stem}")[:60],
        seed=(0,),
        support=names[carrier.name],
        robot=WITHOUT_ROBOT,
        objects=tuple(objects),
        lights=(),
        ambient=200.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
    )
    return Reference(scene, assets, tuple(boxes), skipped)


def _support(found: FoundScene, name: str | None, path: Path) -> FoundObject:
    sized = [thing for thing in found.objects if thing.extents is not None]
    if name is not None:
        for thing in sized:
            if thing.name == name:
                return thing
        raise SpecError(f"{path} has no object {name!r}; it has {[x.name for x in sized]}")
    carried = {
        thing.name: sum(_above(other, thing) for other in sized if other is not thing)
        for thing in sized
    }
    best = max(sized, key=lambda thing: (carried[thing.name], _area(thing)), default=None)
    if best is None or not carried[best.name]:
        raise SpecError(f"{path}: nothing in it stands on anything; name the support")
    return best


def _area(thing: FoundObject) -> float:
    x, y, _ = thing.extents or (0.0, 0.0, 0.0)
    return x * y


def _above(thing: FoundObject, carrier: FoundObject) -> bool:
    """Whether a thing's foot is at or above the carrier's top, within its outline."""
    x, y, height = carrier.extents or (0.0, 0.0, 0.0)
    frame = inverse(transform(carrier.pos, carrier.quat))
    local = (frame @ np.array([*thing.pos, 1.0]))[:3]
    inside = abs(local[0]) <= x / 2 and abs(local[1]) <= y / 2
    return bool(inside and height - 0.03 <= local[2] < height + 1.0)


def _base(found: FoundScene, carrier: FoundObject) -> Array:
    """(4, 4) of what poses are given relative to: the robot's base, on the floor."""
    if found.base is not None:
        pos, quat = found.base
        return transform((pos[0], pos[1], 0.0), quat)
    x, y, _ = carrier.pos
    return transform((x - REACH, y, 0.0), (1.0, 0.0, 0.0, 0.0))


def _names(kept: list[FoundObject], carrier: FoundObject) -> dict[str, str]:
    """Names as a spec takes them."""
    names: dict[str, str] = {}
    for thing in kept:
        word = re.sub(r"[^A-Za-z0-9_-]", "_", thing.name)[:60]
        word = f"x_{word}" if not word[:1].isalpha() or is_reserved(word) else word
        names[thing.name] = SUPPORT if thing is carrier else word
    return names


def _object(
    thing: FoundObject, name: str, asset: Asset, to_base: Array, support: bool
) -> SceneObject:
    pose = to_base @ transform(thing.pos, thing.quat)
    known = {joint.name for joint in asset.joints}
    same = np.array_equal(to_base, np.eye(4))
    return SceneObject(
        name=name,
        category=thing.category,
        asset=asset.id,
        asset_hash=asset.content_hash(),
        pos=thing.pos if same else vec3(pose[:3, 3]),
        quat=thing.quat if same else quaternion(pose[:3, :3]),
        joints={joint: value for joint, value in thing.joints.items() if joint in known},
        fixed=thing.fixed,
        role="support" if support else "context",
    )


def _box(thing: FoundObject, others: list[FoundObject]) -> Asset:
    """A box of a thing's size with a top to stand on; hollow where something is in it."""
    extents = thing.extents or (0.1, 0.1, 0.1)
    half: Vec3 = (extents[0] / 2, extents[1] / 2, extents[2] / 2)
    solid = Shape(kind="box", size=half, pos=(0.0, 0.0, half[2]))
    inertia = extents[2] * 1e-3
    inner: Vec3 = (
        max(half[0] - WALL, 1e-3), max(half[1] - WALL, 1e-3), max(half[2] - WALL / 2, 1e-3),
    )  # fmt: skip
    cavity = Cavity(
        name="inside", link="body", centre=(0.0, 0.0, half[2] + WALL / 2), half_size=inner,
        opening="top",
    )  # fmt: skip
    return Asset(
        id=re.sub(r"[^A-Za-z0-9_-]", "-", f"box-{thing.name}")[:60],
        category=thing.category,
        library="scene-file",
        source="a box of the size of an object in a scene file",
        licence="CC0-1.0",
        links=(
            Link(
                name="body",
                collisions=(solid,),
                inertial=Inertial(
                    mass=1.0,
                    com=(0.0, 0.0, half[2]),
                    inertia=(inertia, inertia, inertia, 0.0, 0.0, 0.0),
                ),
            ),
        ),
        extents=extents,
        graspable=False,
        fixed=thing.fixed,
        surfaces=(
            Surface(name="top", link="body", pos=(0.0, 0.0, extents[2]), half_size=half[:2]),
        ),
        cavities=(cavity,) if any(_within(x, thing) for x in others) else (),
    )


def _within(thing: FoundObject, other: FoundObject) -> bool:
    """Whether the middle of a thing lies in the box of another."""
    x, y, z = other.extents or (0.0, 0.0, 0.0)
    up = transform(thing.pos, thing.quat)
    middle = up[:3, 3] + up[:3, 2] * ((thing.extents or (0.0, 0.0, 0.0))[2] / 2)
    local = (inverse(transform(other.pos, other.quat)) @ np.array([*middle, 1.0]))[:3]
    return bool(abs(local[0]) < x / 2 and abs(local[1]) < y / 2 and 0 < local[2] < z)
