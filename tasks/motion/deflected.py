"""Where the arm must not be deflected to: into what it passes by."""

from __future__ import annotations

from ...scenes.core.geometry import Array
from ..physics.deflecting import Hits
from .collision import CollisionWorld


def hits_along(world: CollisionWorld, way: Array, opening: float, start: int) -> Hits:
    """Whether the arm, deflected on its way, hits something that it passes by undeflected.

    Args:
        world: frozen as the way was planned in it.
        way: configurations (T + 1, J), one for each action, the one before the first action first.
        opening: between the fingertips, metres.
        start: number of the first action.
    """
    last = len(way) - 2

    def hits(time: float, offset: Array) -> bool:
        place = time - start
        before = min(int(place), last)
        q = way[before] + (place - before) * (way[before + 1] - way[before])
        return (
            world.check_collision(q + offset, opening, near=True) is not None
            and world.check_collision(q, opening, near=True) is None
        )

    return hits
