"""Where tasks come from: a grammar, a language model, or BEHAVIOR-1K."""

from __future__ import annotations

from typing import Protocol

from ...scenes.assets.library import AssetLibrary
from ...schemas import DatasetSpec, TaskSpec


class Proposer(Protocol):
    """Gives tasks by number; the same arguments give the same tasks."""

    name: str

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`, unlike the earlier ones.

        Raises:
            ProposalError: where no further task is found.
            SpecError: where the spec cannot be met whatever the seed.
        """
        ...


def proposer(name: str) -> Proposer:
    """The proposer of that name: `grammar`, `openai` or `behavior`.

    Raises:
        ValueError: for any other name.
    """
    match name:
        case "grammar":
            from .grammar import GrammarProposer

            return GrammarProposer()
        case "openai":
            from .openai import OpenAIProposer

            return OpenAIProposer()
        case "behavior":
            from .behavior import BehaviorProposer

            return BehaviorProposer()
        case _:
            raise ValueError(f"no proposer {name!r}; there are grammar, openai, behavior")


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
        ProposalError: where no further task is found.
        SpecError: where the spec cannot be met whatever the seed.
    """
    return proposer(spec.tasks.proposer).propose(spec, start, stop, earlier, library)
