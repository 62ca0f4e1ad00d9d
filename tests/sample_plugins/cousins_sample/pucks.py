"""Pucks: flat discs of rubber, a category of assets that is made by code."""

from __future__ import annotations

import numpy as np

from cousins.scenes.assets.categories import Builders, Category
from cousins.scenes.libraries.procedural.toolkit import materials
from cousins.scenes.libraries.procedural.toolkit.draft import Draft
from cousins.scenes.libraries.procedural.toolkit.geometry import revolve
from cousins.schemas import Asset
from cousins.schemas.plugins import Needs


def puck(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """One puck; nothing stands on it, since it has no `surface`."""
    radius, height = rng.uniform((0.030, 0.024), (0.036, 0.030)).tolist()
    draft = Draft(asset_id, category)
    draft.materials["rubber"] = materials.plain((0.08, 0.08, 0.09), 0.9)
    link = draft.link()
    outline = [(0.0, 0.0), (radius, 0.0), (radius, height), (0.0, height)]
    link.show(revolve(outline), "rubber", density=1200.0)
    link.collide("cylinder", (radius, height / 2), (0, 0, height / 2))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("puck.n.02", "puck", puck, sort="block"), needs=Needs(version=1), licence="MIT"
)
