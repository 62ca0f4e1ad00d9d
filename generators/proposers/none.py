"""The proposer of no task: one stands for all scenes, and asks for nothing to be done in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas import DatasetSpec, TaskSpec
from ...schemas.plugins import Needs
from ...schemas.vision import NO_TASKS

if TYPE_CHECKING:
    from ...scenes.assets.library import AssetLibrary

FREE = TaskSpec(
    id="t0000",
    name="no task",
    instruction="Nothing is to be done in these scenes.",
    bddl="",
    objects=(),
    proposer=NO_TASKS,
)
"""The task of scenes that are made for their pictures alone."""


class NoProposer:
    """Gives one task without a goal, to which all scenes belong."""

    summary = "no tasks: scenes for pictures alone, with or without a robot; `scenes` counts them"
    needs = Needs()

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """The task without a goal, which is number 0."""
        del spec, earlier, library
        return (FREE,)[start:stop]


PLUGIN = NoProposer()
