"""Motion of things along with what they stand on or in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import axis_rotation, inverse, quaternion, transform, vec3
from ....schemas import Asset, Link, Scene, SceneObject, VariantError
from ....tasks.physics.predicates import PhysicsFacts
from ..truth.worlds import KeyedScene, at_rest, state_key
from .family import Variant

Array = npt.NDArray[np.float64]
TIPPED = np.radians(1.0)
"""What carries things may turn about the vertical, but tip no more than this."""


@dataclass(frozen=True)
class Rider:
    """The carrier of a thing.

    Attributes:
        carrier: name of the object.
        link: the link of it that the thing touches.
        inside: in a cavity of it, not only on it.
    """

    carrier: str
    link: str
    inside: bool


def riders(scene: Scene, assets: Mapping[str, Asset]) -> Mapping[str, Rider]:
    """The carrier of each thing that stands on or in another, by the thing's name."""
    return _riders(KeyedScene(state_key(scene), scene, assets))


@lru_cache(maxsize=8)
def _riders(state: KeyedScene) -> Mapping[str, Rider]:
    settled = at_rest(state.scene, state.assets)
    compiled, data = settled.compiled, settled.data
    facts = PhysicsFacts(compiled, data)
    carrier = _carriers(facts, {x.name: state.assets[x.asset_hash] for x in state.scene.objects})
    names = {
        body: (thing, link)
        for thing, index in compiled.objects.items()
        for link, body in index.bodies.items()
    }
    touched: dict[tuple[str, str], str] = {}
    for contact in range(data.ncon):
        bodies = [int(compiled.model.geom_bodyid[geom]) for geom in data.contact.geom[contact]]
        ends = [names.get(body) for body in bodies]
        for one, other in (ends, ends[::-1]):
            if one is not None and other is not None and one[0] != other[0]:
                touched.setdefault((one[0], other[0]), other[1])
    root = {
        thing.name: state.assets[thing.asset_hash].links[0].name for thing in state.scene.objects
    }
    return {
        name: Rider(below, touched.get((name, below), root[below]), inside)
        for name, (below, inside) in carrier.items()
    }


def _carriers(facts: PhysicsFacts, assets: Mapping[str, Asset]) -> dict[str, tuple[str, bool]]:
    """Each thing's carrier, and whether the thing is inside it; never in a circle.

    The middle of a wide tray lies in the bowl that stands on it; so what is in a thing must be
    smaller than it.
    """
    volume = {name: float(np.prod(asset.extents)) for name, asset in assets.items()}
    triples = sorted(facts.triples())  # `inside` before `ontop`
    found: dict[str, tuple[str, bool]] = {}
    for predicate, thing, *rest in triples:
        if predicate not in ("inside", "ontop") or thing in found:
            continue
        inside, below = predicate == "inside", rest[0]
        if inside and volume[thing] > volume[below]:
            continue
        above = below
        while above in found:
            above = found[above][0]
        if above != thing:
            found[thing] = (below, inside)
    return found


def moved(
    variant: Variant, thing: SceneObject, asset: Asset | None = None, factor: float = 1.0
) -> Variant:
    """The scene with an object moved, opened or resized, and what it carries gone along.

    Args:
        variant: before.
        thing: the object as it shall be.
        asset: its new asset, if it has one.
        factor: by which the new asset is larger than the old one.

    Raises:
        VariantError: where a part that carries something would tip.
    """
    before = variant.scene.object(thing.name)
    old = _links(before, variant.asset(thing.name))
    variant = variant.with_object(thing, asset)
    new = _links(variant.scene.object(thing.name), variant.asset(thing.name))
    for name, rider in riders(variant.start, variant.originals).items():
        if rider.carrier != thing.name or rider.link not in new:
            continue
        here = variant.scene.object(name)
        local = inverse(old[rider.link]) @ transform(here.pos, here.quat)
        local[:3, 3] *= factor
        pose = new[rider.link] @ local
        if np.allclose(pose, transform(here.pos, here.quat), atol=1e-12):
            continue
        turn = new[rider.link][:3, :3] @ old[rider.link][:3, :3].T
        if turn[2, 2] < np.cos(TIPPED):
            raise VariantError(
                f"{thing.name}: moving {rider.link} would tip {name}, which it carries"
            )
        there = {"pos": vec3(pose[:3, 3]), "quat": quaternion(pose[:3, :3])}
        variant = moved(variant, here.model_copy(update=there))
    return variant


def _links(thing: SceneObject, asset: Asset) -> dict[str, Array]:
    """`world_from_link` (4, 4) of each link."""
    poses: dict[str, Array] = {}
    for link in asset.links:
        if link.parent is None:
            poses[link.name] = transform(thing.pos, thing.quat)
        else:
            poses[link.name] = (
                poses[link.parent] @ transform(link.pos, link.quat) @ _motion(link, thing)
            )
    return poses


def _motion(link: Link, thing: SceneObject) -> Array:
    """(4, 4): how far its joint has moved a link, in its own frame."""
    joint = link.joint
    if joint is None:
        return np.eye(4)
    value = thing.joints.get(joint.name, 0.0)
    if joint.kind == "slide":
        return transform(np.asarray(joint.axis) * value, np.eye(3))
    turn, anchor = axis_rotation(joint.axis, value), np.asarray(joint.anchor)
    return transform(anchor - turn @ anchor, turn)
