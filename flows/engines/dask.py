"""Dask: each shard is one task of a cluster, or of a cluster that is started on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Summary
    from ..session import Session


class DaskEngine:
    """Runs `--workers` shards at a time; the machines share the dataset's folder, nothing else."""

    summary = "tasks of a Dask cluster that shares the dataset's folder; extra `dask`"
    needs = Needs(packages=("dask", "distributed"), install="pip install 'cousins[dask]'")

    def check(self) -> None:
        """Where the packages are, it runs."""

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """See `Engine`."""
        from ..clusters.dask_pool import DaskPool
        from ..run import run_session

        if session.finished:
            return run_session(session, None, reporter)
        with DaskPool(session.plan.workers, session.plan.time_limit) as pool:
            return run_session(session, None, reporter, pool)


PLUGIN = DaskEngine()
