"""How far joints are open, and what they open."""

from __future__ import annotations

from typing import Any

from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Asset


def joint_share(compiled: CompiledScene, data: Any, name: str, joint: str) -> float:
    """How far a joint is open, as a share of its range."""
    where = compiled.objects[name].joints[joint]
    return float((data.qpos[where.qpos] - where.low) / (where.high - where.low))


def is_open(compiled: CompiledScene, data: Any, name: str) -> bool:
    """Open in BDDL's sense: some door, drawer or lid is past its `open_fraction`."""
    return any(
        joint_share(compiled, data, name, joint.name) > joint.open_fraction
        for joint in compiled.asset_of(name).joints
        if joint.controls == "opening"
    )


def gates(asset: Asset, joint: str) -> list[str]:
    """Names of the cavities that a joint opens."""
    return [cavity.name for cavity in asset.cavities if cavity.joint == joint]
