"""Policies that behave and misbehave, named by tests as `python:policies_for_tests:NAME`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

HOME = np.array([0.0, -0.785, 0.0, -2.356, 0.0, 1.571, 0.785, 0.04], dtype=np.float32)


class Still:
    """A fake policy that stands still, but for what a test asks of it."""

    def reset(self, seed: int) -> None:
        """Nothing to forget."""
        self.seed, self.step = seed, 0

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """Where it is now."""
        self.step += 1
        return np.asarray(observation["observation.state"], dtype=np.float32)


class Drawn(Still):
    """Moves at random, by its seed."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        rng = np.random.default_rng((self.seed, self.step))
        return super().act(observation) + rng.normal(0, 0.05, 8).astype(np.float32)


class Short(Still):
    """Gives too few numbers."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        return super().act(observation)[:5]


class Breaks(Still):
    """Raises an error after some steps."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        if self.step == 2:
            raise KeyError("no such joint")
        return super().act(observation)


class Hangs(Still):
    """Never answers."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        time.sleep(600)
        return super().act(observation)


class Dies(Still):
    """Takes its process along."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        os._exit(3)


def nothing() -> int:
    """No policy."""
    return 3


class Drops(Still):
    """Does what the demonstration of `rolled` does until the apple is up, lets go, and stops."""

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        from rolled import attempt

        one = attempt()
        lifted = one.arrays.qpos[:, one.apple_height] > one.arrays.qpos[0, one.apple_height] + 0.08
        stop = int(np.argmax(lifted))
        self.step += 1
        action: npt.NDArray[np.float32] = one.arrays.actions[min(self.step, stop)].copy()
        if self.step > stop:
            action[-1] = HOME[-1] * 2
        return action
