"""A flow of Prefect, which shows, schedules and retries the same shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Summary
    from ..session import Session


class PrefectEngine:
    """Runs the plan as a flow: of the API that is configured, or of one of its own."""

    summary = "a Prefect flow: each shard is a task that is shown and retried"
    needs = Needs(packages=("prefect",))

    def check(self) -> None:
        """Prefect comes along with the package."""

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """See `Engine`; where nothing is missing, Prefect is not started."""
        from ..run import run_session
        from ..server import prefect_api

        if session.finished:
            return run_session(session, None, reporter)
        reporter.note("starting Prefect")
        with prefect_api(meanwhile=_load):
            from ..generate import generate_now

            return generate_now(session, reporter)


def _load() -> None:
    """Import the flow, which takes seconds that the API needs to start anyway."""
    from .. import generate

    del generate


PLUGIN = PrefectEngine()
