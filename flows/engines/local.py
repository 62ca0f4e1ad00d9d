"""Worker processes of this machine, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..run import Summary
    from ..session import Session


class LocalEngine:
    """Threads that wait for worker processes; with one worker, the calling process."""

    summary = "worker processes of this machine; starts at once"
    needs = Needs()

    def check(self) -> None:
        """It runs everywhere."""

    def run(self, session: Session, reporter: Reporter) -> Summary:
        """See `Engine`."""
        from ..run import run_session

        return run_session(session, None, reporter)


PLUGIN = LocalEngine()
