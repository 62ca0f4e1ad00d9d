"""The record of one asset in the catalogue index."""

from __future__ import annotations

from typing import Literal

from ...schemas import Asset
from ...schemas.base import Model, Vec2, Vec3
from .shape_hash import shape_hash
from .trial import trial


class JointRecord(Model):
    """A joint; limits in metres or radians, zero is closed."""

    name: str
    kind: Literal["slide", "hinge"]
    controls: Literal["opening", "switch"]
    limits: Vec2


class AssetRecord(Model):
    """The facts about an asset that can be told without building it again."""

    id: str
    category: str
    library: str
    licence: str
    source: str
    hash: str
    """Of the content."""
    extents: Vec3
    """Metres."""
    mass: float
    """Kilograms."""
    joints: tuple[JointRecord, ...]
    affordances: tuple[str, ...]
    surfaces: int
    cavities: int
    shape: str
    """Hash of the geometry and joints alone."""
    duplicate_of: str | None = None
    """The first asset of its category with the same shape, if that is another one."""
    verdict: str | None
    """Why scenes should not use it, or None."""


def record_of(asset: Asset) -> AssetRecord:
    """The record of an asset; puts it to its trial."""
    refusal = trial(asset)
    return AssetRecord(
        id=asset.id,
        category=asset.category,
        library=asset.library,
        licence=asset.licence,
        source=asset.source,
        hash=asset.content_hash(),
        extents=asset.extents,
        mass=asset.mass,
        joints=tuple(
            JointRecord(name=j.name, kind=j.kind, controls=j.controls, limits=j.limits)
            for j in asset.joints
        ),
        affordances=tuple(sorted(asset.affordances)),
        surfaces=len(asset.surfaces),
        cavities=len(asset.cavities),
        shape=shape_hash(asset),
        verdict=None if refusal is None else str(refusal),
    )
