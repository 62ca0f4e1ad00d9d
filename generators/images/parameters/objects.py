"""Paths of objects: where they are, how open, how large, whether seen, and which asset."""

from __future__ import annotations

import numpy as np

from ....scenes.core.geometry import axis_rotation, quaternion, rotation
from ....scenes.core.rescale import rescaled
from ....schemas import SceneObject, SpecError, VariantError
from .carrying import moved, riders
from .family import Family, Flag, Numbers, Value, Variant, Words

ALL_JOINTS = "all"
ASSET = "object.NAME.asset"


def _x(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    thing = variant.scene.object(names[0])
    return _shifted(variant, thing, (float(value), thing.pos[1], thing.pos[2]))


def _y(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    thing = variant.scene.object(names[0])
    return _shifted(variant, thing, (thing.pos[0], float(value), thing.pos[2]))


def _shifted(variant: Variant, thing: SceneObject, pos: tuple[float, float, float]) -> Variant:
    return moved(variant, thing.model_copy(update={"pos": pos}))


def _yaw(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    thing = variant.scene.object(names[0])
    now = rotation(thing.quat)
    turn = np.radians(float(value)) - np.arctan2(now[1, 0], now[0, 0])
    quat = quaternion(axis_rotation((0.0, 0.0, 1.0), float(turn)) @ now)
    return moved(variant, thing.model_copy(update={"quat": quat}))


def _joint(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    name, wanted = names
    thing = variant.scene.object(name)
    joints = dict(thing.joints)
    for joint in variant.asset(name).joints:
        if wanted in (joint.name, ALL_JOINTS):
            low, high = joint.limits
            joints[joint.name] = low + float(value) * (high - low)
    return moved(variant, thing.model_copy(update={"joints": joints}))


def _scale(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """All lengths of the object, its foot staying where it is; it carries what it carries."""
    name, factor = names[0], float(value)
    if factor == 1:
        return variant
    thing, asset = variant.scene.object(name), variant.asset(name)
    slides = {joint.name for joint in asset.joints if joint.kind == "slide"}
    joints = {key: at * (factor if key in slides else 1) for key, at in thing.joints.items()}
    opened = thing.model_copy(update={"joints": joints})
    return moved(variant, opened, rescaled(asset, factor), factor)


def _visible(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    thing = variant.scene.object(names[0])
    return variant.with_object(thing.model_copy(update={"visible": bool(value)}))


def _asset(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """Another asset in the same place, closed; its foot stands where the old one's stood."""
    name = names[0]
    thing = variant.scene.object(name)
    if str(value) == thing.asset:
        return variant
    on_it = [
        key
        for key, rider in riders(variant.start, variant.originals).items()
        if rider.carrier == name
    ]
    if on_it:
        raise VariantError(f"object.{name}.asset: {', '.join(on_it)} would lose its place")
    try:
        asset = variant.load(str(value))
    except SpecError as error:
        raise SpecError(f"render.vary.object.{name}.asset: {error}") from error
    if asset.fixed != thing.fixed:
        raise VariantError(f"object.{name}.asset: one of {thing.asset} and {value} is furniture")
    joints = {joint.name: 0.0 for joint in asset.joints}
    return variant.with_object(thing.model_copy(update={"joints": joints}), asset)


METRES = Numbers(-10.0, 10.0)
FAMILIES = (
    Family(
        "object.NAME.pose.x", METRES, "metres in the world; the height stays", "object", _x,
        moves=True,
    ),
    Family(
        "object.NAME.pose.y", METRES, "metres in the world; the height stays", "object", _y,
        moves=True,
    ),
    Family(
        "object.NAME.pose.yaw", Numbers(-360.0, 360.0), "degrees about the vertical",
        "object", _yaw, moves=True,
    ),
    Family(
        "object.NAME.joint.JOINT", Numbers(0.0, 1.0),
        "share of the joint's range; `all` is every joint", "object", _joint, moves=True,
    ),
    Family(
        "object.NAME.scale", Numbers(0.5, 2.0), "times its size; its foot stays",
        "object", _scale, moves=True,
    ),
    Family("object.NAME.visible", Flag(), "whether it is drawn", "object", _visible),
    Family(
        ASSET, Words("ids of assets of the libraries", bool),
        "what stands there instead", "object", _asset, moves=True,
    ),
)  # fmt: skip
