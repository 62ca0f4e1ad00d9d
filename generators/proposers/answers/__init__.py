"""The proposer of answers that are there already: from people, programs, or models elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs
from ..openai import ASSEMBLY

if TYPE_CHECKING:
    from ....scenes.assets.library import AssetLibrary


class AnswersProposer:
    """Takes the tasks of `tasks.answers` that pass the checks, each under its own number."""

    summary = (
        "answers to the prompt of `openai` from a file, checked alike, without an endpoint; "
        "`tasks.answers` alone chooses it"
    )
    needs = Needs(packages=ASSEMBLY)

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`; answers that do not pass have no task.

        Raises:
            SpecError: more answers do not pass than `tasks.allow_missing` says.
        """
        from .reading import answered_tasks

        return answered_tasks(spec, start, stop, earlier, library)


PLUGIN = AnswersProposer()
