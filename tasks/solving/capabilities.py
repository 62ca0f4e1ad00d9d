"""The capabilities of a scene's objects: the input of the symbolic search."""

from __future__ import annotations

from collections.abc import Mapping

from ...schemas import Asset
from ..skills import sources
from ..symbolic.domain import Capabilities, Relation
from ..symbolic.fitting import fits, lidded, requires_opening


def capabilities(assets: Mapping[str, Asset], support: str) -> Capabilities:
    """The capabilities of a scene's objects.

    Args:
        assets: each object's asset by the object's name, the support included.
        support: name of what everything stands on.
    """
    pairs = [(a, b) for a in assets for b in assets if a != b and b != support]
    relations: tuple[Relation, ...] = ("ontop", "inside")
    return Capabilities(
        objects=tuple(assets),
        support=support,
        movable=frozenset(
            name
            for name, asset in assets.items()
            if asset.graspable and not asset.grain and name != support
        ),
        openable=frozenset(n for n, asset in assets.items() if "openable" in asset.affordances),
        gated=frozenset(name for name, asset in assets.items() if requires_opening(asset)),
        lidded=frozenset(name for name, asset in assets.items() if lidded(asset)),
        fits=frozenset(
            (a, b, relation)
            for a, b in pairs
            for relation in relations
            if fits(assets[a], assets[b], relation)
        ),
        sources=sources([assets], support),
    )
