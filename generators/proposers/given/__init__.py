"""The proposer of one's own tasks: those that a spec gives, checked as all others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....schemas import DatasetSpec, TaskSpec
from ....schemas.plugins import Needs

if TYPE_CHECKING:
    from ....scenes.assets.library import AssetLibrary


class GivenProposer:
    """Takes the tasks of `tasks.given`, in their order."""

    summary = "tasks of one's own, as `tasks.given` lists them; `tasks.given` alone chooses it"
    needs = Needs(packages=("bddl", "numpy"))

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`, as far as the spec gives any.

        Raises:
            SpecError: where a task cannot be read or done, with its place, why in sizes where
                they decide, and what is allowed.
        """
        from .binding import given_tasks

        del earlier  # tasks are given one by one, and may be given again in other words
        return given_tasks(spec, start, stop, library)


PLUGIN = GivenProposer()
