"""A concrete scene as a reference: what its cousins keep, written as a SceneSpec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ...schemas import Asset, ObjectSpec, Scene, SceneSpec
from ..assets.library import AssetLibrary
from ..layout.relations import (
    Body,
    aligned,
    body,
    facing,
    in_front_of,
    level_inside,
    level_on,
    next_to,
)

ADJUST = 0.08
"""How far cousins may shift from where the reference has its objects, metres."""
SQUARE = 1.15
"""Ratio of two horizontal extents up to which a thing has no direction to align."""
CLOSED = 0.02
"""Share of its range up to which a joint counts as closed."""
DIGITS = 4
"""Decimals of stated poses, in metres and degrees."""


def reference_spec(scene: Scene, assets: Mapping[str, Asset], adjust: float = ADJUST) -> SceneSpec:
    """The spec whose cousins keep what this scene has: relations, poses, sizes, openings.

    Args:
        scene: at rest.
        assets: its assets by content hash.
        adjust: how far poses may shift where cousins of other sizes collide, metres.

    Returns:
        A spec with every object but the support, each after those it refers to.
    """
    bodies = {thing.name: body(thing, assets[thing.asset_hash]) for thing in scene.objects}
    del bodies[scene.support]
    categories = {thing.name: thing.category for thing in scene.objects}
    made: dict[str, ObjectSpec] = {}
    for name in _carriers_first(bodies):
        made[name] = _object_spec(name, categories[name], scene.support, bodies, tuple(made))
    return SceneSpec.model_validate(
        {"support": scene.support, "objects": tuple(made.values()), "adjust": adjust}
    )


def twin_of_size(
    offered: Iterable[str], extents: tuple[float, float, float], library: AssetLibrary
) -> str:
    """The asset whose extents are nearest to measured ones, the first of equals.

    The distance is the sum of |ln ratio| over the three axes; the two horizontal ones may be
    swapped, since a measured box does not tell front from side.
    """
    measured = np.array(extents)

    def apart(asset_id: str) -> float:
        sizes = np.array(library.get(asset_id).extents)
        straight = np.abs(np.log(sizes / measured)).sum()
        crosswise = np.abs(np.log(sizes / measured[[1, 0, 2]])).sum()
        return float(min(straight, crosswise))

    return min(offered, key=apart)


def _carriers_first(bodies: Mapping[str, Body]) -> list[str]:
    """Names, larger things first, but none before what carries it."""
    volume = {name: float(np.prod(one.asset.extents)) for name, one in bodies.items()}
    waiting = sorted(bodies, key=lambda name: (-volume[name], name))
    ordered: list[str] = []
    while waiting:
        ready = next(
            (name for name in waiting if _carrier(name, bodies)[1] in (None, *ordered)),
            waiting[0],
        )
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def _carrier(name: str, bodies: Mapping[str, Body]) -> tuple[str, str | None, int | None]:
    """How (`on` or `inside`), by what, and on which level a thing is carried, if it is."""
    mine = bodies[name]
    others = {other: its for other, its in bodies.items() if other != name}
    for other, its in others.items():
        if (level := level_on(mine, its)) is not None:
            return "on", other, level
    for other, its in others.items():
        if _smaller(mine, its) and (level := level_inside(mine, its)) is not None:
            return "inside", other, level
    return "on", None, None


def _smaller(first: Body, second: Body) -> bool:
    return float(np.prod(first.asset.extents)) < float(np.prod(second.asset.extents))


def _object_spec(
    name: str, category: str, support: str, bodies: Mapping[str, Body], earlier: tuple[str, ...]
) -> ObjectSpec:
    mine = bodies[name]
    how, by, level = _carrier(name, bodies)
    fields: dict[str, object] = {"name": name, "category": category, how: by or support}
    fields |= {"level": level, "extents": mine.asset.extents, "joint": _openings(mine)}
    yaw = float(np.degrees(np.arctan2(mine.pose[1, 0], mine.pose[0, 0])))
    values = (mine.pose[0, 3], mine.pose[1, 3], yaw)
    fields["pose"] = {
        key: float(np.round(value, DIGITS))
        for key, value in zip(("x", "y", "yaw"), values, strict=True)
    }
    if by is None:
        others = {other: bodies[other] for other in earlier}
        fields |= _beside(mine, others)
    return ObjectSpec.model_validate(fields)


def _beside(mine: Body, others: Mapping[str, Body]) -> dict[str, object]:
    """Relations to others on the same bench, each to the nearest of those it holds with."""
    holds = {
        "next_to": [o for o, its in others.items() if next_to(mine, its)],
        "in_front_of": [o for o, its in others.items() if _fronted(its) and in_front_of(mine, its)],
        "facing": [o for o, its in others.items() if _fronted(mine) and facing(mine, its)],
        "aligned": [o for o, its in others.items() if _sided(mine, its) and aligned(mine, its)],
    }
    found: dict[str, object] = {
        relation: min(names, key=lambda other: (_apart(mine, others[other]), other))
        for relation, names in holds.items()
        if names
    }
    if "next_to" in found:
        found["on"] = None
    return found


def _fronted(body: Body) -> bool:
    """Whether it has a front that means something: it opens, or is reached into from there."""
    return bool(body.asset.joints) or any(c.opening == "front" for c in body.asset.cavities)


def _sided(*both: Body) -> bool:
    """Whether all have longer and shorter sides, or a front."""
    return all(
        _fronted(body) or max(body.asset.extents[:2]) > SQUARE * min(body.asset.extents[:2])
        for body in both
    )


def _apart(first: Body, second: Body) -> float:
    return float(np.linalg.norm(first.pose[:2, 3] - second.pose[:2, 3]))


def _openings(body: Body) -> dict[str, float]:
    """Share of its range by which each joint is open, where it is."""
    shares = {
        joint.name: (body.joints.get(joint.name, 0.0) - joint.limits[0])
        / (joint.limits[1] - joint.limits[0])
        for joint in body.asset.joints
    }
    return {name: round(share, DIGITS) for name, share in shares.items() if share > CLOSED}
