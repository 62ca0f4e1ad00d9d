"""The render backend `omnigibson`: RTX pictures through OmniGibson's cameras."""

from __future__ import annotations

from ....schemas.plugins import Needs
from ...images.camera.view import Renderer
from ...workers.og import environment


class OmniGibsonBackend:
    """Draws in an environment of its own, which its user makes."""

    summary = "RTX pictures through OmniGibson's cameras; checked against its interface only"

    @property
    def needs(self) -> Needs:
        """The versions in its environment; read anew, since it can be named meanwhile."""
        return Needs(outside=tuple(environment.versions().items()))

    def check(self) -> None:
        """Refuse where something is missing.

        Raises:
            BackendMissingError: saying all of it, and what works without it.
        """
        environment.interpreter()

    def start(self) -> Renderer:
        """A renderer; its process starts with the first picture.

        Raises:
            BackendMissingError: as `check`.
        """
        from .renderer import OmniGibsonRenderer

        return OmniGibsonRenderer()


PLUGIN = OmniGibsonBackend()
