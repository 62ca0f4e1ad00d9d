"""The surfaces and hollows of an asset as regions that other things can go to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, Cavity, ObjectSpec, Surface
from ..core.geometry import Array
from .clearance import (
    ROUND_SLACK,
    cavities_by_height,
    fits_on,
    footprint_radius,
    surfaces_by_height,
)


@dataclass(frozen=True)
class AssetRegion:
    """A surface or a hollow of an asset, in the frame of one of its links.

    Attributes:
        name: of the surface or cavity.
        link: whose frame it is in.
        centre: (3,) middle of its floor, metres.
        half: (2,) half extents along the link's x and y, metres.
        height: free height above the floor, metres.
        round: a disc of radius half[0].
        walled: nothing may stick out sideways.
    """

    name: str
    link: str
    centre: Array
    half: Array
    height: float
    round: bool
    walled: bool


def surface_regions(asset: Asset) -> list[AssetRegion]:
    """Open surfaces, the lowest first."""

    def region(s: Surface) -> AssetRegion:
        return AssetRegion(
            s.name, s.link, np.array(s.pos), np.array(s.half_size), s.clearance, s.disc, False
        )

    return [region(s) for s in surfaces_by_height(asset)]


def cavity_regions(asset: Asset) -> list[AssetRegion]:
    """Hollows, the lowest first."""

    def region(c: Cavity) -> AssetRegion:
        floor = np.array(c.centre) - np.array([0, 0, c.half_size[2]])
        half = np.array(c.half_size[:2])
        # What stands in an open vessel may look out of it by half its own height.
        height = 2 * c.half_size[2] * (2.0 if c.opening == "top" and c.joint is None else 1.0)
        return AssetRegion(c.name, c.link, floor, half, height, c.round, True)

    return [region(c) for c in cavities_by_height(asset)]


def fits(region: AssetRegion, asset: Asset) -> bool:
    """Whether an asset, upright, finds room there."""
    half = np.array(asset.extents[:2]) / 2
    if asset.extents[2] > region.height - 0.003:
        return False
    if not region.walled:
        return fits_on(asset, region.half, region.round)
    if region.round:
        return footprint_radius(asset) * ROUND_SLACK <= float(region.half[0])
    return bool((np.sort(half) <= np.sort(region.half) - 0.002).all())


def regions_for(carrier: Asset, spec: ObjectSpec) -> list[AssetRegion]:
    """Where on or in its carrier an object may go: all levels, or the one that is asked for.

    The highest stands in for levels that the carrier does not have.
    """
    regions = cavity_regions(carrier) if spec.inside else surface_regions(carrier)
    if spec.level is not None and regions:
        return [regions[min(spec.level, len(regions) - 1)]]
    return regions


def has_room(carrier: Asset, spec: ObjectSpec, asset: Asset) -> bool:
    """Whether an asset fits where a spec wants it on or in its carrier."""
    return any(fits(region, asset) for region in regions_for(carrier, spec))


def has_room_for(carrier: Asset, spec: ObjectSpec) -> bool:
    """Whether a carrier has room for what a spec wants on or in it, as large as was measured."""
    regions = regions_for(carrier, spec)
    if spec.extents is None:
        return bool(regions)
    short, long = sorted(extent / 2 for extent in spec.extents[:2])
    height = spec.extents[2]
    return any(
        height <= region.height and short <= min(region.half) and long <= max(region.half)
        for region in regions
    )
