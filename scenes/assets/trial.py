"""The trial of an asset: is it what it says, and does it behave when dropped on a floor?

Static checks come first, for they are cheap: size, frame, mass and inertia of each link, and
joints. Then it falls onto a floor as in `drop`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...schemas import Asset, Refusal, RefusalKind
from ..core.asset_geometry import link_points, seen_points, touched_points
from .drop import drop_test

MAX_MISFIT = 0.005
"""Greatest difference between the geometry and the extents or the frame, metres."""
MAX_PIECES_OUTSIDE = 0.03
"""How far collision pieces may reach out of the visible box, metres, or a tenth of it."""
DENSITY = (0.5, 25_000.0)
"""kg per m^3 of the bounding box; the heaviest metals have 22,600."""
THINNEST = 0.001
"""Metres; thinner boxes are weighed as if they were this thick."""
GYRATION = (0.03, 0.6)
"""Radius of gyration as a share of the link's diagonal: a uniform ball has 0.18, and nothing
inside its box more than 0.5."""


def trial(asset: Asset) -> Refusal | None:
    """Why scenes cannot use an asset, or None.

    The same asset always gives the same answer.
    """
    return _geometry(asset) or _masses(asset) or _joints(asset) or drop_test(asset)


def _geometry(asset: Asset) -> Refusal | None:
    """Whether the extents and the frame are those of what is seen and touched."""
    if not any(link.visuals for link in asset.links):
        return Refusal(RefusalKind.ASSET_UNSEEN)
    if not any(link.collisions for link in asset.links):
        return Refusal(RefusalKind.ASSET_UNTOUCHED)
    seen, touched = seen_points(asset), touched_points(asset)
    if not (np.isfinite(seen).all() and np.isfinite(touched).all()):
        return Refusal(RefusalKind.ASSET_NOT_FINITE)
    low, high = seen.min(axis=0), seen.max(axis=0)
    size = high - low
    if np.abs(size - asset.extents).max() > MAX_MISFIT:
        return _refused(RefusalKind.ASSET_EXTENTS, (*asset.extents, *size))
    origin = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    if np.abs(origin).max() > MAX_MISFIT:
        return _refused(RefusalKind.ASSET_FRAME, origin)
    outside = np.maximum(low - touched.min(axis=0), touched.max(axis=0) - high)
    if (outside > np.maximum(MAX_PIECES_OUTSIDE, 0.1 * size)).any():
        return _refused(RefusalKind.ASSET_PIECES_OUTSIDE, (outside.max(),))
    return None


def _masses(asset: Asset) -> Refusal | None:
    """Whether mass and inertia of each link can be those of its geometry."""
    density = asset.mass / float(np.prod(np.maximum(asset.extents, THINNEST)))
    if not DENSITY[0] <= density <= DENSITY[1]:
        numbers = (asset.mass, *asset.extents, density, *DENSITY)
        return _refused(RefusalKind.ASSET_DENSITY, numbers)
    for link in asset.links:
        points = link_points(asset, (*link.visuals, *link.collisions))
        if not len(points):
            continue
        xx, yy, zz, xy, xz, yz = link.inertial.inertia
        moments = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        if moments[0] <= 0 or moments[2] > (moments[0] + moments[1]) * (1 + 1e-6):
            return _refused(RefusalKind.ASSET_MOMENTS, moments, link.name)
        low, high = points.min(axis=0), points.max(axis=0)
        diagonal = float(np.linalg.norm(high - low))
        gyration = float(np.sqrt(moments[2] / link.inertial.mass))
        if not GYRATION[0] <= gyration / diagonal <= GYRATION[1]:
            return _refused(RefusalKind.ASSET_GYRATION, (gyration, diagonal), link.name)
        margin = MAX_MISFIT + 0.05 * diagonal
        if ((link.inertial.com < low - margin) | (link.inertial.com > high + margin)).any():
            return _refused(RefusalKind.ASSET_MASS_OUTSIDE, link.inertial.com, link.name)
    return None


def _joints(asset: Asset) -> Refusal | None:
    """Whether the joints have an axis, and a range that begins at or holds zero."""
    for joint in asset.joints:
        low, high = joint.limits
        if not (np.isfinite(joint.limits).all() and low <= 0.0 <= high and high - low > 1e-3):
            return _refused(RefusalKind.ASSET_RANGE, (low, high), joint.name)
        if abs(float(np.linalg.norm(joint.axis)) - 1) > 1e-3:
            return _refused(RefusalKind.ASSET_AXIS, joint.axis, joint.name)
    return None


def _refused(kind: RefusalKind, numbers: Iterable[float], part: str = "") -> Refusal:
    """A refusal with numbers; `part` is the link or joint that it is about, if any."""
    words = (part,) if part else ()
    return Refusal(kind, numbers=tuple(float(number) for number in numbers), words=words)
