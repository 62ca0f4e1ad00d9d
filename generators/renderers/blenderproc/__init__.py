"""The render backend `blenderproc`: BlenderProc's Cycles in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ....schemas.plugins import Needs
from ...images.camera.view import Renderer
from . import environment


class BlenderBackend:
    """Draws with a path tracer that lives in an environment of its own."""

    summary = "Cycles through BlenderProc: path-traced pictures, seconds each"

    @property
    def needs(self) -> Needs:
        """The versions in Blender's environment; read anew, since it can be installed meanwhile."""
        return Needs(outside=tuple(environment.versions().items()))

    def check(self) -> None:
        """Refuse where its environment lacks something.

        Raises:
            BackendMissingError: saying how to install it.
        """
        environment.interpreter()

    def start(self) -> Renderer:
        """A renderer; its process starts with the first picture.

        Raises:
            BackendMissingError: Blender is not installed.
        """
        from .renderer import BlenderRenderer

        return BlenderRenderer()

    def install(self, say: Callable[[str], None]) -> Path:
        """See `Installable`."""
        return environment.install(say)


PLUGIN = BlenderBackend()
