"""The way an object leaves where it stands."""

from __future__ import annotations

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene
from ..physics.predicates import PhysicsFacts
from .placements import APPROACH_HEIGHT, UP
from .regions import carrier


def post_grasp_retreat(
    compiled: CompiledScene, facts: PhysicsFacts, name: str
) -> tuple[Array, float]:
    """The way an object leaves where it is: direction (3,) and metres."""
    region = carrier(compiled, facts, name)
    if region is None:
        return UP, APPROACH_HEIGHT
    low, high = facts.box(name)
    if region.front:
        out = region.pose[:3, 0]
        inward = float((region.pose[:3, 3] - (low + high) / 2) @ out)
        return out, inward + float(region.half[0]) + float((high - low)[:2].max()) / 2 + 0.06
    return UP, max(region.depth + 0.04, APPROACH_HEIGHT)
