"""Simulators that carry out stored attempts: what happens to the same actions elsewhere.

Tasks are solved in MuJoCo, whose states the planners read. A simulator here is given an attempt's
start and actions, and says where things went; the goal is then judged by the definitions of
docs/tasks.md, whichever simulator it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ...schemas import Asset, Episode, EpisodeArrays, Scene, TaskSpec
from ...schemas.plugins import Group, Needs

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StoredAttempt:
    """An attempt of a dataset, with all that it takes to carry it out again.

    Attributes:
        scene: at rest.
        assets: by content hash.
        task: what was to be done.
        episode: the record.
        arrays: its numbers.
    """

    scene: Scene
    assets: Mapping[str, Asset]
    task: TaskSpec
    episode: Episode
    arrays: EpisodeArrays


@dataclass(frozen=True)
class Trajectory:
    """Where things were before the first of T actions and after each.

    Attributes:
        poses: by object, (T + 1, 7) in the world: position in metres, quaternion wxyz.
        joints: by object and joint, (T + 1,) radians or metres.
        arm: (T + 1, J) radians; J is 0 where there is no arm.
        opening: (T + 1,) between the fingertips, metres.
    """

    poses: Mapping[str, Array]
    joints: Mapping[str, Mapping[str, Array]]
    arm: Array
    opening: Array


@runtime_checkable
class Simulator(Protocol):
    """Carries out stored attempts."""

    @property
    def summary(self) -> str:
        """The simulator in one line, for the documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """The packages that it needs here, and what lies in another environment."""
        ...

    def check(self) -> None:
        """Refuse quickly where it cannot be used.

        Raises:
            BackendMissingError: saying what is missing.
        """
        ...

    def execute(self, attempt: StoredAttempt) -> Trajectory:
        """Begin where the attempt began, and carry out its actions open loop.

        Raises:
            RunError: the simulator cannot carry out this attempt; the message says why.
        """
        ...


SIMULATORS: Group[Simulator] = Group(
    "simulators", Simulator, "simulator", order=("mujoco", "omnigibson")
)
"""By the name that `cousins execute --simulator` takes."""

__all__ = ["SIMULATORS", "Array", "Simulator", "StoredAttempt", "Trajectory"]
