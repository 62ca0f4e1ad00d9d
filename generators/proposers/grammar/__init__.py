"""The grammar proposer: templates cast with what the library offers; needs no model or key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs

if TYPE_CHECKING:
    from ....scenes.library import AssetLibrary


class GrammarProposer:
    """Draws tasks from templates; the same arguments give the same tasks."""

    summary = "templates cast with what the library offers; needs no model, key or network"
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
            ProposalError: where the library is too small for one more task; reasons counted.
        """
        from .drawing import drawn_tasks

        return drawn_tasks(spec, start, stop, earlier, library)


PLUGIN = GrammarProposer()
