"""Deflections: noise on what the arm does, while what is recorded is what brings it back.

The command of an action is offset by a smooth bump per joint. The recorded action is the one
that was meant, so that from the deflected state it leads back onto the path (Laskey et al., DART:
Noise Injection for Robust Imitation Learning, 2017). Bumps overlap by half. They are part of the
record, and replay applies them again. A bump that would lead the arm into something is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...scenes.core.geometry import Array
from ...schemas import Disturbance
from .disturbances import acting, offset_of

SECONDS = (0.4, 1.0)
"""Length of a bump."""
WRIST = 1.5
"""How much more the last three joints are deflected: they move the hand less."""
BOUND = 2.0
"""Standard deviations beyond which no deflection goes."""
SETTLED = 0.3
"""Before the end of a motion, seconds: the arm follows its command with some delay."""
DIGITS = 4
RECENT = 16
"""Bumps of which some may still act."""
LOOKED = 2
"""Moments of each action at which a bump is looked at."""

Hits = Callable[[float, Array], bool]
"""Whether the arm hits something at a time, in actions since the start of the episode, where its
command is offset by so much (J,), radians."""


@dataclass
class Deflector:
    """Decides how the arm is deflected while it moves; where it stands, it is not.

    Args:
        joints: how many the arm has.
        deviation: of the offsets in free motion, radians.
        hz: actions per second.
        rng: drawn from by all of it.
        object: what the hand is after.
    """

    joints: int
    deviation: float
    hz: int
    rng: np.random.Generator
    object: str = ""
    done: list[Disturbance] = field(default_factory=list[Disturbance])
    _scale: float = 0.0
    _hits: Hits | None = None
    _next: int = 0
    _end: int = 0

    def begin(self, end: int, scale: float, hits: Hits | None = None) -> None:
        """A motion starts.

        Args:
            end: one past its last action; a little before it all deflections are over.
            scale: of the offsets: less beside things than in free motion.
            hits: says where not to; None deflects anywhere.
        """
        self._end, self._scale, self._hits = end - round(SETTLED * self.hz), scale, hits

    def at(self, action: int) -> tuple[Disturbance, ...]:
        """The disturbances during an action; begins what is due."""
        if self._scale > 0.0 and self._next <= action < self._end - 1:
            length = max(2, round(float(self.rng.uniform(*SECONDS)) * self.hz))
            length = min(length, self._end - action)
            self._next = action + max(1, length // 2)
            bump = self._bump(action, length)
            if self._is_free(bump):
                self.done.append(bump)
        return acting(self.done[-RECENT:], action)

    def _is_free(self, bump: Disturbance) -> bool:
        """Whether the arm hits nothing with this bump on top of those that act already."""
        if self._hits is None:
            return True
        known = [*self.done[-RECENT:], bump]
        for action in range(bump.start, bump.end):
            active = acting(known, action)
            for part in range(1, LOOKED + 1):
                time = action + part / LOOKED
                offset = np.sum([offset_of(x, time) for x in active], axis=0)
                if self._hits(time, offset):
                    return False
        return True

    def _bump(self, action: int, length: int) -> Disturbance:
        weight = np.array([*[1.0] * (self.joints - 3), *[WRIST] * 3])
        draws = np.clip(self.rng.normal(0.0, 1.0, self.joints), -BOUND, BOUND)
        offset = np.round(self._scale * self.deviation * weight * draws, DIGITS)
        return Disturbance(
            kind="deflection",
            object=self.object,
            start=action,
            end=action + length,
            joints=tuple(float(x) for x in offset),
        )
