"""OmniGibson, which this version cannot draw with: its name is known so that it says why."""

from __future__ import annotations

from ...schemas import BackendMissingError
from ...schemas.plugins import Needs
from ..images.camera.view import Renderer

WHY = (
    "render.backend: 'omnigibson' is not available: it needs an RTX machine with OmniGibson and "
    "an adapter that this version does not have; use `backend: mujoco`"
)


class OmniGibsonBackend:
    """Refuses."""

    summary = "not built: refused with a message"
    needs = Needs()

    def check(self) -> None:
        """Refuse.

        Raises:
            BackendMissingError: always.
        """
        raise BackendMissingError(WHY)

    def start(self) -> Renderer:
        """Refuse.

        Raises:
            BackendMissingError: always.
        """
        raise BackendMissingError(WHY)


PLUGIN = OmniGibsonBackend()
