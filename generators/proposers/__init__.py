"""Where tasks come from: each proposer is a plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...schemas import DatasetSpec, TaskSpec
from ...schemas.plugins import Group, Needs

if TYPE_CHECKING:
    from ...scenes.assets.library import AssetLibrary


@runtime_checkable
class Proposer(Protocol):
    """Gives tasks by number; the same arguments give the same tasks."""

    @property
    def summary(self) -> str:
        """Where the tasks come from in one line, for the documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """The packages that shape its tasks, and the version of its own code."""
        ...

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`, unlike the earlier ones.

        Args:
            spec: what to make.
            start: first number.
            stop: one past the last; fewer tasks may be given.
            earlier: tasks that exist already; none of them is repeated.
            library: where the objects come from.

        Raises:
            ProposalError: where no further task is found.
            SpecError: where the spec cannot be met whatever the seed.
        """
        ...


PROPOSERS: Group[Proposer] = Group(
    "proposers",
    Proposer,
    "proposer",
    order=("grammar", "openai", "behavior", "given", "answers", "none", "variants"),
)
"""By the name that a spec gives as `tasks.proposer`."""


def propose(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
) -> tuple[TaskSpec, ...]:
    """Tasks number `start` up to `stop` from the proposer that the spec names.

    Args:
        spec: what to make.
        start: first number.
        stop: one past the last; `behavior` ends with its list of activities.
        earlier: tasks that exist already; none of them is repeated.
        library: where the objects come from.

    Raises:
        BackendMissingError: a package that the proposer needs is not installed.
        ProposalError: where no further task is found.
        SpecError: where the spec cannot be met whatever the seed.
    """
    name = spec.tasks.proposer
    proposer = PROPOSERS.load(name)
    proposer.needs.check(f"tasks.proposer: {name}")
    return proposer.propose(spec, start, stop, earlier, library)


__all__ = ["PROPOSERS", "Proposer", "propose"]
