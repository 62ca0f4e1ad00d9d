"""How objects stand to each other, by their geometry alone: what cousin scenes keep.

All relations speak of bodies at rest on their feet:

- on(a, b): a's foot is at the height of a surface of b, and a's middle above it.
- inside(a, b): a's middle lies in a hollow of b, or just above the brim of an open vessel.
- next_to(a, b): side by side, closer than a sixth of their mean extent (at least 2 cm), as
  BDDL's nextto is evaluated.
- in_front_of(a, b): a's middle lies ahead of b's front, within b's width and WITHIN.
- facing(a, b): a's front points to b's middle, give or take FACING.
- aligned(a, b): parallel or at right angles, give or take ALIGNED.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...schemas import Asset, ObjectSpec, Refusal, RefusalKind, SceneObject
from ..core.geometry import Array, transform
from .clearance import cavities_by_height, link_transform, outline, surfaces_by_height

NEXT_TO_LEAST = 0.02
"""Gap up to which anything is next to anything, metres."""
WITHIN = 0.6
"""How far ahead of a front counts as before it, metres."""
FACING = float(np.radians(30.0))
ALIGNED = float(np.radians(12.0))
ON_SLACK = 0.012
"""Between a foot and the surface it stands on, metres."""
BRIM = 0.3
"""How far above an open vessel's brim the middle of what is inside may lie, of its half depth."""


@dataclass(frozen=True)
class Body:
    """An asset with its pose.

    Attributes:
        asset: what it is.
        pose: (4, 4) `world_from_asset`.
        joints: positions, metres or radians; zero where absent.
    """

    asset: Asset
    pose: Array
    joints: Mapping[str, float]

    @property
    def middle(self) -> Array:
        """Middle of the bounding box at rest, (3,), metres."""
        point: Array = self.pose[:3, 3] + self.pose[:3, 2] * (self.asset.extents[2] / 2)
        return point

    def bounds(self) -> tuple[Array, Array]:
        """Least and greatest corner along the world's axes, (3,) each."""
        points = outline(self.asset) @ self.pose[:3, :3].T + self.pose[:3, 3]
        return points.min(axis=0), points.max(axis=0)


def body(thing: SceneObject, asset: Asset) -> Body:
    """An object of a scene as a body."""
    return Body(asset, transform(thing.pos, thing.quat), thing.joints)


def broken(spec: ObjectSpec, bodies: Mapping[str, Body]) -> tuple[Refusal, ...]:
    """The relations that a spec states of an object and that do not hold."""
    found: list[Refusal] = []
    mine = bodies[spec.name]
    for relation, test in _TESTS.items():
        target = getattr(spec, relation)
        if target is not None and target in bodies and not test(mine, bodies[target]):
            words = (relation.replace("_", " "),)
            found.append(Refusal(RefusalKind.RELATION_LOST, (spec.name, target), words=words))
    if spec.level is not None and not found:
        found += _other_level(spec, bodies)
    return tuple(found)


def next_to(a: Body, b: Body) -> bool:
    """Side by side and close."""
    (low, high), (other_low, other_high) = a.bounds(), b.bounds()
    gap = np.maximum(np.maximum(low - other_high, other_low - high), 0.0)
    extent = float((high - low).mean() + (other_high - other_low).mean())
    limit = max(NEXT_TO_LEAST, extent / 12)
    return float(gap[2]) <= 0.0 and float(np.hypot(gap[0], gap[1])) <= limit


def in_front_of(a: Body, b: Body) -> bool:
    """Ahead of b's front, within its width."""
    ahead, aside = _seen_from(b, a.middle)
    front = b.asset.extents[0] / 2
    return front < ahead < front + WITHIN and abs(aside) <= b.asset.extents[1] / 2 + 0.05


def facing(a: Body, b: Body) -> bool:
    """A's front points to b."""
    ahead, aside = _seen_from(a, b.middle)
    return abs(float(np.arctan2(aside, ahead))) <= FACING


def aligned(a: Body, b: Body) -> bool:
    """Parallel or at right angles."""
    return abs(quarter_turn(_yaw(a) - _yaw(b))) <= ALIGNED


def quarter_turn(angle: float) -> float:
    """An angle less the nearest multiple of a right angle, radians in [-pi/4, pi/4]."""
    return float((angle + np.pi / 4) % (np.pi / 2) - np.pi / 4)


def level_on(a: Body, b: Body) -> int | None:
    """Which of b's open surfaces carries a, counted from the lowest; None where none does."""
    for number, surface in enumerate(surfaces_by_height(b.asset)):
        frame = b.pose @ link_transform(b.asset, surface.link, b.joints)
        local = frame[:3, :3].T @ (a.pose[:3, 3] - frame[:3, 3]) - np.array(surface.pos)
        if abs(local[2]) <= ON_SLACK and (np.abs(local[:2]) <= np.array(surface.half_size)).all():
            return number
    return None


def level_inside(a: Body, b: Body) -> int | None:
    """Which of b's hollows holds a's middle, counted from the lowest; None where none does."""
    for number, cavity in enumerate(cavities_by_height(b.asset)):
        frame = b.pose @ link_transform(b.asset, cavity.link, b.joints)
        local = frame[:3, :3].T @ (a.middle - frame[:3, 3]) - np.array(cavity.centre)
        half = np.array(cavity.half_size)
        brim = half[2] * (1 + BRIM if cavity.opening == "top" and not cavity.joint else 1)
        across = np.abs(local[:2]) <= half[:2]
        if -half[2] <= local[2] <= brim and across.all():
            return number
    return None


def _other_level(spec: ObjectSpec, bodies: Mapping[str, Body]) -> list[Refusal]:
    """Whether it stands on another level than it should; the highest stands for all above."""
    carrier = bodies.get(spec.on or spec.inside or "")
    if carrier is None or spec.level is None:
        return []
    mine = bodies[spec.name]
    if spec.on:
        level, count = level_on(mine, carrier), len(surfaces_by_height(carrier.asset))
    else:
        level, count = level_inside(mine, carrier), len(cavities_by_height(carrier.asset))
    wanted = min(spec.level, count - 1)
    if level == wanted:
        return []
    words = (str(level), str(wanted))
    return [Refusal(RefusalKind.OTHER_LEVEL, (spec.name,), words=words)]


def _seen_from(viewer: Body, point: Array) -> tuple[float, float]:
    """How far ahead of a body's middle a point lies, and how far to its left, metres."""
    offset = point[:2] - viewer.pose[:2, 3]
    yaw = _yaw(viewer)
    ahead = float(offset @ [np.cos(yaw), np.sin(yaw)])
    return ahead, float(offset @ [-np.sin(yaw), np.cos(yaw)])


def _yaw(body: Body) -> float:
    return float(np.arctan2(body.pose[1, 0], body.pose[0, 0]))


_TESTS: dict[str, Callable[[Body, Body], bool]] = {
    "on": lambda a, b: level_on(a, b) is not None,
    "inside": lambda a, b: level_inside(a, b) is not None,
    "next_to": next_to,
    "in_front_of": in_front_of,
    "facing": facing,
    "aligned": aligned,
}
