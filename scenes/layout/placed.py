"""The terms of layout: the bench, a place for an object, and an object in its place."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas import Asset, ObjectSpec, Refusal
from ..core.geometry import Array, Footprint
from .regions import AssetRegion

Origin = tuple[float, float, float]
"""x, y in metres and yaw in radians."""


class NoPlaceError(Exception):
    """An object found no place in this attempt.

    Attributes:
        refusal: the reason to be counted.
    """

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal)


class MisfitError(NoPlaceError):
    """It is too large for what should carry it, wherever that stands."""


@dataclass(frozen=True)
class Placed:
    """One object with its pose.

    Attributes:
        spec: what was asked for.
        asset: what it is.
        pose: (4, 4) `world_from_object`.
        joints: position of each of its joints, metres or radians.
        footprint: on the plane it stands on.
        keep_out: areas its doors and drawers sweep.
        level: name of the thing that carries it.
        origin: the pose that the spec states, before anything was adjusted; None if none.
    """

    spec: ObjectSpec
    asset: Asset
    pose: Array
    joints: dict[str, float]
    footprint: Footprint
    keep_out: tuple[Footprint, ...]
    level: str
    origin: Origin | None = None


@dataclass(frozen=True)
class Workspace:
    """The support everything stands on.

    Attributes:
        name: of the support.
        height: of its surface above the floor, metres.
        area: the surface.
        reached: whether a robot is to reach what stands there, and its fingers go between;
            otherwise things stand anywhere on it, and fronts face +x.
    """

    name: str
    height: float
    area: Footprint
    adjust: float = 0.0
    """How far given poses may shift, metres."""
    reached: bool = True


@dataclass(frozen=True)
class CandidatePose:
    """Where an object may go.

    Attributes:
        x, y, z: of its origin, metres.
        yaw: radians.
        level: name of the surface that carries it.
        gap: least free space to others of that level, metres.
        beside: what it stands beside, close enough for their bounding rectangles to overlap.
        given: a person stated where it is: true outlines count, not rectangles.
        region: of the object that carries it, if one does.
        origin: the pose that the spec states, before anything was adjusted.
        crowding: it stands in a crowd: true outlines count, not rectangles.
    """

    x: float
    y: float
    z: float
    yaw: float
    level: str
    gap: float
    beside: str | None = None
    given: bool = False
    region: AssetRegion | None = None
    origin: Origin | None = None
    crowding: bool = False
