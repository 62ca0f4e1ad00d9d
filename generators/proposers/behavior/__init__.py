"""The BEHAVIOR-1K proposer: activities by name, their BDDL text unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs

if TYPE_CHECKING:
    from ....scenes.assets.library import AssetLibrary


class BehaviorProposer:
    """Takes the activities that the spec names, in their order."""

    summary = "activities of BEHAVIOR-1K by name, in the order of `tasks.activities`"
    needs = Needs(packages=("bddl", "numpy"))

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Activities number `start` up to `stop`, as far as the spec names any.

        Raises:
            SpecError: where an activity is unknown or unsupported, the library has nothing for
                a category, or it cannot be done on one support.
        """
        from .binding import bound_tasks

        del earlier  # activities are named one by one
        return bound_tasks(spec, start, stop, library)


PLUGIN = BehaviorProposer()
