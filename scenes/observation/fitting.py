"""Each object's twin, pose and opening: what carries others first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..assets.library import AssetLibrary
from ..core import taxonomy
from ..core.geometry import Array, transform, yaw_quaternion
from ..layout.clearance import cavities_by_height, link_transform, surfaces_by_height
from ..layout.relations import Body
from .articulation import opened
from .boxes import UprightBox, completed, smallest_box
from .evidence import Evidence, explained
from .matching import best_matches
from .segments import Segment
from .surfaces import posed, positions, skin

OVER = 0.02
"""How far beside a surface the middle of what is seen may lie, metres."""
BELOW = 0.015
"""How far a surface may lie above the lowest points seen, metres, beside noise."""
LEAST_EXPLAINED = 0.6
"""Share of the evidence below which a twin tells neither size nor place."""
OPENED = 3
"""Matches of articulated assets whose joints are tried."""


@dataclass(frozen=True)
class Fitted:
    """One object as observed.

    Attributes:
        segment: its mask.
        asset_id: the twin.
        body: the twin at its pose in the bench frame.
        shares: openings of its joints that are open.
        box: its box at rest.
        seen: the box around what is seen, completed for the far side.
        explained: share of the evidence that the twin explains, in [0, 1].
    """

    segment: Segment
    asset_id: str
    body: Body
    shares: Mapping[str, float]
    box: UprightBox
    seen: UprightBox
    explained: float

    @property
    def measured(self) -> UprightBox:
        """The twin's box; where no twin is like what is seen, the box around that."""
        return self.box if self.explained >= LEAST_EXPLAINED else self.seen

    @property
    def category(self) -> str:
        """Of the label; of the twin where the label leaves several open."""
        several = len(self.segment.offered) > 1
        return self.body.asset.category if several else self.segment.category


def fit_all(
    segments: Sequence[Segment],
    evidence: Mapping[int, Evidence],
    library: AssetLibrary,
    held_out: frozenset[str] = frozenset(),
) -> tuple[Fitted, ...]:
    """Fit all objects, those that may carry others first.

    Args:
        segments: what to fit.
        evidence: by instance id.
        library: where twins come from.
        held_out: assets that are not offered.
    """
    offered = library.ids()
    order = sorted(segments, key=lambda s: (-_size(s, library), s.instance))
    found: list[Fitted] = []
    for segment in order:
        candidates = [a for kind in segment.offered for a in offered[kind] if a not in held_out]
        seen = evidence[segment.instance]
        heights = (0.0, *_carriers(seen, found))
        found.append(_fitted(segment, candidates, heights, seen, library))
    return tuple(found)


def _size(segment: Segment, library: AssetLibrary) -> float:
    """Typical footprint of a category, square metres, as far as the library tells."""
    extents = [library.get(name).extents for name in library.ids()[segment.offered[0]][:5]]
    return float(np.median([x * y for x, y, _ in extents]))


def _carriers(evidence: Evidence, found: Sequence[Fitted]) -> tuple[float, ...]:
    """Heights of surfaces and hollows of fitted objects that this one may stand on."""
    middle = np.median(evidence.points[:, :2], axis=0)
    lowest = float(np.percentile(evidence.points[:, 2], 3)) + BELOW + evidence.slack
    heights: list[float] = []
    for other in found:
        asset = other.body.asset
        floors = [
            (s.link, np.array(s.pos), np.array(s.half_size)) for s in surfaces_by_height(asset)
        ] + [
            (c.link, np.array(c.centre) - [0, 0, c.half_size[2]], np.array(c.half_size[:2]))
            for c in cavities_by_height(asset)
        ]
        for link, centre, half in floors:
            frame = other.body.pose @ link_transform(asset, link, other.body.joints)
            point = frame @ np.array([*centre, 1.0])
            local = frame[:2, :2].T @ (middle - point[:2])
            if (np.abs(local) <= half + OVER).all() and 0.002 < point[2] <= lowest:
                heights.append(round(float(point[2]), 5))
    return tuple(sorted(set(heights)))


def _fitted(
    segment: Segment,
    candidates: Sequence[str],
    heights: tuple[float, ...],
    evidence: Evidence,
    library: AssetLibrary,
) -> Fitted:
    matches = best_matches(library, candidates, heights, evidence)
    match = matches[0]
    if library.get(match.asset_id).joints:
        tried = [opened(skin(library, m.asset_id), m, evidence) for m in matches[:OPENED]]
        match = min(tried, key=lambda m: (m.energy, m.asset_id))
    asset, shares = library.get(match.asset_id), dict(match.shares)
    x, y, z, yaw = (float(value) for value in match.pose)
    yaw = float((yaw + np.pi) % (2 * np.pi) - np.pi)
    box = UprightBox(np.array([x, y, z + asset.extents[2] / 2]), np.array(asset.extents), yaw)
    seen = smallest_box(evidence.points, z)
    return Fitted(
        segment=segment,
        asset_id=asset.id,
        body=Body(asset, transform([x, y, z], yaw_quaternion(yaw)), positions(asset, shares)),
        shares=shares,
        box=box,
        seen=completed(seen, evidence.eye, _typical(segment)),
        explained=explained(posed(library, asset.id, match.shares), match.pose, evidence),
    )


def _typical(segment: Segment) -> Array:
    """Median extents (3,) of BEHAVIOR's models of a category; a cube where it has none."""
    boxes = taxonomy.metric_boxes(segment.category)
    typical: Array = np.median(np.array(boxes), axis=0) if boxes else np.ones(3)
    return typical
