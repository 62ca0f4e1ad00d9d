"""Diversity on purpose: which order, side, approach, and place each solution to a scene prefers.

The solutions to one scene are numbered, and preferences are drawn as a Latin hypercube (McKay et
al., 1979): in every block of STRATA solutions each factor takes each of its strata once. They
follow from the number and the scene's seed alone, so that no attempt needs to know of another.
A preference only says what is tried first; what it rules out is tried afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.core.seeds import Seed, generator
from .placements import Placement

STRATA = 8
"""Values that each factor takes, evenly spread."""
WEIGHT = 2.0
"""Of a preferred grasp against a grasp's score; noise on the scores takes its place."""
CENTRED = 0.01
"""A grasp nearer to the middle is at no side, metres; its closing axis counts instead."""
FROM_ABOVE = 0.5
"""Share of the solutions that prefer to come from above."""
HEADINGS = 1.75
"""Headings of a level hand are drawn up to this far from straight ahead, radians."""
SECTOR = np.pi / 4
"""Placements within this of the preferred bearing are alike, radians."""
Option = TypeVar("Option")


@dataclass(frozen=True)
class Variety:
    """The preferences of one solution.

    Attributes:
        seed: of the scene.
        solution: number of the attempt among those in the scene.
    """

    seed: Seed
    solution: int

    def order(self, count: int) -> int:
        """Which of `count` equally good plans to take."""
        return int(self._share("order") * count)

    def rotated(self, options: Sequence[Option], thing: str) -> list[Option]:
        """Options that begin with the preferred one, in their order."""
        first = int(self._share(f"hold of {thing}") * len(options))
        return [*options[first:], *options[:first]]

    def grasps(self, thing: str, poses: Array, centre: Array, noise: float) -> Array:
        """The bonuses to add to the scores of grasps.

        Args:
            thing: what is grasped.
            poses: (N, 4, 4) `world_from_tool`: +z advances, +y closes.
            centre: (3,) middle of the object in the world.
            noise: on the scores; the more of it, the less a preference counts.

        Returns:
            (N,).
        """
        weight = max(0.0, WEIGHT - noise)
        bearing = 2 * np.pi * self._share(f"side of {thing}")
        side = np.array([np.cos(bearing), np.sin(bearing)])
        offset = poses[:, :2, 3] - centre[:2]
        away = np.linalg.norm(offset, axis=1)
        towards = (offset @ side) / np.maximum(away, CENTRED)
        across = np.abs(poses[:, :2, 1] @ side)
        alike = np.where(away > CENTRED, towards, across)
        bonus: Array = weight * (alike + self._approach(thing, poses[:, :3, 2]))
        return bonus

    def _approach(self, thing: str, advance: Array) -> Array:
        """(N,) how much directions (N, 3) agree with the preferred one."""
        share = self._share(f"approach to {thing}")
        if share < FROM_ABOVE:
            return -advance[:, 2]
        heading = HEADINGS * (2 * (share - FROM_ABOVE) / (1 - FROM_ABOVE) - 1)
        level: Array = advance[:, :2] @ np.array([np.cos(heading), np.sin(heading)])
        return level

    def placements(self, thing: str, options: list[Placement], centre: Array) -> list[Placement]:
        """Placements on the preferred side of a target first, each group in its order.

        Args:
            thing: what is placed.
            options: where it can go.
            centre: (3,) middle of the target in the world.
        """
        bearing = 2 * np.pi * self._share(f"place of {thing}")

        def sector(option: Placement) -> int:
            x, y = option.pose[:2, 3] - centre[:2]
            apart = (np.arctan2(y, x) - bearing + np.pi) % (2 * np.pi) - np.pi
            return int(abs(apart) // SECTOR)

        return sorted(options, key=sector)

    def _share(self, factor: str) -> float:
        """In (0, 1): the middle of the factor's stratum for this solution."""
        block, place = divmod(self.solution, STRATA)
        strata = generator(self.seed, "variety", factor, block).permutation(STRATA)
        return (int(strata[place]) + 0.5) / STRATA
