"""BEHAVIOR's own categories and models in place of a dataset's assets."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ....scenes.core.taxonomy import behavior_models, node
from ....schemas import Asset, SpecError


@dataclass(frozen=True)
class BehaviorModel:
    """A model of BEHAVIOR's assets.

    Attributes:
        category: its folder's name.
        model: six letters.
        extents: of its bounding box as it is, metres.
    """

    category: str
    model: str
    extents: tuple[float, float, float]


def category_name(synset: str) -> str:
    """BEHAVIOR's name of a category, from which its abilities follow; else the synset's noun."""
    try:
        models = node(synset).models
    except SpecError:
        models = ()
    return models[0] if models else synset.split(".")[0]


def nearest_model(asset: Asset) -> BehaviorModel:
    """The model of the asset's category whose proportions and size are nearest.

    Raises:
        SpecError: BEHAVIOR has no model of the category.
    """
    offered = [
        BehaviorModel(category, model, extents)
        for category, model, extents in behavior_models(asset.category)
    ]
    if not offered:
        raise SpecError(f"BEHAVIOR has no model of {asset.category}")

    def apart(model: BehaviorModel) -> tuple[float, str]:
        pairs = zip(asset.extents, model.extents, strict=True)
        return sum(abs(math.log(a / max(b, 1e-4))) for a, b in pairs), model.model

    return min(offered, key=apart)
