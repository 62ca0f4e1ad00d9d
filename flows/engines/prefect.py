"""A flow of Prefect, which shows, schedules and retries the same shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Plan, Summary


class PrefectEngine:
    """Runs the plan as a flow: of the API that is configured, or of one of its own."""

    summary = (
        "a Prefect flow: every shard a task, shown and retried; starts an API if there is none"
    )
    needs = Needs(packages=("prefect",))

    def check(self) -> None:
        """Prefect comes along with the package."""

    def run(self, plan: Plan, reporter: Reporter) -> Summary:
        """See `Engine`; where nothing is missing, Prefect is not started."""
        from ..run import execute, is_finished
        from ..server import prefect_api

        if is_finished(plan):
            return execute(plan, None, reporter)
        reporter.note("starting Prefect")
        from ..generate import generate_now

        with prefect_api():
            return generate_now(plan, reporter)


PLUGIN = PrefectEngine()
