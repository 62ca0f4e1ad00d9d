"""Ray: each shard is one task of a cluster, or of a cluster that is started on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Summary
    from ..session import Session


class RayEngine:
    """Runs `--workers` shards at a time; the machines share the dataset's folder, nothing else."""

    summary = "tasks of a Ray cluster that shares the dataset's folder; extra `ray`"
    needs = Needs(packages=("ray",), install="pip install 'cousins[ray]'")

    def check(self) -> None:
        """Where the package is, it runs."""

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """See `Engine`."""
        from ..clusters.ray_pool import RayPool
        from ..run import run_session

        if session.finished:
            return run_session(session, None, reporter)
        with RayPool(session.plan.workers, session.plan.time_limit) as pool:
            return run_session(session, None, reporter, pool)


PLUGIN = RayEngine()
