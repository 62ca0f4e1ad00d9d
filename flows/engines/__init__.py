"""Engines: what runs the shards of a dataset; each is a plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...schemas.plugins import Group, Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Summary
    from ..session import Session


@runtime_checkable
class Engine(Protocol):
    """Makes datasets. Most call `flows.run.run_session` with an `Executor` of their own."""

    @property
    def summary(self) -> str:
        """The engine in one line, for the documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """The packages that it imports; no engine shapes bytes."""
        ...

    def check(self) -> None:
        """Refuse before any work where it cannot run here.

        Raises:
            BackendMissingError: saying what to do instead.
        """
        ...

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """Make what is missing of a dataset.

        Args:
            session: the open folder, with the plan of what to make in it.
            reporter: is told how it goes on.

        Raises:
            JobError: a unit failed because the input is wrong.
            RunError: units failed; the others are kept.
        """
        ...


ENGINES: Group[Engine] = Group(
    "engines", Engine, "engine", order=("prefect", "local", "ray", "dask")
)
"""By the name that `--engine` takes."""


def engine(name: str) -> Engine:
    """The engine of that name.

    Raises:
        SpecError: there is none of that name; the nearest are offered.
        BackendMissingError: it cannot run here.
    """
    found = ENGINES.load(name)
    found.needs.check(f"engine {name!r}")
    found.check()
    return found


__all__ = ["ENGINES", "Engine", "engine"]
