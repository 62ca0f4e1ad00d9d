"""The proposer of variants: tasks derived from seed tasks, without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs

if TYPE_CHECKING:
    from ....scenes.assets.library import AssetLibrary


class VariantsProposer:
    """Mutates, lengthens and composes seed tasks; the same arguments give the same tasks."""

    summary = (
        "tasks derived from those of `tasks.seeds` or from BEHAVIOR-1K activities: mutated, "
        "lengthened, composed; `tasks.seeds` alone chooses it"
    )
    needs = Needs(packages=("bddl", "numpy"))

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`.

        Raises:
            ProposalError: where no further task can be derived; reasons counted.
            SpecError: where a seed task cannot be read or done, with its place.
        """
        from .drawing import derived_tasks

        return derived_tasks(spec, start, stop, earlier, library)


PLUGIN = VariantsProposer()
"""Derives tasks from seed tasks."""
