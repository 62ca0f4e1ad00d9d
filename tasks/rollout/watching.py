"""Watches a rollout, to say afterwards why it failed."""

from __future__ import annotations

import numpy as np

from ...schemas import Shortcoming
from ..bddl.goals import ground_literals
from ..physics.predicates import ELSEWHERE
from .simulation import Rollout

MOVED = 0.02
"""How far a thing must come for it to count as moved, metres; joints: half of this in radians
or metres."""


class Watch:
    """How far a rollout came.

    Args:
        rollout: begun.
    """

    def __init__(self, rollout: Rollout) -> None:
        """Note where everything is."""
        self._rollout = rollout
        scene = rollout.compiled.scene
        arguments = {x for literal in ground_literals(rollout.goal) for x in literal.arguments}
        named = [x for x in arguments if x not in (*ELSEWHERE, scene.support)]
        # What is welded cannot be moved, but its joints can.
        objects = rollout.compiled.objects
        self._ranks = np.array(
            [n for n, thing in enumerate(scene.objects) if thing.name in named], dtype=np.int64
        )
        places = [objects[x].free_qpos for x in sorted(named)]
        self._places = [at for at in places if at is not None]
        self._joints = [j.qpos for x in sorted(named) for j in objects[x].joints.values()]
        self._start = rollout.data.qpos.copy()
        self._touched = self._moved = self._held = False

    def look(self) -> None:
        """After each action."""
        rollout = self._rollout
        self._held = self._held or rollout.holds
        self._touched = self._touched or self._touches()
        self._moved = self._moved or self._apart()

    def verdict(self) -> Shortcoming:
        """Why it failed, where it did."""
        if self._held:
            return Shortcoming.NOT_KEPT
        if self._moved:
            return Shortcoming.MISPLACED
        return Shortcoming.NOT_MOVED if self._touched else Shortcoming.NOT_TOUCHED

    def _touches(self) -> bool:
        owners = self._rollout.compiled.geom_owner[self._rollout.data.contact.geom].reshape(-1, 2)
        robot = (owners == -2).any(axis=1)
        return bool((robot[:, None] & np.isin(owners, self._ranks)).any())

    def _apart(self) -> bool:
        now = self._rollout.data.qpos
        places = any(
            np.linalg.norm(now[at : at + 3] - self._start[at : at + 3]) > MOVED
            for at in self._places
        )
        return places or any(abs(now[at] - self._start[at]) > MOVED / 2 for at in self._joints)
