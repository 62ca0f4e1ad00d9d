"""An asset at another size: all lengths by one factor, masses and inertias to match."""

from __future__ import annotations

import numpy as np

from ...schemas import (
    Asset,
    Cavity,
    Handle,
    Hook,
    Inertial,
    Joint,
    Link,
    Loop,
    RobotSpec,
    Shape,
    Surface,
)
from ...schemas.base import Vec3

SMALLEST, LARGEST = 0.8, 1.25
"""A cousin is rescaled by no more than this: beyond it, another asset is the better one."""
UNCHANGED = 0.02
"""Factors nearer to 1 than this leave the asset as it is."""
SPARE = 0.002
"""By how much the fingers open wider than a thing that was enlarged as far as they take it,
metres."""


def fitted(asset: Asset, extents: Vec3, robot: RobotSpec | None) -> Asset:
    """The asset at the size that comes nearest to measured extents.

    The factor keeps the volume of the measured box and stays within [SMALLEST, LARGEST]. What
    the robot's hand can hold is never enlarged beyond its span; None leaves it out.
    """
    factor = float(np.cbrt(np.prod(extents) / np.prod(asset.extents)))
    factor = float(np.clip(factor, SMALLEST, LARGEST))
    if robot is not None and asset.graspable and factor > 1:
        narrow, hand = min(asset.extents[:2]), robot.span(SPARE)
        if narrow <= hand:
            factor = min(factor, hand / narrow)
    if abs(factor - 1) < UNCHANGED:
        return asset
    return rescaled(asset, round(factor, 4))


def rescaled(asset: Asset, factor: float) -> Asset:
    """All lengths times `factor`, masses by its cube, inertias by its fifth power."""
    meshes = {name: mesh.scaled(factor) for name, mesh in asset.meshes.items()}
    return asset.model_copy(
        update={
            "source": f"{asset.source}, scaled by {factor:g}",
            "links": tuple(_link(link, factor) for link in asset.links),
            "meshes": meshes,
            "extents": _times(asset.extents, factor),
            "surfaces": tuple(_surface(one, factor) for one in asset.surfaces),
            "cavities": tuple(_cavity(one, factor) for one in asset.cavities),
            "handles": tuple(_handle(one, factor) for one in asset.handles),
            "hooks": tuple(_hook(one, factor) for one in asset.hooks),
            "loops": tuple(_loop(one, factor) for one in asset.loops),
        }
    )


def _times(values: Vec3, factor: float) -> Vec3:
    x, y, z = values
    return x * factor, y * factor, z * factor


def _link(link: Link, factor: float) -> Link:
    inertial = Inertial(
        mass=link.inertial.mass * factor**3,
        com=_times(link.inertial.com, factor),
        inertia=tuple(value * factor**5 for value in link.inertial.inertia),  # type: ignore[arg-type]
    )
    update = {
        "pos": _times(link.pos, factor),
        "visuals": tuple(_shape(shape, factor) for shape in link.visuals),
        "collisions": tuple(_shape(shape, factor) for shape in link.collisions),
        "inertial": inertial,
        "joint": None if link.joint is None else _joint(link.joint, factor),
    }
    return link.model_copy(update=update)


def _joint(joint: Joint, factor: float) -> Joint:
    low, high = joint.limits
    limits = (low * factor, high * factor) if joint.kind == "slide" else joint.limits
    return joint.model_copy(update={"anchor": _times(joint.anchor, factor), "limits": limits})


def _shape(shape: Shape, factor: float) -> Shape:
    size = tuple(value * factor for value in shape.size)
    return shape.model_copy(update={"size": size, "pos": _times(shape.pos, factor)})


def _surface(surface: Surface, factor: float) -> Surface:
    x, y = surface.half_size
    update = {
        "pos": _times(surface.pos, factor),
        "half_size": (x * factor, y * factor),
        "clearance": surface.clearance * factor,
    }
    return surface.model_copy(update=update)


def _cavity(cavity: Cavity, factor: float) -> Cavity:
    update = {
        "centre": _times(cavity.centre, factor),
        "half_size": _times(cavity.half_size, factor),
    }
    return cavity.model_copy(update=update)


def _handle(handle: Handle, factor: float) -> Handle:
    update = {"pos": _times(handle.pos, factor), "width": handle.width * factor}
    return handle.model_copy(update=update)


def _hook(hook: Hook, factor: float) -> Hook:
    update = {
        "root": _times(hook.root, factor),
        "tip": _times(hook.tip, factor),
        "radius": hook.radius * factor,
    }
    return hook.model_copy(update=update)


def _loop(loop: Loop, factor: float) -> Loop:
    x, y = loop.half_size
    update = {"centre": _times(loop.centre, factor), "half_size": (x * factor, y * factor)}
    return loop.model_copy(update=update)
