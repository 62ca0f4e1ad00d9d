"""What a skill is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from ...schemas import Asset
from ..manipulation import Manipulator
from ..operators import Operator


class Skill(Protocol):
    """One kind of thing that the robot can do.

    Attributes:
        name: as in plans, such as `press`.
    """

    @property
    def name(self) -> str:
        """As in plans, such as `press`."""
        ...

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """What it can do with these objects, as far as sizes and affordances tell.

        Args:
            assets: each object's asset by the object's name, the support included.
            support: name of what everything stands on.
        """
        ...

    def perform(self, arm: Manipulator, operator: Operator) -> None:
        """Do it. Starts with an empty hand and ends with one, away from what it touched.

        Raises:
            PlanningError: there is no way to do it as things are; nothing was moved yet.
            SkillFailedError: it was tried and failed in physics.
        """
        ...

    def unreachable(self, arm: Manipulator, operator: Operator) -> str | None:
        """Why the arm cannot do it for want of reach, as a sentence; None is well.

        The planner's world shows the scene's start; nothing is moved.
        """
        ...
