"""OmniGibson, which this version writes scenes for and cannot draw with; it says what is here."""

from __future__ import annotations

from typing import Any

from ....schemas import BackendMissingError
from ....schemas.plugins import Needs
from ...images.camera.view import Renderer
from . import environment


class OmniGibsonBackend:
    """Refuses, and reports how far it would come on this machine."""

    summary = "not built: refused with a message"
    needs = Needs()

    def check(self) -> None:
        """Refuse.

        Raises:
            BackendMissingError: always; saying what is missing, and what works without it.
        """
        raise BackendMissingError(environment.missing())

    def start(self) -> Renderer:
        """Refuse.

        Raises:
            BackendMissingError: as `check`.
        """
        raise BackendMissingError(environment.missing())

    def report(self) -> dict[str, Any]:
        """See `Reporting`."""
        return environment.report()


PLUGIN = OmniGibsonBackend()
