"""How far joints can open before their links run into each other."""

# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import Asset
from ..asset_model import Copy, add_asset, add_resources

STEPS = 40
DEEP = 0.0008
"""Penetration from which links count as running into each other, metres."""
LEAST = 0.5
"""A joint that cannot open this share of its range is left alone: its trial will say why."""


def with_free_travel(asset: Asset) -> Asset:
    """The asset with the ranges of its joints cut where links would run into each other."""
    if not asset.joints:
        return asset
    model = _model(asset)
    if model is None:
        return asset
    data = mujoco.MjData(model)
    links = []
    for link in asset.links:
        if link.joint is not None:
            address = int(model.joint(f"thing/{link.joint.name}").qposadr[0])
            share = _free_share(model, data, address, link.joint.limits[1])
            if LEAST <= share < 1:
                limits = (0.0, round(link.joint.limits[1] * share, 5))
                joint = link.joint.model_copy(update={"limits": limits})
                link = link.model_copy(update={"joint": joint})
        links.append(link)
    return asset.model_copy(update={"links": tuple(links)})


def _model(asset: Asset) -> Any:
    """The asset alone, or None where MuJoCo refuses it, of which its trial tells."""
    spec = mujoco.MjSpec()
    try:
        add_resources(spec, "asset", asset, "physics")
        placed = Copy("thing", "asset", (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), asset.fixed)
        add_asset(spec, placed, asset, "physics")
        return spec.compile()
    except ValueError:
        return None


def _free_share(model: Any, data: Any, address: int, reach: float) -> float:
    """The share of the range, in steps, up to which there is no deep contact."""
    for step in range(STEPS + 1):
        mujoco.mj_resetData(model, data)
        data.qpos[address] = reach * step / STEPS
        mujoco.mj_fwdPosition(model, data)
        if float(np.min(data.contact.dist, initial=0.0)) < -DEEP:
            return max(step - 1, 0) / STEPS
    return 1.0
