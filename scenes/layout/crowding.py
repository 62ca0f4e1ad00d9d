"""Crowding: clutter that stands close about the task's objects, as on people's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, Parameter, Refusal, RefusalKind, SceneSpec
from ...schemas.reserved import CLUTTER_PREFIX
from ..core.geometry import Array, transform, yaw_quaternion
from .clearance import slid_apart
from .placed import CandidatePose, NoPlaceError, Placed, Workspace
from .pose_sampling import DROP, REACH, SIDE_REACH
from .views import number

PATH = "scene.clutter.gap"
SLACK = 1e-6
"""Added to a gap, so that what stands just as far apart is not refused, metres."""
WIDENED = 0.5
"""Share of the attempts after which things also stand about other clutter."""


@dataclass(frozen=True)
class Crowd:
    """Clutter that crowds things.

    Attributes:
        middle: names of what is crowded.
        names: of the clutter that crowds it.
        gap: free space between the outlines of two of them, metres.
    """

    middle: frozenset[str]
    names: frozenset[str]
    gap: Parameter


def crowd_of(spec: SceneSpec, task: frozenset[str]) -> Crowd | None:
    """The crowd that a spec asks for, if it does.

    Args:
        spec: with its clutter among the objects.
        task: names of the task's objects; where there are none, all other objects are crowded.
    """
    if spec.clutter.around is None:
        return None
    names = frozenset(x.name for x in spec.objects if x.name.startswith(CLUTTER_PREFIX))
    others = frozenset(x.name for x in spec.objects) - names
    return Crowd(task & others or others, names, spec.clutter.free_space)


def crowding(
    bench: Workspace,
    crowd: Crowd,
    asset: Asset,
    placed: Mapping[str, Placed],
    share: float,
    rng: np.random.Generator,
) -> CandidatePose:
    """A place on the bench, as close to one of the crowded things as the gap says.

    Args:
        bench: whose surface it is.
        crowd: what is crowded, by what.
        asset: what is to stand there.
        placed: what stands already.
        share: of the attempts that are over, in [0, 1].
        rng: drawn from.

    Raises:
        NoPlaceError: where nothing of the crowd stands on the bench, or the place is out of reach.
    """
    about = crowd.middle if share < WIDENED else crowd.middle | crowd.names
    anchors = [x for name, x in placed.items() if name in about and x.level == bench.name]
    if not anchors:
        raise NoPlaceError(Refusal(RefusalKind.NOTHING_TO_CROWD, (bench.name,)))
    other = anchors[int(rng.integers(len(anchors)))]
    gap = number(crowd.gap, rng, PATH)
    bearing, yaw = (float(x) for x in rng.uniform(-np.pi, np.pi, 2))
    away = np.array([np.cos(bearing), np.sin(bearing)])
    centre = _outside(other, away, rng)
    pose = transform([*centre, bench.height + DROP], yaw_quaternion(yaw))
    distance = slid_apart(asset, pose, other.asset, other.pose, away, gap + SLACK)
    x, y = (float(value) for value in centre + away * distance)
    within = REACH[0] <= np.hypot(x, y) <= REACH[1] and abs(y) <= SIDE_REACH
    if bench.reached and not within:
        raise NoPlaceError(Refusal(RefusalKind.OUT_OF_REACH))
    return CandidatePose(x, y, bench.height, yaw, bench.name, gap, crowding=True)


def _outside(other: Placed, away: Array, rng: np.random.Generator) -> Array:
    """Where the way outwards begins, (2,): beside the middle, so that long sides fill up too."""
    across = np.array([-away[1], away[0]])
    wide = float(np.abs(other.footprint.axes() @ across) @ other.footprint.half)
    start: Array = other.footprint.centre + across * rng.uniform(-wide, wide)
    return start
